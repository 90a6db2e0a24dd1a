"""What a trainee does about the exercise: hints, calls, beginning again, going on, asking the trainer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from cardtools.console.desk.access import ASeat
from cardtools.console.emulator.values import Person
from cardtools.console.web.pages import PageRoute, go_to, page

router = APIRouter(prefix="/desk/{trainee}", route_class=PageRoute, include_in_schema=False, redirect_slashes=False)

Name = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,63}$")]
_FIELDS_MAX = 20


@router.post("/hint")
def hint(desk: ASeat, after: Annotated[int, Form(ge=0, le=10_000)]) -> Response:
    """One more hint; a form that is sent twice takes one."""
    desk.console.school.hint(desk.place, after, desk.language)
    desk.changed("exercise")
    return go_to(f"{desk.path}#hints")


@router.post("/call/{person}")
def call(desk: ASeat, person: Person) -> Response:
    """Calls somebody."""
    desk.console.school.call(desk.place, person, desk.language)
    desk.changed("exercise")
    return go_to(f"{desk.path}#calls")


@router.get("/people/{actor}/{act}")
def ask_act(request: Request, desk: ASeat, actor: Name, act: Name) -> Response:
    """What somebody off the card asks for, who is to act on it."""
    who, what = desk.console.school.act_of(desk.place, actor, act, desk.language)
    return page(request, "person", desk.language, {"desk": desk, "who": who, "what": what, "trainer": desk.by_trainer})


@router.post("/people/{actor}/{act}")
async def have_act(request: Request, desk: ASeat, actor: Name, act: Name) -> Response:
    """Has somebody off the card act on it."""
    async with request.form(max_files=0, max_fields=_FIELDS_MAX) as given:
        values = {name: value for name, value in given.items() if isinstance(value, str)}
    await run_in_threadpool(desk.console.school.have_act, desk.place, (actor, act), values, desk.language)
    desk.changed("card")
    return go_to(desk.path)


@router.post("/again")
def again(desk: ASeat) -> Response:
    """The same exercise with a fresh card."""
    desk.console.school.begin_again(desk.place)
    desk.console.last_acted.pop(desk.place.trainee.id, None)
    desk.changed("all")
    return go_to(desk.path)


@router.post("/next")
def next_exercise(desk: ASeat) -> Response:
    """The exercise that comes after this one."""
    desk.console.school.next_exercise(desk.place)
    desk.console.last_acted.pop(desk.place.trainee.id, None)
    desk.changed("all")
    return go_to(desk.path)


@router.post("/ask")
def ask(desk: ASeat) -> Response:
    """Asks the trainer for help, or does so no more."""
    desk.console.school.registry.set_asking(desk.place.trainee.id, not desk.place.trainee.asks)
    desk.changed("exercise")
    return go_to(f"{desk.path}#ask")
