"""The model of a campaign's file: which cards, clients, tasks and faults meet, and what each meeting must show."""

from __future__ import annotations

import shlex
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from stuntcard.profile.blocks import Block, as_tuple
from stuntcard.profile.forms import of_form
from stuntcard.profile.model import Identifier
from stuntcard.profile.value_words import HIDDEN
from stuntcard.scenario.model import Expectations

OWN = "own"
"""What stands in an applet's place for the card's first one."""
NO_FAULT = "none"
"""What stands in a fault's place for a run that nothing disturbs."""
PLAIN: Literal["plain"] = "plain"
PINPAD: Literal["pinpad"] = "pinpad"
"""The readers: one that only passes commands on, and one with a PIN pad."""
ONLY_TASK = "run"
"""What the task is called of a client with a command of its own."""

Name = Annotated[
    str,
    of_form(r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,47}$", "1 to 48 letters, digits, and . _ + - within, such as opensc-0.23"),
]
Line = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Exit = int | tuple[int, ...] | Literal["any", "failure"]
"""Exit statuses that are right; `failure`: any but 0."""
FaultText = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Step(Block):
    """One command of a task. Instead of a mapping, the command line alone."""

    run: Line = Field(description="A command line, split as a shell would; no shell runs it.")
    exit: Exit | None = Field(default=None, description="Right exit statuses; absent: those of `expect`.")
    output: tuple[Line, ...] = Field(default=(), description="Patterns that its output must have.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: object) -> object:
        return {"run": given} if isinstance(given, str) else given

    @field_validator("output", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else as_tuple(value)

    @field_validator("run")
    @classmethod
    def _can_be_split(cls, value: str) -> str:
        if not shlex.split(value):
            raise ValueError("a command is expected")
        return value

    _exits = field_validator("exit", mode="before")(as_tuple)


Steps = tuple[Step, ...]


class Expect(Block):
    """What a run must show. No crash, no hang, nothing left running and no code in the output is asked for always."""

    exit: Exit = Field(default=0, description="Right exit statuses of each step that does not say its own.")
    output: tuple[Line, ...] = Field(
        default=(), description="Patterns that the output must have; where a fault struck, if all commands end with 0."
    )
    never: tuple[Line, ...] = Field(default=(), description="Patterns that the output must not have.")
    card: Expectations | None = Field(default=None, description="The card's final state, as scenarios expect it.")
    scenario: bool = Field(default=False, description="What the scenario expects must have come of it.")
    tries_spent: int | Literal["any"] = Field(default=0, description="So many wrong tries at most, of all codes.")
    may_tell: bool = Field(default=False, description="Codes may stand in the output, as where commands are shown.")
    may_lose: bool = Field(default=False, description="Parts of the card, or all of it, may be lost for good.")

    @field_validator("output", "never", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else as_tuple(value)

    _exits = field_validator("exit", mode="before")(as_tuple)

    def over(self, other: Expect) -> Expect:
        """What `other` expects, but for what is said here."""
        return other.model_copy(update={name: getattr(self, name) for name in self.model_fields_set})


class Task(Block):
    """What a client is to do."""

    before: Steps = Field(default=(), description="Commands before that, which no fault strikes.")
    run: Steps = Field(default=(), description="The commands.")
    shown_by: bool = Field(default=False, description="The commands are those that the scenario is shown by.")
    proof: Steps = Field(
        default=(),
        description="Commands that must succeed whenever all of `run` ended with 0, with the card whole again.",
    )
    keys: tuple[Annotated[str, HIDDEN], ...] = Field(
        default=(), description="What is typed at a PIN pad, one for each time."
    )
    expect: Expect = Expect()

    @field_validator("before", "run", "proof", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str | dict) else as_tuple(value)

    @model_validator(mode="after")
    def _has_commands(self) -> Task:
        if bool(self.run) == self.shown_by:
            raise ValueError("give `run`, the commands, or `shown_by: true`")
        return self

    _tuple = field_validator("keys", mode="before")(as_tuple)


class Client(Block):
    """A program, or one installation of programs. Placeholders stand in all its texts."""

    root: Line | None = Field(default=None, description="A root folder of another system, whose programs are meant.")
    path: tuple[Line, ...] = Field(default=(), description="Folders in which programs are looked for first.")
    module: Line | None = Field(default=None, description="What {module} stands for: a PKCS#11 module.")
    environment: dict[str, str] = Field(default_factory=dict)
    version: Line | None = Field(default=None, description="A command that tells the client's version.")
    command: Steps = Field(default=(), description="What it does, of a campaign without `tasks`.")
    expect: Expect = Expect()

    @field_validator("command", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str | dict) else as_tuple(value)

    _tuple = field_validator("path", mode="before")(as_tuple)


class EachCommand(Block):
    """A fault for each command in turn: a run for the first, one for the second, until the client sends no more."""

    each_command: tuple[FaultText, ...] = Field(
        min_length=1, description="Rules without nth, from, every, probability."
    )
    most: Annotated[int, Field(ge=1, le=100_000)] = Field(default=1000, description="So many runs a rule at most.")

    @field_validator("each_command", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else as_tuple(value)


class Limits(Block):
    """What a run may take before it is ended."""

    seconds: Annotated[float, Field(gt=0, le=86400, strict=False)] = 30.0
    output: Annotated[int, Field(ge=1, le=(1 << 63) - 1)] = Field(
        default=4 << 20, description="Bytes of output, of all its commands."
    )
    files: Annotated[int, Field(ge=1, le=(1 << 63) - 1)] = Field(default=64 << 20, description="Bytes in its folder.")


class Selection(Block):
    """Cells, by patterns such as `opensc-*` for what they are made of; those that have all that is said."""

    card: str | None = None
    scenario: str | None = None
    applet: str | None = None
    reader: str | None = None
    client: str | None = None
    task: str | None = None
    fault: str | None = None


Reader = Literal["plain", "pinpad"]


class Campaign(Block):
    """What meets what, and what must come of it."""

    schema_: Literal[1] = Field(alias="schema", description="Version of this file's form.")
    title: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    text: str = Field(default="", description="What it shows, and how to read its report.")
    variables: dict[Identifier, str] = Field(
        default_factory=dict, description="Placeholders of its own, which `--set NAME=VALUE` changes."
    )
    cards: tuple[Line, ...] = Field(
        default=(), description="Profiles' ids or YAML files, for fresh cards; card:NAME, for copies of a stored one."
    )
    scenarios: tuple[Line, ...] = Field(default=(), description="Scenarios' names or YAML files; * for any letters.")
    applets: tuple[str, ...] = (OWN,)
    readers: tuple[Reader, ...] = (PLAIN,)
    clients: dict[Name, Client] = Field(min_length=1)
    tasks: dict[Name, Task] = Field(default_factory=dict)
    faults: tuple[FaultText | tuple[FaultText, ...] | EachCommand, ...] = Field(
        default=(NO_FAULT,), min_length=1, description="`none`, a rule, rules that are set together, or each_command."
    )
    seeds: tuple[int, ...] = Field(default=(0,), min_length=1, description="For faults by chance, and for {seed}.")
    include: tuple[Selection, ...] = Field(default=(), description="Only cells that one of these covers.")
    exclude: tuple[Selection, ...] = Field(default=(), description="No cell that one of these covers.")
    only: Selection = Field(default=Selection(), description="Of these, only cells that this covers.")
    pairs: bool = Field(default=False, description="Only so many cells that each two values meet at least once.")
    sample: Annotated[int, Field(ge=1)] | None = Field(default=None, description="So many cells, chosen by chance.")
    seed: int = Field(default=1, description="What chance comes from, for `sample`.")
    retries: Annotated[int, Field(ge=0, le=10)] = Field(default=0, description="Further tries of a run that failed.")
    limits: Limits = Limits()
    expect: Expect = Expect()
    under_fault: Expect = Field(default=Expect(), description="What is expected otherwise where a fault struck.")

    @field_validator("cards", "scenarios", "applets", "readers", "seeds", "include", "exclude", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return as_tuple(value)

    @field_validator("faults", mode="before")
    @classmethod
    def _lists_as_tuples(cls, value: object) -> object:
        return tuple(as_tuple(one) for one in value) if isinstance(value, list) else value

    @property
    def all_tasks(self) -> tuple[str, ...]:
        """The names of what clients do."""
        return tuple(self.tasks) or (ONLY_TASK,)

    def task_of(self, name: str, client: str) -> Task:
        """The task that a client does by this name."""
        return self.tasks[name] if self.tasks else Task(run=self.clients[client].command)


_UNDER_FAULT = Expect(exit="any", card=None, scenario=False, tries_spent="any")
_SHOWN_BY = Expect(scenario=True, may_tell=True, tries_spent="any", may_lose=True)


def expected_of(campaign: Campaign, client: str, task: Task, *, fault: bool) -> Expect:
    """What a run must show: what the client says before what the task says, and that before the campaign."""
    whole = campaign.expect
    if task.shown_by:
        whole = whole.over(_SHOWN_BY)
    whole = campaign.clients[client].expect.over(task.expect.over(whole))
    return campaign.under_fault.over(_UNDER_FAULT.over(whole)) if fault else whole
