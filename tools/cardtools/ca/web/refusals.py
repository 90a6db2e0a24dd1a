"""How the CA refuses over HTTP."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from cardtools.common.messages import Language, Messages
from cardtools.common.protocol import Problem, Refusal

STATUS = {
    Problem.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    Problem.BAD_SIGNATURE: HTTPStatus.BAD_REQUEST,
    Problem.KEY_NOT_TAKEN: HTTPStatus.BAD_REQUEST,
    Problem.STATEMENT_REFUSED: HTTPStatus.BAD_REQUEST,
    Problem.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    Problem.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Problem.KEY_USED_BEFORE: HTTPStatus.CONFLICT,
    Problem.BOUND_TO_ANOTHER: HTTPStatus.CONFLICT,
    Problem.NOT_RENEWED: HTTPStatus.CONFLICT,
    Problem.OLD_CERTIFICATE_NOT_VALID: HTTPStatus.CONFLICT,
    Problem.NOT_ISSUED_YET: HTTPStatus.CONFLICT,
    Problem.ALREADY_DONE: HTTPStatus.CONFLICT,
    Problem.STILL_VALID_CERTIFICATES: HTTPStatus.CONFLICT,
    Problem.TOO_MANY_REQUESTS: HTTPStatus.TOO_MANY_REQUESTS,
}

_DETAIL_MAX = 500
_INVALID = {
    "missing": "web-missing",
    "extra_forbidden": "web-not-here",
    "string_too_long": "web-too-long",
    "json_invalid": "web-no-json",
}
"""What pydantic finds, and the message that says so; the rest is of another form than is expected."""


def refusal(status: int, problem: Problem, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An answer of 400 or above."""
    body = Refusal(problem=problem, detail=detail).model_dump(mode="json")
    return JSONResponse(body, status_code=status, headers=headers)


def not_as_expected(errors: Iterable[Mapping[str, Any]], language: Language) -> str:
    """What is wrong with a call, place by place. What was sent is not repeated: it may hold what belongs in no log."""
    messages = Messages(language, "ca")
    told = list[str]()
    for error in errors:
        place, most = ".".join(map(str, error["loc"])), error.get("ctx", {}).get("max_length", 0)
        told.append(messages.text(_INVALID.get(error["type"], "web-wrong"), place=place, most=most))
    return "; ".join(dict.fromkeys(told))[:_DETAIL_MAX]


def too_slow(what: str, seconds: float) -> JSONResponse:
    """The answer to a call of which a part did not arrive in time."""
    return refusal(
        HTTPStatus.REQUEST_TIMEOUT,
        Problem.BAD_REQUEST,
        f"The {what} did not arrive within {seconds:g} s.",
        {"Connection": "close"},
    )


def no_room(status: int, detail: str) -> JSONResponse:
    """The answer to a call that is one too many at a time."""
    return refusal(status, Problem.TOO_MANY_REQUESTS, f"{detail} Try again in a second.", {"Retry-After": "1"})


def too_often(seconds: float, language: Language = Language.ENGLISH) -> JSONResponse:
    """The answer to a client that calls too often."""
    wait = math.ceil(seconds)
    return refusal(
        HTTPStatus.TOO_MANY_REQUESTS,
        Problem.TOO_MANY_REQUESTS,
        Messages(language, "ca").text("web-too-often", seconds=wait),
        {"Retry-After": str(wait)},
    )


class TooOftenError(Exception):
    """A client called too often; `seconds` until it may again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds
