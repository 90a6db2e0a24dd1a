"""Every error is answered with a problem, or on the page with a page that says it."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from stuntcard.card.keeper import KeepError
from stuntcard.control.errors import ControlError
from stuntcard.profile.value_words import all_in_words
from stuntcard.serve import page_routes
from stuntcard.serve.languages import messages_for
from stuntcard.serve.pages import page_problem
from stuntcard.serve.problems import Problem, ProblemError, problem_answer
from stuntcard.serve.visitors import LogInNeededError
from stuntcard.store.errors import StoreError

_DETAIL_MAX = 500
_HEADERS = {Problem.NOT_AUTHENTICATED: {"WWW-Authenticate": "Bearer"}, Problem.TOO_MANY: {"Retry-After": "1"}}
_READ = "see /api/v1/openapi.json for all that there is"


def answer_errors(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Has the application answer errors so; `routes` are all of its routes."""
    for refused in (ControlError, StoreError, KeepError):
        app.add_exception_handler(refused, _refused)
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(LogInNeededError, _log_in_needed)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(Exception, _failed)

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers = {"Allow": ", ".join(_methods(routes, request))}
            return problem_answer(Problem.METHOD_NOT_ALLOWED, _READ, headers)
        if error.status_code == HTTPStatus.BAD_REQUEST:
            return problem_answer(Problem.NOT_VALID, "the body can't be read: it is no JSON in UTF-8")
        return _answer(request, Problem.NOT_FOUND, _READ)


def _answer(request: Request, problem: Problem, detail: str) -> Response:
    if not request.url.path.startswith("/api/"):
        return page_problem(request, problem)
    return problem_answer(problem, detail, _HEADERS.get(problem))


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return _answer(request, error.problem, error.detail)


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, ControlError):
        return problem_answer(Problem.REFUSED, error.in_words(messages_for(request)))
    return problem_answer(Problem.REFUSED, str(error))


async def _log_in_needed(request: Request, _error: Exception) -> Response:
    return page_routes.log_in(request)


async def _not_valid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # What was sent is not repeated: it may be a code.
    faults = "; ".join(all_in_words(error.errors(), "the call"))
    return problem_answer(Problem.NOT_VALID, faults[:_DETAIL_MAX])


async def _failed(_request: Request, _error: Exception) -> Response:
    return problem_answer(Problem.FAILED, "the call could not be answered; the emulator's own output says why")


def _methods(routes: Sequence[BaseRoute], request: Request) -> list[str]:
    """The methods of all routes with the call's path: the framework names those of one route only."""
    methods: set[str] = set()
    for route in routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return sorted(methods)
