"""What can be asked of a running card, and what it answers: the whole of the control API, as values.

A request has its name in `request`; `wire` writes it down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from stuntcard.card.view import CardView


@dataclass(frozen=True, slots=True)
class _Request:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    language: str = field(default="en", kw_only=True)
    """What is said in sentences, refusals included, is said in this one."""


@dataclass(frozen=True, slots=True)
class StatusRequest(_Request):
    """The card's view. Changes nothing; answered with CardView."""

    request: Literal["status"] = "status"


@dataclass(frozen=True, slots=True)
class StateRequest(_Request):
    """The card's view, where the card is, and its faults. Changes nothing; answered with StateAnswer."""

    request: Literal["state"] = "state"


@dataclass(frozen=True, slots=True)
class CodesRequest(_Request):
    """Which codes' values an actor's act needs. Changes nothing; answered with CodesAnswer."""

    actor: str
    act: str
    request: Literal["codes"] = "codes"


@dataclass(frozen=True, slots=True)
class ActRequest(_Request):
    """An actor acts on the card; answered with DoneAnswer."""

    actor: str
    act: str
    values: dict[str, str] = field(repr=False)
    request: Literal["act"] = "act"


@dataclass(frozen=True, slots=True)
class InsertRequest(_Request):
    """Put the card into its reader, or another one for it, and plug that in; answered with DoneAnswer."""

    card: str | None = None
    request: Literal["insert"] = "insert"


@dataclass(frozen=True, slots=True)
class RemoveRequest(_Request):
    """Take the card out, for so many seconds or until InsertRequest; answered with DoneAnswer."""

    back_after: Annotated[float, Field(ge=0, le=3600)] | None = None
    request: Literal["remove"] = "remove"


@dataclass(frozen=True, slots=True)
class MoveRequest(_Request):
    """Put the card, as it is, into another reader of the same desk, and plug that in; answered with DoneAnswer."""

    to: str
    request: Literal["move"] = "move"


@dataclass(frozen=True, slots=True)
class UnplugRequest(_Request):
    """Pull the reader's plug, for so many seconds or until PlugRequest; answered with DoneAnswer."""

    back_after: Annotated[float, Field(ge=0, le=3600)] | None = None
    request: Literal["unplug"] = "unplug"


@dataclass(frozen=True, slots=True)
class PlugRequest(_Request):
    """Plug the reader in; answered with DoneAnswer."""

    request: Literal["plug"] = "plug"


@dataclass(frozen=True, slots=True)
class ResetRequest(_Request):
    """Have the card start anew where it lies; answered with DoneAnswer."""

    request: Literal["reset"] = "reset"


@dataclass(frozen=True, slots=True)
class SetFaultRequest(_Request):
    """Set a fault, written as `faults.text` has it; answered with FaultsAnswer."""

    rule: str
    request: Literal["set-fault"] = "set-fault"


@dataclass(frozen=True, slots=True)
class ListFaultsRequest(_Request):
    """The faults that are set. Changes nothing; answered with FaultsAnswer."""

    request: Literal["list-faults"] = "list-faults"


@dataclass(frozen=True, slots=True)
class ClearFaultsRequest(_Request):
    """Take one fault away, or all; answered with FaultsAnswer: those left."""

    number: int | None = None
    request: Literal["clear-faults"] = "clear-faults"


@dataclass(frozen=True, slots=True)
class SetStateRequest(_Request):
    """Bring codes and parts to a state, in the words of `words.state`; answered with SetStateAnswer.

    `force`: also where the law has no way there.
    """

    wanted: tuple[str, ...]
    force: bool = False
    request: Literal["set-state"] = "set-state"


@dataclass(frozen=True, slots=True)
class PinPadRequest(_Request):
    """What the reader's PIN pad asks for. Changes nothing; answered with PinPadAnswer."""

    request: Literal["pinpad"] = "pinpad"


@dataclass(frozen=True, slots=True)
class TypeRequest(_Request):
    """Press keys at the PIN pad, written as `readers.pinpad.pad.parse_keys` has them; answered with PinPadAnswer."""

    keys: str = field(repr=False)
    request: Literal["type"] = "type"


@dataclass(frozen=True, slots=True)
class ExerciseRequest(_Request):
    """How the attempt at the card's exercise stands. Changes nothing; answered with ExerciseAnswer."""

    request: Literal["exercise"] = "exercise"


@dataclass(frozen=True, slots=True)
class HintRequest(_Request):
    """One more hint for the card's exercise, which counts as taken; answered with LinesAnswer."""

    request: Literal["hint"] = "hint"


@dataclass(frozen=True, slots=True)
class CallRequest(_Request):
    """Somebody of the card's exercise is called, who may tell values of codes; answered with LinesAnswer."""

    person: str
    request: Literal["call"] = "call"


@dataclass(frozen=True, slots=True)
class EndRequest(_Request):
    """Serve this card no more, where it can go alone; answered with EndAnswer."""

    request: Literal["end"] = "end"


Request = (
    StatusRequest
    | StateRequest
    | CodesRequest
    | ActRequest
    | InsertRequest
    | RemoveRequest
    | MoveRequest
    | UnplugRequest
    | PlugRequest
    | ResetRequest
    | SetFaultRequest
    | ListFaultsRequest
    | ClearFaultsRequest
    | SetStateRequest
    | PinPadRequest
    | TypeRequest
    | ExerciseRequest
    | HintRequest
    | CallRequest
    | EndRequest
)


# Answers


class Place(StrEnum):
    """Where a card is."""

    IN = "in"
    OUT = "out"
    UNPLUGGED = "unplugged"
    """Its reader is not plugged in."""
    EMPTY = "empty"
    """There is no card; its reader is plugged in."""


@dataclass(frozen=True, slots=True)
class DoneAnswer:
    """What was done, in a sentence."""

    done: str


@dataclass(frozen=True, slots=True)
class CodesAnswer:
    """Names of codes."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FaultView:
    """A fault that is set: how many commands it matched so far, and how many of them it struck."""

    number: int
    rule: str
    matched: int
    struck: int


@dataclass(frozen=True, slots=True)
class FaultsAnswer:
    """The faults that are set now."""

    faults: tuple[FaultView, ...]


@dataclass(frozen=True, slots=True)
class StateAnswer:
    """A reader that is served, and its card, if there is one; `commands` is how many that answered."""

    card: CardView | None
    place: Place
    commands: int
    faults: tuple[FaultView, ...]


@dataclass(frozen=True, slots=True)
class SetStateAnswer:
    """How a card came to the state that was wanted.

    `law`: what was done to it, in words; `forced`: what had to be set past the law; `given`: values of codes that had
    none; `also`: codes that changed with the others; `kept`: codes that were set anew, or asked to be set, and have the
    value that they had. All but the first speak of codes by name, `forced` and `also` in the words of a request.
    """

    law: tuple[str, ...]
    forced: tuple[str, ...]
    given: dict[str, str] = field(repr=False)
    also: tuple[str, ...]
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PinPadAnswer:
    """What the PIN pad's display asks for now, if anything."""

    asked: str | None


@dataclass(frozen=True, slots=True)
class ExerciseAnswer:
    """How an attempt at an exercise stands: `progress` is open, solved or lost, `text` the same in words.

    `seconds`: since the start; `traps`: when each was walked into, in seconds after the start, by its id.
    """

    exercise: str
    progress: str
    seconds: float
    missing: int
    traps: dict[str, float]
    tries_spent: dict[str, int]
    hints: int
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinesAnswer:
    """What somebody is told. Values of codes may be in it."""

    lines: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndAnswer:
    """Whether the card goes alone. Else it ends with its process, and all cards that this runs."""

    alone: bool


Answer = (
    PinPadAnswer
    | CardView
    | DoneAnswer
    | CodesAnswer
    | FaultsAnswer
    | StateAnswer
    | SetStateAnswer
    | ExerciseAnswer
    | LinesAnswer
    | EndAnswer
)
