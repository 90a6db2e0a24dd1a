"""The console's web application, put together."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import python_multipart  # noqa: F401 - FastAPI reads forms with it, and is told here when it is not installed
from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cardtools.common.look import look_folder
from cardtools.console.board import routes as board_routes
from cardtools.console.desk import exercise_routes
from cardtools.console.desk import routes as desk_routes
from cardtools.console.web.context import Console
from cardtools.console.web.guard import Guard
from cardtools.console.web.pages import error_page

_STATIC = Path(str(files("cardtools.console.web") / "static"))


def create_app(console: Console, hosts: Sequence[str]) -> FastAPI:
    """The application, for browsers that reach it under one of the hosts, each with its port."""
    app = FastAPI(title="Stuntcard console", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.console = console
    app.add_middleware(Guard, hosts=hosts)
    for router in (desk_routes.router, exercise_routes.router, board_routes.router):
        app.include_router(router)
    app.mount("/look", StaticFiles(directory=look_folder()), name="look")
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")

    @app.exception_handler(HTTPException)
    async def no_page(request: Request, error: HTTPException) -> Response:
        return error_page(request, error)

    return app
