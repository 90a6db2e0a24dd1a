"""What is asked of a process that works with a card, and what it answers; both travel as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cardtools.common.messages import Language


class ActName(StrEnum):
    """What a trainee can do on the desk."""

    LOG_IN = "log-in"
    CHANGE = "change"
    UNBLOCK = "unblock"
    SET_FIRST = "set-first"
    IMPORT_P12 = "import-p12"
    IMPORT_CERT = "import-cert"
    DELETE_CERT = "delete-cert"
    DELETE_KEY = "delete-key"
    REQUEST = "request"
    RENEW = "renew"
    CHECK = "check"
    INSTALL = "install"
    CLEAN = "clean"
    SETTINGS = "settings"


ENROLLING = frozenset((ActName.REQUEST, ActName.RENEW, ActName.CHECK, ActName.INSTALL, ActName.CLEAN, ActName.SETTINGS))
"""The acts that are the enrolment client's."""

ASKS_CA = frozenset((ActName.REQUEST, ActName.RENEW, ActName.CHECK, ActName.INSTALL))
"""Those of them that speak with the CA."""


class FieldKind(StrEnum):
    """How a field of a form is filled in."""

    CODE = "code"
    NEW_CODE = "new-code"
    PASSWORD = "password"  # noqa: S105 - a kind of field
    TEXT = "text"
    E_MAIL = "e-mail"
    FILE = "file"
    CHOICE = "choice"


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Work(_Value):
    """One piece of work. `values` are the fields of a form by name, codes among them; `file` is a file's content."""

    kind: Literal["look", "form", "act", "export"]
    language: Language
    act: ActName | None = None
    target: str = ""
    """The code's id, or the key's or certificate's identifier, that the work is about."""
    values: Mapping[str, str] = Field(default_factory=dict, repr=False)
    file: bytes = Field(default=b"", repr=False)
    confirmed: bool = False
    expert: bool = False
    ca_url: str | None = None
    """The CA to ask, where it is not that of the client's settings."""


class Choice(_Value):
    """One of several values, and what people call it."""

    value: str
    label: str


class FormField(_Value):
    """A field. `digits`: nothing else is typed into it."""

    name: str
    label: str
    kind: FieldKind
    hint: str = ""
    digits: bool = False
    needed: bool = True
    choices: tuple[Choice, ...] = ()
    value: str = ""


class Form(_Value):
    """What an act asks for. `question`: what can't be undone, to be confirmed. `refusal`: why it can't be done now."""

    act: ActName
    target: str
    about: str = ""
    """What people call the target."""
    fields: tuple[FormField, ...] = ()
    warnings: tuple[str, ...] = ()
    question: str | None = None
    refusal: tuple[str, ...] = ()


class Outcome(StrEnum):
    """How an act ended."""

    DONE = "done"
    REFUSED = "refused"


class Acted(_Value):
    """What came of an act, in words. A refused one says why, and what to do next."""

    outcome: Outcome
    said: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()


class Exported(_Value):
    """A file from the card."""

    name: str
    content: bytes = Field(repr=False)


class CodeSeen(_Value):
    """A code, as the card tells it."""

    id: str
    name: str
    state: Literal["not_set", "set", "blocked"]
    tries_left: int
    tries_limit: int
    tries_max: int
    must_change: bool
    length: str
    set_by: str | None
    acts: tuple[ActName, ...]
    """What can be done with it now."""
    advice: tuple[str, ...] = ()


class ContainerSeen(_Value):
    """A key's place. `target` names it in an act."""

    target: str
    line: str
    label: str
    empty: bool
    listed: bool
    lines: tuple[str, ...]
    acts: tuple[ActName, ...]
    certificate: bool
    public_key: bool
    person: tuple[tuple[str, str], ...]


class AreaSeen(_Value):
    """An area; `id` is empty for what lies outside of all."""

    id: str
    line: str
    containers: tuple[ContainerSeen, ...]


class PartSeen(_Value):
    """A part, and whether it is lost for good."""

    name: str
    lost: bool


class CardSeen(_Value):
    """A card, as cardmanager shows it. `acts` are those that are about the whole card."""

    profile: str
    name: str
    manager: str
    """What the vendor calls the card manager."""
    serial: str
    reader: str
    codes: tuple[CodeSeen, ...]
    areas: tuple[AreaSeen, ...]
    parts: tuple[PartSeen, ...]
    acts: tuple[ActName, ...]


class Unseen(_Value):
    """Why no card can be looked at."""

    why: tuple[str, ...]
    dead: bool = False


class Result(_Value):
    """The answer of the process: one of these."""

    seen: CardSeen | None = None
    unseen: Unseen | None = None
    form: Form | None = None
    acted: Acted | None = None
    exported: Exported | None = None
