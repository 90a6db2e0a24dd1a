"""How a call is refused: problem details (RFC 9457), each of a type that a program can tell."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:stuntcard:problem:"


class Problem(StrEnum):
    """The types of problems, as `type` names them behind `urn:stuntcard:problem:`."""

    NOT_AUTHENTICATED = "not-authenticated"
    NOT_ALLOWED = "not-allowed"
    FOREIGN_HOST = "foreign-host"
    FOREIGN_ORIGIN = "foreign-origin"
    NOT_FOUND = "not-found"
    NO_SUCH_CARD = "no-such-card"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    NOT_VALID = "not-valid"
    BAD_PLAN = "bad-plan"
    ID_TAKEN = "id-taken"
    CARD_IN_USE = "card-in-use"
    REFUSED = "refused"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    TOO_MANY = "too-many"
    FAILED = "failed"


_ABOUT: dict[Problem, tuple[HTTPStatus, str]] = {
    Problem.NOT_AUTHENTICATED: (HTTPStatus.UNAUTHORIZED, "No token, or one that is nobody's"),
    Problem.NOT_ALLOWED: (HTTPStatus.FORBIDDEN, "The token is not for this"),
    Problem.FOREIGN_HOST: (HTTPStatus.MISDIRECTED_REQUEST, "The header Host names another machine"),
    Problem.FOREIGN_ORIGIN: (HTTPStatus.FORBIDDEN, "The call comes from another site's page"),
    Problem.NOT_FOUND: (HTTPStatus.NOT_FOUND, "There is nothing at this address"),
    Problem.NO_SUCH_CARD: (HTTPStatus.NOT_FOUND, "No card is served under this id"),
    Problem.METHOD_NOT_ALLOWED: (HTTPStatus.METHOD_NOT_ALLOWED, "Another method is meant for this address"),
    Problem.NOT_VALID: (HTTPStatus.UNPROCESSABLE_ENTITY, "The call is not of the documented form"),
    Problem.BAD_PLAN: (HTTPStatus.UNPROCESSABLE_ENTITY, "No card can be made as it was planned"),
    Problem.ID_TAKEN: (HTTPStatus.CONFLICT, "Another card is served under this id"),
    Problem.CARD_IN_USE: (HTTPStatus.CONFLICT, "The stored card is in another reader"),
    Problem.REFUSED: (HTTPStatus.CONFLICT, "The card, or whoever should act on it, refuses"),
    Problem.TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"),
    Problem.TOO_SLOW: (HTTPStatus.REQUEST_TIMEOUT, "The call did not arrive in time"),
    Problem.TOO_MANY: (HTTPStatus.SERVICE_UNAVAILABLE, "There are too many already"),
    Problem.FAILED: (HTTPStatus.INTERNAL_SERVER_ERROR, "The emulator itself failed"),
}


class ProblemDetails(BaseModel):
    """Why a call was refused (RFC 9457, 3)."""

    type: str = Field(examples=["urn:stuntcard:problem:refused"], description="The type of the problem, as a URN.")
    title: str = Field(description="What such a problem is; the same for each of this type.")
    status: int = Field(description="The HTTP status, once more.")
    detail: str = Field(description="What happened here, why, and what to do; never a code or a key.")


class ProblemError(Exception):
    """A call that is refused."""

    def __init__(self, problem: Problem, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail


def status_of(problem: Problem) -> HTTPStatus:
    """The HTTP status of a problem of this type."""
    return _ABOUT[problem][0]


def problem_answer(problem: Problem, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """The answer that refuses a call."""
    status, title = _ABOUT[problem]
    body = ProblemDetails(type=f"{_TYPE}{problem}", title=title, status=int(status), detail=detail)
    return JSONResponse(body.model_dump(), int(status), headers, MEDIA_TYPE)


def refusals(*problems: Problem) -> dict[int | str, dict[str, object]]:
    """What the OpenAPI document says of the answers by which a route refuses."""
    titles: dict[int | str, list[str]] = {}
    for problem in problems:
        status, title = _ABOUT[problem]
        titles.setdefault(int(status), []).append(f"`{problem}`: {title}.")
    schema = {"schema": ProblemDetails.model_json_schema()}
    return {
        status: {"description": " ".join(about), "content": {MEDIA_TYPE: schema}} for status, about in titles.items()
    }
