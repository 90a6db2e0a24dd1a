"""The cards as a web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

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
from stuntcard.serve.guard import Guard, Hosts
from stuntcard.serve.live_parts import LiveParts
from stuntcard.serve.problems import Problem, refusals
from stuntcard.serve.refusing import answer_errors
from stuntcard.serve.visitors import Notices

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


def create_app(cards: Cards, access: Access, hosts: Hosts) -> FastAPI:
    """These cards, for whoever has a token; `hosts` is what clients may call the server."""
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
    app.state.live_parts = LiveParts()
    app.add_middleware(Guard, hosts=hosts)
    for router in _ROUTERS:
        app.include_router(router)
    answer_errors(app, [*app.routes, *(route for router in _ROUTERS for route in router.routes)])
    return app


@asynccontextmanager
async def _living(app: FastAPI) -> AsyncIterator[None]:
    app.state.cards.hub.open()
    yield
    app.state.cards.hub.close()
