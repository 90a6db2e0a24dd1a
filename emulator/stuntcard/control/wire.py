"""Requests and answers as they go over the socket: each one JSON object in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from typing import Annotated, TypeVar, get_args

from pydantic import Field, TypeAdapter, ValidationError

from stuntcard.card.view import CardView
from stuntcard.control.errors import AnswerError, ControlError, RequestError
from stuntcard.control.requests import Answer, Request
from stuntcard.profile.value_words import in_words

AnswerT = TypeVar("AnswerT", bound=Answer)

REQUEST_NAMES = tuple(str(one.default) for kind in get_args(Request) for one in fields(kind) if one.name == "request")
ERROR = "error"
"""The key of an answer that says why there is none."""
NOT_UNDERSTOOD = "not_understood"
"""The key that stands beside it where the request itself is at fault, and not the card."""


def parse_request(line: bytes) -> Request:
    """The request in a line of JSON. Raises RequestError, whatever the line is."""
    try:
        return _requests().validate_json(line)
    except ValidationError as error:
        raise RequestError(
            f"the request can't be understood: {_reason(error)}; there are: {', '.join(REQUEST_NAMES)}"
        ) from None


def answer_line(answer: Answer) -> bytes:
    """An answer as the server sends it, without the line's end."""
    return json.dumps(asdict(answer)).encode()


def error_line(message: str, *, not_understood: bool = False) -> bytes:
    """What the server sends where there is no answer, without the line's end."""
    return json.dumps({ERROR: message} | ({NOT_UNDERSTOOD: True} if not_understood else {})).encode()


def parse_answer(content: Mapping[str, object], answer: type[AnswerT]) -> AnswerT:
    """The answer in a JSON object. Raises ControlError or RequestError with the server's reason, or AnswerError."""
    if ERROR in content:
        raise (RequestError if content.get(NOT_UNDERSTOOD) else ControlError)(str(content[ERROR]))
    try:
        return TypeAdapter(answer).validate_python(content)
    except ValidationError as error:
        raise AnswerError("the answer can't be understood") from error


def as_json(seen: CardView) -> str:
    """A card's view as JSON text, the form of `--state-out` and `status --json`."""
    return json.dumps(asdict(seen), indent=2, ensure_ascii=False)


@cache
def _requests() -> TypeAdapter[Request]:
    return TypeAdapter(Annotated[Request, Field(discriminator="request")])


def _reason(error: ValidationError) -> str:
    """What is wrong with it first. Never what was given: that may be a code."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(step) for step in first["loc"][1:])
    return {
        "json_invalid": "it is no JSON",
        "union_tag_not_found": "it names no request",
        "union_tag_invalid": "there is none of that name",
        "missing": f"{where} is missing",
        "unexpected_keyword_argument": f"it has no {where}",
    }.get(first["type"], f"{where or 'it'}: {in_words([first], hidden=True)}")
