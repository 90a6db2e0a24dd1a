"""What every block of a profile is made of, and the texts and names in it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    field_validator,
    model_validator,
)

from stuntcard.profile.forms import of_form

Identifier = Annotated[
    str,
    of_form(
        r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        "small letters and digits, with single hyphens between, beginning with a letter, such as my-card",
        max_length=32,
    ),
]
FactNumber = Annotated[
    str,
    of_form(
        r"^[A-Z]{2}-\d{2}$",
        "the number of a fact, such as PQ-01; where no document gives the value, say why with `assumed`",
    ),
]
HexBytes = Annotated[str, of_form(r"^([0-9A-F]{2})+$", "bytes in hexadecimal with capital letters, such as 3B7E")]
ObjectId = Annotated[str, of_form(r"^[0-9A-F]{2}$", 'two hexadecimal digits in quotes, such as "45"')]
"""The identifier of a key or certificate in PKCS#15."""


class Language(StrEnum):
    """The languages that people are spoken to in."""

    ENGLISH = "en"
    CZECH = "cs"
    SLOVENIAN = "sl"


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
        if not isinstance(value, list):
            raise ValueError("the number of a fact, such as PQ-01, or a list of such numbers")
        return tuple(value)


def as_tuple(value: object) -> object:
    """A list, as YAML has it, as a tuple; anything else as it is."""
    return tuple(value) if isinstance(value, list) else value


class Text(Block):
    """A text for people. A language that it is not given in has what the first of the others says."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    en: str = ""
    cs: str = ""
    sl: str = ""
    _missing: tuple[Language, ...] = PrivateAttr(default=())

    @model_validator(mode="wrap")
    @classmethod
    def _in_every_language(cls, given: object, handler: ModelWrapValidatorHandler[Text]) -> Text:
        if not isinstance(given, dict):
            return handler(given)
        said = [given[language] for language in Language if isinstance(given.get(language), str)]
        if not given:
            raise ValueError(f"a text in one of {', '.join(Language)} at least")
        text = handler({**{language.value: said[0] for language in Language if said}, **given})
        text._missing = tuple(language for language in Language if language not in given)
        return text

    @property
    def missing(self) -> tuple[Language, ...]:
        """The languages that it was not given in."""
        return self._missing

    def __str__(self) -> str:
        return self.en

    def in_language(self, language: Language) -> str:
        """The text in a language."""
        match language:
            case Language.ENGLISH:
                return self.en
            case Language.CZECH:
                return self.cs
            case Language.SLOVENIAN:
                return self.sl


def _alike(value: object) -> object:
    return {language.value: value for language in Language} if isinstance(value, str) else value


_ALIKE = BeforeValidator(_alike, json_schema_input_type=str | Text)


def _of_at_most(length: int) -> AfterValidator:
    def check(text: Text) -> Text:
        for language in Language:
            if not 1 <= len(text.in_language(language)) <= length:
                raise ValueError(f"a text of 1 to {length} characters ({language})")
        return text

    return AfterValidator(check)


CodeName = Annotated[Text, _ALIKE, _of_at_most(32)]
"""A code's name: one for all languages, or one for each."""
Name = Annotated[Text, _ALIKE, _of_at_most(64)]
"""A name of an area, a part or an act: one for all languages, or one for each."""
Sentence = Annotated[Text, _ALIKE, _of_at_most(200)]
"""A sentence, one for all languages, or one for each."""


class Note(Sourced):
    """Something that a person should know of the card and that no command shows."""

    text: Text


class Bounds(Block):
    """A number within bounds."""

    at_least: Annotated[int, Field(ge=0)] = 0
    at_most: Annotated[int, Field(ge=0)] | None = None

    def admit(self, number: int) -> bool:
        """Whether a number is within."""
        return number >= self.at_least and (self.at_most is None or number <= self.at_most)
