"""What is wrong with values in a file, in the words of who writes it: pydantic speaks to programmers."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import ErrorDetails, PydanticCustomError

from stuntcard.profile.forms import form_in_words

_SHOWN_MAX = 80
"""Characters of a value that is told: it may be as long as its file."""
_HIDDEN = "hidden"
"""The kind of error of a value that is not to be repeated."""
_OWN_PREFIXES = ("Value error, ", "Assertion failed, ")
KEYS_EXPECTED = frozenset({"model_type", "model_attributes_type", "dict_type", "mapping_type", "dataclass_type"})
"""Kinds of errors of what is no block of keys, where one should be."""
_TYPES = {
    **dict.fromkeys(KEYS_EXPECTED, "keys with values"),
    **dict.fromkeys(("string_type", "string_unicode"), "a text"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("tuple_type", "list_type", "set_type", "frozen_set_type", "iterable_type"), "a list"),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_inexact"), "a date such as 2026-01-31"),
    "none_required": "nothing",
}
"""What is expected where the kind of value is another."""
_MISSING = frozenset({"missing", "missing_argument", "missing_keyword_only_argument"})
_TOO_MUCH = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_BOUNDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda said: f"{_number(said['ge'])} at least",
    "less_than_equal": lambda said: f"{_number(said['le'])} at most",
    "greater_than": lambda said: f"more than {_number(said['gt'])}",
    "less_than": lambda said: f"less than {_number(said['lt'])}",
    "string_too_short": lambda said: (
        "a text that is not empty" if said["min_length"] == 1 else f"a text of {said['min_length']} characters at least"
    ),
    "string_too_long": lambda said: f"a text of {said['max_length']} characters at most",
    "too_short": lambda said: f"{said['min_length']} of them at least",
    "too_long": lambda said: f"{said['max_length']} of them at most",
    "enum": lambda said: str(said["expected"]),
    "literal_error": lambda said: str(said["expected"]),
    "string_pattern_mismatch": lambda said: form_in_words(said["pattern"]),
    "json_invalid": lambda said: f"JSON ({said['error']})",
}
"""What is expected of a value that is of the right kind."""
_READ_AS = {bool: "yes or no", int: "a number", float: "a number", datetime.date: "a date", datetime.datetime: "a time"}


def in_words(errors: Iterable[ErrorDetails], *, hidden: bool = False) -> str:
    """What is wrong with one value, which none of several things that it may be has taken.

    `hidden`: it is not repeated, because it is, or may be, a code.
    """
    found = list(errors)
    given = found[0]["input"]
    kinds = {error["type"] for error in found}
    told = [error["msg"] for error in found if error["type"] == _HIDDEN]
    if told:
        return told[0]
    if "string_type" in kinds and type(given) in _READ_AS:
        return f"{'this' if hidden else _shown(given)} is read as {_READ_AS[type(given)]}; put it in quotes"
    expected = " or ".join(dict.fromkeys(map(_expected, found)))
    # Where keys are expected, what was given instead may be what belongs under one of them: a code.
    return f"expected {expected}" if hidden or kinds <= KEYS_EXPECTED else f"{_shown(given)}: expected {expected}"


def all_in_words(errors: Iterable[ErrorDetails], whole: str) -> list[str]:
    """What is wrong with a text that is no YAML, place by place; no value, for it may be a code.

    `whole`: what the text is called where no part of it is meant.
    """
    by_place: dict[str, list[ErrorDetails]] = {}
    for error in errors:
        by_place.setdefault(".".join(map(str, error["loc"])) or whole, []).append(error)
    return [f"{place}: {_of_a_place(found)}" for place, found in by_place.items()]


def _of_a_place(found: list[ErrorDetails]) -> str:
    kinds = {error["type"] for error in found}
    if kinds & _MISSING:
        return "is missing"
    return "is not known here" if kinds & _TOO_MUCH else in_words(found, hidden=True)


def _without_its_value(given: object, handler: ValidatorFunctionWrapHandler) -> object:
    try:
        return handler(given)
    except ValidationError as error:
        said = in_words(error.errors(include_url=False), hidden=True)
        raise PydanticCustomError(_HIDDEN, "{said}", {"said": said}) from None


HIDDEN = WrapValidator(_without_its_value)
"""Of a value: what is wrong with it is told without it, because it is a code, or what is given there by mistake."""


def _expected(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind in _TYPES:
        return _TYPES[kind]
    if kind in _BOUNDS:
        return _BOUNDS[kind](error.get("ctx", {}))
    said = error["msg"]
    for prefix in (*_OWN_PREFIXES, "Input should be "):
        said = said.removeprefix(prefix)
    return said


def _number(bound: object) -> str:
    return str(int(bound)) if isinstance(bound, float) and bound.is_integer() else str(bound)


def _shown(given: object) -> str:
    if given is None:
        return "nothing stands here"
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, datetime.date):  # a datetime is one, too
        return str(given)
    if isinstance(given, str) and len(given) > _SHOWN_MAX:
        return f"{given[:_SHOWN_MAX]!r} and so on"
    return f"{given!r}" if isinstance(given, str | int | float) else "this"
