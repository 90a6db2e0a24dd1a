"""The model of a profile: a card model as immutable, checked values.

Every block may say where its value comes from: `source` names facts of the source documents, `assumed` says why a
value is what it is although no document gives it.
"""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from stuntcard.iso7816.atr import AtrError, check_atr

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=32)]
FactNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-\d{2}$")]
HexBytes = Annotated[str, StringConstraints(pattern=r"^([0-9A-F]{2})+$")]

MOST_NAME_BYTES = 64
CARD = "card"
"""The part that stands for the whole card; every profile has it without saying so."""


class Language(StrEnum):
    """The languages that people are spoken to in."""

    ENGLISH = "en"
    CZECH = "cs"
    SLOVENIAN = "sl"


class CodeStatus(StrEnum):
    """What a code is, whatever its number of tries."""

    NOT_SET = "not_set"
    SET = "set"
    BLOCKED = "blocked"


class Characters(StrEnum):
    """What a code may be made of."""

    PRINTABLE = "printable"
    """Printable ASCII, 20 to 7E."""
    DIGITS = "digits"

    def allow(self, value: bytes) -> bool:
        """Whether a value is made of these characters only."""
        if self is Characters.DIGITS:
            return value.isdigit()
        return all(0x20 <= byte <= 0x7E for byte in value)


class Lasts(StrEnum):
    """How long a code holds once it was given."""

    SESSION = "session"
    """Until the applet is selected anew, or the card is reset or removed."""
    ONE_USE = "one-use"
    """For exactly one use."""


class Block(BaseModel):
    """Whatever a file of this kind is made of."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Sourced(Block):
    """A block that may say where its value comes from."""

    source: tuple[FactNumber, ...] = Field(
        default=(), description="Facts of the source documents that give this value."
    )
    assumed: str | None = Field(default=None, description="Why this value, when no document gives it.")

    @field_validator("source", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        if isinstance(value, str):
            return (value,)
        return tuple(value) if isinstance(value, list) else value


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("a name in one line, without control characters")
    if len(value.encode("utf-8")) > MOST_NAME_BYTES:
        raise ValueError(f"a name of at most {MOST_NAME_BYTES} bytes in UTF-8")
    return value


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _as_statuses(value: object) -> object:
    return tuple(CodeStatus(item) for item in value) if isinstance(value, list) else value


class Text(Block):
    """A text for people, in each language."""

    en: str
    cs: str
    sl: str


class Note(Sourced):
    """Something that a person should know of the card and that no command shows."""

    text: Text


class Atr(Sourced):
    """The answer to reset."""

    value: HexBytes

    @field_validator("value")
    @classmethod
    def _is_an_atr(cls, value: str) -> str:
        try:
            check_atr(bytes.fromhex(value))
        except AtrError as error:
            raise ValueError(f"not an ATR: {error}") from error
        return value


class Token(Sourced):
    """What EF.TokenInfo says (ISO 7816-15)."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    manufacturer: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    serial: Annotated[HexBytes, StringConstraints(max_length=32)]


class Length(Sourced):
    """How many characters a code has."""

    min: Annotated[int, Field(ge=1, le=16)]
    max: Annotated[int, Field(ge=1, le=16)]


LONGEST_CODE_OF_MYEID = 8
"""What OpenSC's driver for such cards lets through; a code may be longer, and other command sets take it."""


class CharacterRule(Sourced):
    """What characters a code has."""

    set: Characters = Field(strict=False)


class Tries(Sourced):
    """Wrong tries until a code is blocked: as set at the factory, and the most that may be set."""

    limit: Annotated[int, Field(ge=1, le=15)]
    max: Annotated[int, Field(ge=1, le=15)]


class FactoryValue(Sourced):
    """The value that a code has when the card leaves the factory."""

    value: str
    must_change: bool = False


class Holding(Sourced):
    """How long a code holds once it was given."""

    for_: Lasts = Field(alias="for", strict=False)


class Change(Sourced):
    """A code is changed by giving its old value."""

    allowed: bool


class ResetRule(Sourced):
    """Another code, with whose value this one is set: first set, set anew, or unblocked.

    `uses_up`: the other code serves for this once, and is as if never set from then on.
    """

    code: Identifier
    from_: tuple[CodeStatus, ...] = Field(alias="from", min_length=1)
    uses_up: bool = False

    _statuses = field_validator("from_", mode="before")(_as_statuses)


class Cascade(Sourced):
    """Codes that become blocked together with this one."""

    codes: tuple[Identifier, ...] = Field(min_length=1)

    _tuple = field_validator("codes", mode="before")(_as_tuple)


class Code(Sourced):
    """A secret the holder types."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    label: Annotated[str, StringConstraints(min_length=1, max_length=32)] | None = Field(
        default=None, description="What PKCS#15 calls the code; absent: its name."
    )
    reference: Annotated[int, Field(ge=1, le=31)] | None = Field(
        description="Reference data number, P2 of VERIFY (ISO 7816-4, 11.6.6); null: the code is not on the chip."
    )
    eop_reference: Annotated[int, Field(ge=1, le=31)] | None = Field(
        default=None, description="P2 by which the eop applet's clients name the code; absent: they can't."
    )
    length: Length
    characters: CharacterRule
    tries: Tries
    holds: Holding
    change: Change
    factory: FactoryValue | None = Field(default=None, description="Absent: the code is not set at the factory.")
    reset_by: tuple[ResetRule, ...] = ()
    blocks: Cascade | None = None

    def accepts(self, value: bytes) -> bool:
        """Whether a value has the length and the characters that this code wants."""
        return self.length.min <= len(value) <= self.length.max and self.characters.set.allow(value)

    _tuple = field_validator("reset_by", mode="before")(_as_tuple)


class Places(Sourced):
    """How many keys or certificates an area takes; a key and its certificate share one place."""

    count: Annotated[int, Field(ge=1, le=255)]


class Area(Sourced):
    """A part of the card with its own guard and capacity."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    guard: Identifier = Field(description="The code that lets a key of this area be used.")
    create_with: tuple[Identifier, ...] = Field(
        description="Codes that must have been given to make or import a key here."
    )
    places: Places | None = Field(default=None, description="Absent: as many as the memory holds.")

    _tuple = field_validator("create_with", mode="before")(_as_tuple)


class Files(Sourced):
    """Who may write the files of PKCS#15."""

    guard: Identifier | None = Field(description="The code that must have been given; null: nothing can be written.")


class Memory(Sourced):
    """Space that keys, certificates and other files share, handed out in whole blocks."""

    bytes: Annotated[int, Field(ge=1, le=1_000_000)]
    block: Annotated[int, Field(ge=1, le=65_536)]

    def cost(self, size: int) -> int:
        """What something of this size takes."""
        return -(-size // self.block) * self.block


class Part(Sourced):
    """Codes and areas that live and die together."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    codes: tuple[Identifier, ...] = ()
    areas: tuple[Identifier, ...] = ()

    _tuple = field_validator("codes", "areas", mode="before")(_as_tuple)


class End(Sourced):
    """A part is lost for good once all of these codes are blocked at the same time."""

    part: Identifier
    when_blocked: tuple[Identifier, ...] = Field(min_length=1)

    _tuple = field_validator("when_blocked", mode="before")(_as_tuple)


class Act(Sourced):
    """What an actor can do to a card without any code of its own.

    `sets`: codes that get a new value together; the first of them must have one of the statuses in `from`. `loses`: a
    part that is lost for good by it. `checks`: a code that the holder tells the actor, who checks it. `only_while`: a
    part that must not be lost yet.
    """

    about: Text
    sets: tuple[Identifier, ...] = ()
    from_: tuple[CodeStatus, ...] = Field(alias="from", default=())
    loses: Identifier | None = None
    checks: Identifier | None = None
    only_while: Identifier | None = None

    @property
    def asks_for(self) -> tuple[str, ...]:
        """The codes whose values this act needs."""
        return (self.checks,) if self.checks is not None else self.sets

    _tuple = field_validator("sets", mode="before")(_as_tuple)
    _statuses = field_validator("from_", mode="before")(_as_statuses)


class Refusal(Sourced):
    """What people ask of an actor and no actor can do, and why."""

    why: Text


class Actor(Sourced):
    """Someone off the card whose act changes it."""

    name: Text
    acts: dict[Identifier, Act] = Field(min_length=1)
    cannot: dict[Identifier, Refusal] = {}


class KeyAlgorithm(StrEnum):
    """What a key from the factory is. On elliptic curves only: such keys come from a seed in no time, RSA's do not."""

    EC_P256 = "ec-p256"
    EC_P521 = "ec-p521"


class SubjectAttribute(StrEnum):
    """What a certificate's subject can tell: attributes of X.520, and those of the Czech identity card."""

    COMMON_NAME = "common-name"
    SURNAME = "surname"
    GIVEN_NAME = "given-name"
    SERIAL_NUMBER = "serial-number"
    STREET = "street"
    LOCALITY = "locality"
    STATE = "state"
    ORGANIZATION = "organization"
    COUNTRY = "country"
    BIRTH_DATE = "birth-date"
    SEX = "sex"
    BIRTH_PLACE = "birth-place"
    BIRTH_NUMBER = "birth-number"
    MARITAL_STATUS = "marital-status"
    NATIONALITY = "nationality"


class KeyUsage(StrEnum):
    """What a certificate says that its key is for (RFC 5280, 4.2.1.3)."""

    DIGITAL_SIGNATURE = "digital-signature"
    CONTENT_COMMITMENT = "content-commitment"
    """Signatures that commit their signer to a content; formerly nonRepudiation."""


class Validity(Sourced):
    """When a certificate is valid: from midnight to midnight, UTC."""

    from_: datetime.date = Field(alias="from", ge=datetime.date(2000, 1, 1))
    until: datetime.date


class Qualified(Sourced):
    """A certificate is qualified for electronic signatures (ETSI EN 319 412-5)."""

    on_device: bool = Field(description="The key was made on the qualified device and never leaves it.")


class FactoryCertificate(Sourced):
    """A certificate that the emulator's own test CA issues for a key."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    subject: dict[
        Annotated[SubjectAttribute, Field(strict=False)],
        Annotated[str, StringConstraints(min_length=1, max_length=64)],
    ] = Field(min_length=1, description="In this order. An invented person, with TEST in plain sight.")
    serial: Literal["derived", "document-number"] = Field(
        default="derived", description="The serial number: from the seed, or the characters of the document's number."
    )
    valid: Validity
    key_usage: tuple[Annotated[KeyUsage, Field(strict=False)], ...] = Field(min_length=1)
    client_authentication: bool = False
    qualified: Qualified | None = Field(default=None, description="Absent: it is not.")
    eop_file: Annotated[str, StringConstraints(pattern=r"^0[0-9A-F]{3}$")] | None = Field(
        default=None, description="The file by which the eop applet's clients read it."
    )

    _tuple = field_validator("key_usage", mode="before")(_as_tuple)

    @field_validator("subject")
    @classmethod
    def _country_has_two_letters(cls, value: dict[SubjectAttribute, str]) -> dict[SubjectAttribute, str]:
        country = value.get(SubjectAttribute.COUNTRY, "XX")
        if not (country.isascii() and country.isalpha() and len(country) == 2):
            raise ValueError(f"a country of two letters (ISO 3166), not {country!r}")
        return value


class FactoryKey(Sourced):
    """A key that the card leaves the factory with, and its certificate."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{2}$")] = Field(description="Its identifier in PKCS#15.")
    label: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    area: Identifier | None = Field(description="null: no command uses the key; only its certificate can be read.")
    algorithm: KeyAlgorithm = Field(strict=False)
    certificate: FactoryCertificate


class Personalisation(Sourced):
    """What one invented holder's card has on it from the factory."""

    seed: Annotated[str, StringConstraints(min_length=1, max_length=32)] = Field(
        description="Keys, serial numbers and signatures all come from it, the same every time."
    )
    document_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")] | None = None
    keys: tuple[FactoryKey, ...] = Field(min_length=1)

    _tuple = field_validator("keys", mode="before")(_as_tuple)


class Eop(Sourced):
    """How the eop applet differs from the card that it stands for."""

    plain_code_changes: bool = Field(
        description="Takes code changes in the clear (CLA 00); the real card wants secure messaging."
    )


class DeadCard(Sourced):
    """What a dead card answers to every command: one status word, or nothing at all."""

    answer: Annotated[str, StringConstraints(pattern=r"^(mute|6[0-9A-F]{3})$")]


class ActionKind(StrEnum):
    """What kind of thing is done to a card in one sitting."""

    LOG_IN = "log_in"
    """`code` is given."""
    CHANGE = "change"
    """`code` is changed with its old value."""
    SET = "set"
    """`code` is set with the value of the code `by`: first, anew, or unblocked."""
    USE_KEY = "use_key"
    MAKE_KEY = "make_key"
    """A key is made in `area`, and its public key stored."""
    BREAK_OFF = "break_off"
    """A key is made in `area`, and the card torn out before the directory lists it."""
    CLEAR_KEY = "clear_key"
    """Such a key is listed after all, and deleted at once."""
    STORE_CERTIFICATE = "store_certificate"
    DELETE_CERTIFICATE = "delete_certificate"
    DELETE_KEY = "delete_key"
    """A key goes, with its public key; its certificate stays."""
    ACT = "act"
    """An actor's `act`."""


class ClaimedAction(Block):
    """An action that a claim speaks of, by the holder or by an actor; `wrong`: with a wrong value of the code."""

    do: ActionKind = Field(strict=False)
    code: Identifier | None = None
    by: Identifier | None = None
    area: Identifier | None = None
    act: Identifier | None = None
    who: Identifier = "holder"
    wrong: bool = False


class Condition(Block):
    """What a claim asks of a state. One of `code`, `part`, `can` and `final`.

    `can`: the action would be done. `final`: nothing that anybody does changes this state any more.
    """

    code: Identifier | None = None
    part: Identifier | None = None
    can: ClaimedAction | None = None
    final: Literal[True] | None = None
    is_: tuple[Literal["not_set", "set", "blocked", "lost", "alive"], ...] = Field(alias="is", default=())
    tries: Annotated[int, Field(ge=0, le=15)] | None = Field(default=None, description="Tries left of the code.")
    must_change: bool | None = Field(default=None, description="Whether the code still has to be changed.")

    @field_validator("is_", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else _as_tuple(value)


class Claim(Sourced):
    """What is said of a card in every state that it can reach; `explore` proves it or shows the way to the contrary.

    It speaks of the states where all of `when` holds, or, with `after`, of what this action makes of them (one refused
    leaves them as they are). There, each of `always` holds. Neither there nor in any state that can follow, however
    much later, does any of `never` hold. From there, each of `possible` can be reached.
    """

    says: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    when: tuple[Condition, ...] = ()
    after: ClaimedAction | None = None
    always: tuple[Condition, ...] = ()
    never: tuple[Condition, ...] = ()
    possible: tuple[Condition, ...] = ()

    @field_validator("when", "always", "never", "possible", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, dict) else _as_tuple(value)


CardName = Annotated[str, StringConstraints(min_length=1, max_length=32), AfterValidator(_printable)]
"""Shown as part of a reader's name, in one line."""


class Profile(Block):
    """A card model."""

    schema_: Literal[1] = Field(alias="schema", description="Version of this file's form.")
    id: Identifier
    name: CardName
    about: Text
    notes: tuple[Note, ...] = ()
    atr: Atr
    token: Token
    applets: tuple[Literal["isoapplet", "myeid", "eop", "manage"], ...] = Field(min_length=1)
    codes: dict[Identifier, Code] = Field(min_length=1)
    areas: dict[Identifier, Area] = Field(
        min_length=1, description="In this order a new key looks for the area that it goes to."
    )
    files: Files
    memory: Memory | None = Field(default=None, description="Absent: memory never runs out.")
    parts: dict[Identifier, Part] = {}
    open_while: Identifier | None = Field(
        default=None,
        description="A part; until it is lost, nobody is asked for a code, and clients can make files and codes of "
        "their own. Absent: the card leaves the factory with its files, and asks for codes from the start.",
    )
    emptied_with: Identifier | None = Field(
        default=None,
        description="The code that lets such a card be emptied again, unless its first client says otherwise. "
        "Absent: none does.",
    )
    ends: tuple[End, ...] = ()
    actors: dict[Identifier, Actor] = {}
    personalisation: Personalisation | None = Field(default=None, description="Absent: no keys from the factory.")
    eop: Eop | None = Field(default=None, description="For a card with the applet of this name, and only for it.")
    dead: DeadCard
    claims: tuple[Claim, ...] = ()

    _tuple = field_validator("notes", "applets", "ends", "claims", mode="before")(_as_tuple)

    @property
    def codes_on_chip(self) -> dict[str, Code]:
        """The codes that the chip itself knows, by which clients can name them."""
        return {name: code for name, code in self.codes.items() if code.reference is not None}

    @property
    def factory_keys(self) -> tuple[FactoryKey, ...]:
        """The keys from the factory that clients can use, which are those that lie in an area."""
        keys = self.personalisation.keys if self.personalisation is not None else ()
        return tuple(key for key in keys if key.area is not None)

    def making_of(self, code: str) -> tuple[str, str] | None:
        """The actor and the act by which a client makes this code while the card is open."""
        acts = ((who, name, act) for who, actor in self.actors.items() for name, act in actor.acts.items())
        for who, name, act in acts:
            if act.only_while is not None and act.only_while == self.open_while and act.sets[:1] == (code,):
                return who, name
        return None

    @property
    def activation(self) -> tuple[str, str] | None:
        """The actor and the act that end the time when the card is open."""
        acts = ((who, name, act) for who, actor in self.actors.items() for name, act in actor.acts.items())
        for who, name, act in acts:
            if act.loses is not None and act.loses == self.open_while:
                return who, name
        return None

    def part_of(self, code: str) -> str | None:
        """The part that a code belongs to, if it belongs to one beside the card itself."""
        return next((name for name, part in self.parts.items() if code in part.codes), None)
