"""The CA as a web application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match

from cardtools.ca.errors import RefusedError
from cardtools.ca.mail import routes as mail_routes
from cardtools.ca.mail.courier import deliver
from cardtools.ca.office.service import open_service
from cardtools.ca.portal import routes as portal_routes
from cardtools.ca.portal.sessions import Sessions
from cardtools.ca.settings import Settings
from cardtools.ca.times import Clock, now
from cardtools.ca.web import public_routes
from cardtools.ca.web import routes as web_routes
from cardtools.ca.web.guard import Guard, Rates
from cardtools.ca.web.refusals import STATUS, TooOftenError, not_as_expected, refusal, too_often
from cardtools.common.accept_language import preferred
from cardtools.common.messages import Messages
from cardtools.common.protocol import Problem

_ROUTERS = (web_routes.router, public_routes.router, mail_routes.router, portal_routes.router)

_PROBLEMS: Mapping[int, Problem] = {
    HTTPStatus.UNAUTHORIZED: Problem.NOT_ALLOWED,
    HTTPStatus.FORBIDDEN: Problem.NOT_ALLOWED,
    HTTPStatus.NOT_FOUND: Problem.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: Problem.NOT_ALLOWED,
}


def create_app(settings: Settings, clock: Clock = now) -> FastAPI:
    """The CA of a folder, ready to be served at `settings.url`. Raises CaError."""
    service = open_service(settings, clock)

    @asynccontextmanager
    async def delivering(_app: FastAPI) -> AsyncIterator[None]:
        """Notices are brought to applicants while the CA runs."""
        courier = asyncio.create_task(deliver(service))
        try:
            yield
        finally:
            courier.cancel()
            with suppress(asyncio.CancelledError):
                await courier

    app = FastAPI(
        title="Stuntcard training CA",
        version="1",
        description="Certificates for training and tests. Every refusal has the body `Refusal`.",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        lifespan=delivering,
    )
    rates = Rates(settings.limits)
    app.state.service = service
    app.state.rates = rates
    app.state.portal_sessions = Sessions(clock)
    app.add_middleware(Guard, limits=settings.limits, rates=rates)
    for router in _ROUTERS:
        app.include_router(router)
    _answer_errors(app)
    return app


def _answer_errors(app: FastAPI) -> None:
    """Every error is answered with a `Refusal`."""

    @app.exception_handler(RefusedError)
    async def refused(request: Request, error: RefusedError) -> JSONResponse:
        detail = error.in_language(preferred(request.headers.get("accept-language", "")))
        return refusal(STATUS[error.problem], error.problem, detail)

    @app.exception_handler(TooOftenError)
    async def often(request: Request, error: TooOftenError) -> JSONResponse:
        return too_often(error.seconds, preferred(request.headers.get("accept-language", "")))

    @app.exception_handler(RequestValidationError)
    async def not_valid(request: Request, error: RequestValidationError) -> JSONResponse:
        detail = not_as_expected(error.errors(), preferred(request.headers.get("accept-language", "")))
        return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, Problem.BAD_REQUEST, detail)

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(_methods(app, request))
        problem = _PROBLEMS.get(error.status_code, Problem.BAD_REQUEST)
        return refusal(error.status_code, problem, f"{error.detail}.".replace("..", "."), headers)

    @app.exception_handler(Exception)
    async def failed(request: Request, _error: Exception) -> JSONResponse:
        language = preferred(request.headers.get("accept-language", ""))
        detail = Messages(language, "ca").text("web-failed")
        return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, Problem.INTERNAL_ERROR, detail)


def _methods(app: FastAPI, request: Request) -> list[str]:
    """The methods of all routes with the call's path: the framework names those of one route only."""
    methods: set[str] = set()
    for route in (*app.routes, *(route for router in _ROUTERS for route in router.routes)):
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return sorted(methods)
