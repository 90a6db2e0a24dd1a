"""The cards as a web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from stuntcard.card.keeper import KeepError
from stuntcard.control.errors import ControlError
from stuntcard.serve import (
    act_routes,
    card_routes,
    choosing_routes,
    event_routes,
    exercise_routes,
    page_acts,
    page_routes,
    telling_routes,
    token_routes,
)
from stuntcard.serve.access import Access
from stuntcard.serve.cards import Cards
from stuntcard.serve.guard import Guard
from stuntcard.serve.pages import page_problem
from stuntcard.serve.problems import Problem, ProblemError, problem_answer, refusals
from stuntcard.serve.visitors import LogInNeededError, Notices
from stuntcard.store.errors import StoreError

_ROUTERS = tuple(
    module.router
    for module in (
        card_routes,
        act_routes,
        telling_routes,
        exercise_routes,
        event_routes,
        choosing_routes,
        token_routes,
        page_acts,
        page_routes,
    )
)
_ANYWHERE = refusals(
    Problem.NOT_VALID,
    Problem.NOT_AUTHENTICATED,
    Problem.FOREIGN_HOST,
    Problem.FOREIGN_ORIGIN,
    Problem.TOO_LARGE,
    Problem.TOO_SLOW,
)
_DETAIL_MAX = 500
_ABOUT = "Emulated smart cards. Every refusal is a problem (RFC 9457); docs/http-api.md tells the whole story."


def create_app(cards: Cards, access: Access, hosts: frozenset[str]) -> FastAPI:
    """These cards, for whoever has a token; `hosts` is what clients may call the server, with its port."""
    app = FastAPI(
        title="Stuntcard",
        version=version("stuntcard"),
        description=_ABOUT,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_living,
        responses=_ANYWHERE,
    )
    app.state.cards = cards
    app.state.access = access
    app.state.notices = Notices()
    app.add_middleware(Guard, hosts=hosts)
    for router in _ROUTERS:
        app.include_router(router)
    _answer_errors(app)
    return app


@asynccontextmanager
async def _living(app: FastAPI) -> AsyncIterator[None]:
    app.state.cards.hub.open()
    yield
    app.state.cards.hub.close()


def _answer_errors(app: FastAPI) -> None:
    """Every error is answered with a problem."""

    @app.exception_handler(LogInNeededError)
    async def log_in_needed(request: Request, _error: LogInNeededError) -> Response:
        return page_routes.log_in(request)

    @app.exception_handler(ProblemError)
    async def problem(request: Request, error: ProblemError) -> Response:
        if not request.url.path.startswith("/api/"):
            return page_problem(request, error.problem)
        headers = {Problem.NOT_AUTHENTICATED: {"WWW-Authenticate": "Bearer"}, Problem.TOO_MANY: {"Retry-After": "1"}}
        return problem_answer(error.problem, error.detail, headers.get(error.problem))

    @app.exception_handler(ControlError)
    async def refused(_request: Request, error: ControlError) -> JSONResponse:
        return problem_answer(Problem.REFUSED, str(error))

    @app.exception_handler(StoreError)
    @app.exception_handler(KeepError)
    async def not_stored(_request: Request, error: Exception) -> JSONResponse:
        return problem_answer(Problem.REFUSED, str(error))

    @app.exception_handler(RequestValidationError)
    async def not_valid(_request: Request, error: RequestValidationError) -> JSONResponse:
        # What was sent is not repeated: it may be a code.
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        return problem_answer(Problem.NOT_VALID, faults[:_DETAIL_MAX])

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers = {"Allow": ", ".join(_methods(app, request))}
            return problem_answer(Problem.METHOD_NOT_ALLOWED, "see /api/v1/openapi.json", headers)
        if error.status_code == HTTPStatus.BAD_REQUEST:
            return problem_answer(Problem.NOT_VALID, "the body can't be read: it is no JSON in UTF-8")
        if not request.url.path.startswith("/api/"):
            return page_problem(request, Problem.NOT_FOUND)
        return problem_answer(Problem.NOT_FOUND, "see /api/v1/openapi.json for all that there is")

    @app.exception_handler(Exception)
    async def failed(_request: Request, _error: Exception) -> JSONResponse:
        return problem_answer(Problem.FAILED, "the call could not be answered; the emulator's own output says why")


def _methods(app: FastAPI, request: Request) -> list[str]:
    """The methods of all routes with the call's path: the framework names those of one route only."""
    methods: set[str] = set()
    for route in (*app.routes, *(route for router in _ROUTERS for route in router.routes)):
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return sorted(methods)
