"""Which texts of a document are not there in every language."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from stuntcard.profile.blocks import Language, Text
from stuntcard.profile.document import KeyPath


def missing_texts(document: BaseModel) -> dict[Language, tuple[str, ...]]:
    """The places (`about`, `notes.0.text`) whose text is missing, by language; a language that has all is left out."""
    texts = list(_texts(document, ()))
    found = {language: tuple(_place(at) for at, text in texts if language in text.missing) for language in Language}
    return {language: places for language, places in found.items() if places}


def _texts(value: object, at: KeyPath) -> Iterator[tuple[KeyPath, Text]]:
    if isinstance(value, Text):
        yield at, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name), (*at, name))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, (*at, str(name)))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*at, index))


def _place(at: KeyPath) -> str:
    return ".".join(str(item) for item in at)
