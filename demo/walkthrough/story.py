"""What a story is made of: chapters of steps, each of which does something with real programs and checks it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from demo.walkthrough.bench import Bench
from demo.walkthrough.terminal import StuckError, Typed, plain

if TYPE_CHECKING:
    from demo.walkthrough.telling import Teller


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what happens, and why, for the person who watches."""

    title: str
    why: str
    play: Callable[[Stage, World], None]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Some steps that belong together. `needs` names the chapters whose outcome it begins with."""

    name: str
    title: str
    why: str
    steps: Sequence[Step]
    needs: Sequence[str] = ()


@dataclass(slots=True)
class World:
    """What later steps have to know of earlier ones."""

    ca_url: str = ""
    sockets: dict[str, str] = field(default_factory=dict)
    """Where the cards are that run now, by name."""
    processes: dict[str, int] = field(default_factory=dict)
    serials: dict[str, str] = field(default_factory=dict)
    """Serial numbers of certificates, by what the story calls them."""
    requests: dict[str, str] = field(default_factory=dict)
    """Numbers of requests, by the same."""
    portal_token: str = ""


class StoryError(Exception):
    """Something came out otherwise than the story says."""


class _Code(BaseModel):
    state: str
    tries_left: int
    tries_limit: int
    must_change: bool


class _Area(BaseModel):
    places: int | None
    used: int


class _Key(BaseModel):
    area: str
    origin: str | None
    paired: bool


class CardState(BaseModel):
    """A card that runs, as `stuntcard status --json` tells."""

    pcsc_socket: str | None
    serial: str
    life_cycle: str
    codes: dict[str, _Code]
    areas: dict[str, _Area]
    keys: list[_Key]

    def must_change(self) -> list[str]:
        """The codes that must be changed."""
        return sorted(name for name, code in self.codes.items() if code.must_change)

    def all_tries(self) -> bool:
        """Whether every code that has a value has all its tries."""
        return all(code.tries_left == code.tries_limit for code in self.codes.values())


class _Certificate(BaseModel):
    serial: str
    holder: str
    qualified: bool
    qescd_mark: bool


class _Container(BaseModel):
    identifier: str | None
    empty: bool
    certificates: list[_Certificate]


class Objects(BaseModel):
    """What is on a card, as `cardmanager show --json` tells."""

    areas: dict[str, _Area]
    containers: list[_Container]

    @property
    def unpaired(self) -> int:
        """How many keys have no certificate."""
        return sum(item.empty for item in self.containers)

    def serials(self) -> list[str]:
        """The serial numbers of all certificates."""
        return sorted(one.serial for item in self.containers for one in item.certificates)

    def identifier(self, serial: str) -> str:
        """The identifier that a certificate and its key have on the card."""
        for item in self.containers:
            if item.identifier is not None and serial in (one.serial for one in item.certificates):
                return item.identifier
        raise StoryError(f"certificate {serial} is not on the card")

    def certificate(self, serial: str) -> _Certificate:
        """A certificate."""
        found = [one for item in self.containers for one in item.certificates if one.serial == serial]
        if not found:
            raise StoryError(f"certificate {serial} is not on the card")
        return found[0]


_CARD_STATES: TypeAdapter[list[CardState]] = TypeAdapter(list[CardState])
_OBJECTS: TypeAdapter[Objects] = TypeAdapter(Objects)
_Answer = TypeVar("_Answer")


class Stage:
    """What steps do things with. Everything that is done is told, and its outcome is checked."""

    def __init__(self, bench: Bench, teller: Teller) -> None:
        self.bench = bench
        self.teller = teller

    def do(
        self, *command: str, typing: Sequence[Typed] = (), status: int = 0, shows: Sequence[str] = (),
        hides: Sequence[str] = (),
    ) -> str:  # fmt: skip
        """Runs a program as a person does; gives what it showed.

        Raises StoryError when its exit status is another, when it does not show all of `shows`, or shows any of
        `hides` or a code that was typed unseen.
        """
        line = command_line(command)
        self.teller.begin(line)
        try:
            ended = self.bench.run(command, typing)
        except OSError as error:
            raise StoryError(f"{command[0]} can't be started: {error.strerror}. Is it installed?") from error
        except StuckError as error:
            self.teller.output(error.shown)
            raise StoryError(f"`{line}`: {error}") from error
        self.teller.output(ended.shown, ended.status)
        text = ended.text
        if ended.status != status:
            raise StoryError(f"`{line}` ended with {ended.status}; it should end with {status}.")
        for phrase in shows:
            if phrase not in text:
                raise StoryError(f"`{line}` should have shown: {phrase}")
        for phrase in (*hides, *(one.answer for one in typing if one.what)):
            if phrase in text:
                raise StoryError(f"`{line}` should not have shown: {phrase}")
        return text

    def shell(self, line: str, shows: Sequence[str] = ()) -> str:
        """Runs a line of shell, which must end well; gives what it showed."""
        return self.do("sh", "-c", line, shows=shows)

    def start(self, *command: str, ready: str) -> tuple[int, re.Match[str]]:
        """Starts a program in the background; gives its process id and how its output matched `ready`."""
        line = f"{command_line(command)} &"
        self.teller.begin(line)
        try:
            process, shown, found = self.bench.start(command, ready)
        except OSError as error:
            raise StoryError(f"{command[0]} can't be started: {error.strerror}. Is it installed?") from error
        except StuckError as error:
            self.teller.output(error.shown)
            raise StoryError(f"`{line}`: {error}") from error
        self.teller.output(shown)
        return process, found

    def watch(self, socket: str) -> None:
        """Has the programs see the card behind a socket."""
        self.teller.begin(f"export PCSCLITE_CSOCK_NAME={socket}")
        self.teller.output("")
        self.bench.see(socket)

    def note(self, line: str, text: str) -> None:
        """Tells of something that is done without a program: a page of the portal, a file that is written."""
        self.teller.note(line, text)

    def check(self, what: str, holds: bool) -> None:
        """Tells what was found to be so. Raises StoryError when it is not."""
        if not holds:
            raise StoryError(f"This should hold, and does not: {what}")
        self.teller.checked(what)

    def card(self, socket: str) -> CardState:
        """The card behind a socket, as it stands. Raises StoryError."""
        cards = self._asked(_CARD_STATES, "stuntcard", "status", "--json")
        found = [card for card in cards if card.pcsc_socket == socket]
        if not found:
            raise StoryError("stuntcard status does not know the card any more")
        return found[0]

    def objects(self) -> Objects:
        """What is on the card in the reader. Raises StoryError."""
        return self._asked(_OBJECTS, "cardmanager", "show", "--json")

    def _asked(self, form: TypeAdapter[_Answer], *command: str) -> _Answer:
        try:
            return form.validate_json(self.bench.output(command))
        except StuckError as error:
            raise StoryError(f"{error} {plain(error.shown)}") from error
        except ValidationError as error:
            raise StoryError(f"`{command_line(command)}` answers in another form than it did: {error}") from error


def command_line(command: Sequence[str]) -> str:
    """A command as one would type it."""
    if list(command[:2]) == ["sh", "-c"]:
        return command[2]
    return " ".join(f'"{word}"' if re.search(r"[\s()$&;|<>*]", word) or not word else word for word in command)
