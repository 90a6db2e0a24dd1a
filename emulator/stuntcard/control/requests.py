"""What can be asked of a running card, and what it answers: the whole of the control API, as values.

On the wire each is one JSON object in one line; a request has its name in `request`, an error is `{"error": TEXT}`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from stuntcard.card.view import CardView


class RequestError(ValueError):
    """What came is no request; says what is wrong with it, and what there is."""


class _Request:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Status(_Request):
    """The card's view. Changes nothing; answered with CardView."""

    request: Literal["status"] = "status"


@dataclass(frozen=True, slots=True)
class State(_Request):
    """The card's view, where the card is, and its faults. Changes nothing; answered with StateAnswer."""

    request: Literal["state"] = "state"


@dataclass(frozen=True, slots=True)
class Codes(_Request):
    """Which codes' values an actor's act needs. Changes nothing; answered with CodesAnswer."""

    actor: str
    act: str
    request: Literal["codes"] = "codes"


@dataclass(frozen=True, slots=True)
class Act(_Request):
    """An actor acts on the card; answered with Done."""

    actor: str
    act: str
    values: dict[str, str] = field(repr=False)
    request: Literal["act"] = "act"


@dataclass(frozen=True, slots=True)
class Insert(_Request):
    """Put the card into its reader, and plug that in; answered with Done."""

    request: Literal["insert"] = "insert"


@dataclass(frozen=True, slots=True)
class Remove(_Request):
    """Take the card out, for so many seconds or until Insert; answered with Done."""

    back_after: Annotated[float, Field(ge=0, le=3600)] | None = None
    request: Literal["remove"] = "remove"


@dataclass(frozen=True, slots=True)
class Reset(_Request):
    """Have the card start anew where it lies; answered with Done."""

    request: Literal["reset"] = "reset"


@dataclass(frozen=True, slots=True)
class SetFault(_Request):
    """Set a fault, written as `fault_text` has it; answered with FaultsAnswer."""

    rule: str
    request: Literal["set-fault"] = "set-fault"


@dataclass(frozen=True, slots=True)
class ListFaults(_Request):
    """The faults that are set. Changes nothing; answered with FaultsAnswer."""

    request: Literal["list-faults"] = "list-faults"


@dataclass(frozen=True, slots=True)
class ClearFaults(_Request):
    """Take one fault away, or all; answered with FaultsAnswer: those left."""

    number: int | None = None
    request: Literal["clear-faults"] = "clear-faults"


@dataclass(frozen=True, slots=True)
class SetState(_Request):
    """Bring codes and parts to a state, in the words of `state_words`; answered with SetStateAnswer.

    `force`: also where the law has no way there.
    """

    wanted: tuple[str, ...]
    force: bool = False
    request: Literal["set-state"] = "set-state"


Request = (
    Status | State | Codes | Act | Insert | Remove | Reset | SetFault | ListFaults | ClearFaults | SetState
)  # fmt: skip


# Answers


class Place(StrEnum):
    """Where a card is."""

    IN = "in"
    OUT = "out"
    UNPLUGGED = "unplugged"
    """Its reader is not plugged in."""


@dataclass(frozen=True, slots=True)
class Done:
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
    """A running card; `commands` is how many it answered."""

    card: CardView
    place: Place
    commands: int
    faults: tuple[FaultView, ...]


@dataclass(frozen=True, slots=True)
class SetStateAnswer:
    """How a card came to the state that was wanted.

    `law`: what was done to it, in words; `forced`: what had to be set past the law; `given`: values of codes that had
    none; `also`: codes that changed with the others. The last three speak of codes by name, `forced` and `also` in the
    words of a request.
    """

    law: tuple[str, ...]
    forced: tuple[str, ...]
    given: dict[str, str] = field(repr=False)
    also: tuple[str, ...]


Answer = CardView | Done | CodesAnswer | FaultsAnswer | StateAnswer | SetStateAnswer


def parse_request(line: bytes) -> Request:
    """The request in a line of JSON. Raises RequestError, whatever the line is."""
    try:
        return _requests().validate_json(line)
    except ValidationError as error:
        raise RequestError(
            f"the request can't be understood: {_reason(error)}; there are: {', '.join(NAMES)}"
        ) from None


NAMES = (
    "status", "state", "codes", "act", "insert", "remove", "reset", "set-fault", "list-faults", "clear-faults",
    "set-state",
)  # fmt: skip
"""The names of all requests."""


@cache
def _requests() -> TypeAdapter[Request]:
    return TypeAdapter(Annotated[Request, Field(discriminator="request")])


def _reason(error: ValidationError) -> str:
    """What is wrong with it first. Never what was given: that may be a code."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(str(step) for step in first["loc"][1:])
    return {
        "json_invalid": "it is no JSON",
        "union_tag_not_found": "it names no request",
        "union_tag_invalid": "there is none of that name",
        "missing": f"{where} is missing",
        "unexpected_keyword_argument": f"it has no {where}",
    }.get(first["type"], f"{where}: {first['msg']}" if where else first["msg"])
