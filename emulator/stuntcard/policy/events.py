"""What can happen to a card, and what the law says to it. No secrets: who holds them compares them first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from stuntcard.policy.state import KeyRights, Origin


class Verdict(Enum):
    """What the law says to an event. All but DONE and WRONG_CODE leave the state as it was."""

    DONE = auto()
    WRONG_CODE = auto()
    """The code given was not the right one; a try is spent."""
    CODE_NOT_SET = auto()
    CODE_BLOCKED = auto()
    VALUE_REFUSED = auto()
    """The new value has not the length or the characters that the code wants."""
    ACT_NOT_ALLOWED = auto()
    """The profile has no such act in this state."""
    NOT_AUTHORISED = auto()
    """A code that has to be given first was not, or was used up."""
    NO_PLACE = auto()
    """The area is full."""
    NO_SPACE = auto()
    """The card's memory is used up."""
    NO_SUCH_KEY = auto()
    PART_LOST = auto()
    """The part of the card is lost for good."""
    CARD_DEAD = auto()


@dataclass(frozen=True, slots=True)
class Verify:
    """A code was given, to log in."""

    code: str
    correct: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A code's old value was given, to set a new one. `acceptable`: the new one fits the code's rule."""

    code: str
    correct: bool
    acceptable: bool


@dataclass(frozen=True, slots=True)
class ResetCode:
    """The value of the code `by` was given, to set `code` first, anew, or unblock it."""

    code: str
    by: str
    correct: bool
    acceptable: bool


@dataclass(frozen=True, slots=True)
class StoreKey:
    """A key is to be made on the card, or brought in. The law says where it goes and gives it its number.

    `size` is what it takes of the card's memory, in bytes.
    """

    origin: Origin
    size: int = 0


@dataclass(frozen=True, slots=True)
class UseKey:
    """A key is to sign or to decipher."""

    number: int


@dataclass(frozen=True, slots=True)
class RemoveKey:
    """A key is deleted by itself, with its file."""

    number: int


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A file of this size, in bytes, is to be made.

    `reserved`: the space, in bytes, that is kept for it whether it is there or not; None where nothing is.
    """

    size: int
    reserved: int | None = None


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """A file of this size, in bytes, is deleted; `reserved` as in `StoreFile`."""

    size: int
    reserved: int | None = None


@dataclass(frozen=True, slots=True)
class ActorActs:
    """An actor acts on the card.

    `acceptable`: the new values, where there are any, fit their codes' rules. `correct`: the code that the holder told
    the actor, where there is one, is the right one. `limits`: the numbers of tries that the codes shall have, in the
    act's order; without them they keep theirs.
    """

    actor: str
    act: str
    acceptable: bool = True
    correct: bool = True
    limits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DirectoriesRead:
    """The PKCS#15 directories as a client left them: numbers of the keys listed, and of those with a certificate.

    None stands for a directory that can't be read now, of which nothing may be concluded.
    """

    listed: frozenset[int] | None
    certified: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class KeyFilesRead:
    """The key files as they are now: what each asks for, by its key's number. A key without a file asks for no more."""

    rights: Mapping[int, KeyRights]


@dataclass(frozen=True, slots=True)
class LogOut:
    """Codes that were given count as not given any more."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erase:
    """All that clients put on the card goes, codes and keys included."""


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """The applet was selected anew, or the card was reset or removed."""


Event = (
    Verify
    | Change
    | ResetCode
    | StoreKey
    | UseKey
    | RemoveKey
    | StoreFile
    | RemoveFile
    | DirectoriesRead
    | KeyFilesRead
    | ActorActs
    | LogOut
    | Erase
    | SessionEnd
)
