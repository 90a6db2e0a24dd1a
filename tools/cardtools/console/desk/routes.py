"""The desk's pages: the card, its acts, and what is saved from it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from cardtools.console.acts.values import ASKS_CA, Acted, ActName, CardSeen, Form, Outcome, Result, Work
from cardtools.console.desk.access import EXPERT_COOKIE, ADesk, ASeat, Desk
from cardtools.console.desk.view import CODE, OBJECT, chosen_in
from cardtools.console.web.context import ClassEndedError, NoSuchPageError, NotLetInError, TheConsole
from cardtools.console.web.guard import BODY_MAX
from cardtools.console.web.pages import PageRoute, go_to, page
from cardtools.console.web.streams import EventStream
from cardtools.console.web.visitors import desk_path

router = APIRouter(route_class=PageRoute, include_in_schema=False, redirect_slashes=False)

CONFIRMED, FILE = "confirmed", "file"
_FIELDS_MAX = 40
At = Annotated[str, Query(max_length=100)]


@router.get("/join/{token}")
def join(console: TheConsole, token: str) -> Response:
    """A trainee's link: the browser is let in to that trainee's desk, and to no other."""
    trainee = console.visitors.trainee_with(token)
    if trainee is None and (ended := console.visitors.ended_with(token)) is not None:
        raise ClassEndedError(ended)
    if trainee is None:
        raise NotLetInError
    answer = go_to(desk_path(trainee.id))
    console.visitors.let_trainee_in(trainee, answer)
    return answer


@router.get("/desk/{trainee}")
def desk_page(request: Request, desk: ADesk, at: At = "") -> Response:
    """The exercise, and the card."""
    return page(request, "desk", desk.language, {**_exercise(desk), **_card(desk, at)})


@router.get("/desk/{trainee}/exercise")
def exercise_part(request: Request, desk: ADesk) -> Response:
    """The exercise alone, for a page that refreshes itself."""
    return page(request, "exercise_part", desk.language, _exercise(desk))


@router.get("/desk/{trainee}/card")
def card_part(request: Request, desk: ADesk, at: At = "") -> Response:
    """The card alone, for a page that refreshes itself."""
    return page(request, "card_part", desk.language, _card(desk, at))


@router.get("/desk/{trainee}/events")
async def events(desk: ADesk) -> Response:
    """Tells the page when to refresh."""
    stream = desk.console.hub.listen(desk.topic)
    return Response(status_code=503) if stream is None else EventStream(desk.console.hub, stream)


# Acts


@router.get("/desk/{trainee}/act/{act}")
def act_page(request: Request, desk: ASeat, act: ActName, target: At = "") -> Response:
    """What an act asks for."""
    return _form_page(request, desk, _form(desk, act, target))


@router.post("/desk/{trainee}/act/{act}")
async def do_act(request: Request, desk: ASeat, act: ActName, target: At = "") -> Response:
    """Does it, and leads back to the card; so that a page that is loaded again does nothing again."""
    async with request.form(max_files=1, max_fields=_FIELDS_MAX, max_part_size=BODY_MAX) as given:
        work = await _work(desk, act, target, given)
    result = await run_in_threadpool(_done, desk, work)
    acted = result.acted or Acted(outcome=Outcome.REFUSED)
    desk.console.last_acted[desk.place.trainee.id] = acted
    desk.changed("card")
    return go_to(f"{desk.path}?at={_place_of(act, target)}#said")


@router.get("/desk/{trainee}/export/{what}")
def export(desk: ASeat, what: str, target: At = "") -> Response:
    """A certificate or a public key, as a file."""
    result = desk.do(Work(kind="export", language=desk.language, target=target, values={"what": what}))
    if result.exported is None:
        desk.console.last_acted[desk.place.trainee.id] = result.acted or Acted(outcome=Outcome.REFUSED)
        return go_to(f"{desk.path}?at={OBJECT}{target}#said")
    headers = {"Content-Disposition": f'attachment; filename="{result.exported.name}"'}
    return Response(result.exported.content, media_type="application/x-pem-file", headers=headers)


@router.post("/desk/{trainee}/expert")
def expert(desk: ASeat, at: At = "") -> Response:
    """Turns the expert mode on or off."""
    answer = go_to(f"{desk.path}?at={at}")
    value = "off" if desk.expert else "on"
    answer.set_cookie(EXPERT_COOKIE, value, path=desk.path, httponly=True, samesite="strict")
    return answer


def _done(desk: Desk, work: Work) -> Result:
    return desk.do(work.model_copy(update={"ca_url": desk.console.ca_url()}) if work.act in ASKS_CA else work)


async def _work(desk: Desk, act: ActName, target: str, given: FormData) -> Work:
    values = {name: value for name, value in given.items() if isinstance(value, str)}
    file = given.get(FILE)
    return Work(
        kind="act",
        language=desk.language,
        act=act,
        target=target,
        values=values,
        file=await file.read() if isinstance(file, UploadFile) else b"",
        confirmed=values.pop(CONFIRMED, "") == "yes",
        expert=desk.expert,
    )


def _form(desk: Desk, act: ActName, target: str) -> Form:
    result = desk.do(Work(kind="form", language=desk.language, act=act, target=target, expert=desk.expert))
    if result.form is None:
        raise NoSuchPageError
    return result.form


def _form_page(request: Request, desk: Desk, form: Form) -> Response:
    values = {"form": form, "back": f"{desk.path}?at={_place_of(form.act, form.target)}"}
    return page(request, "act", desk.language, {**_exercise(desk), **values})


_ABOUT_CODES = (ActName.LOG_IN, ActName.CHANGE, ActName.UNBLOCK, ActName.SET_FIRST)


def _place_of(act: ActName, target: str) -> str:
    """Where in the tree an act's target is."""
    if not target:
        return ""
    return f"{CODE if act in _ABOUT_CODES else OBJECT}{target}"


# What pages show


def _exercise(desk: Desk) -> dict[str, object]:
    briefing = desk.console.school.exercise_of(desk.place, desk.language)
    return {"desk": desk, "briefing": briefing, "exercise": briefing.exercise, "trainer": desk.by_trainer}


def _card(desk: Desk, at: str) -> dict[str, object]:
    result = desk.look()
    seen: CardSeen | None = result.seen
    return {
        "desk": desk,
        "seen": seen,
        "unseen": result.unseen,
        "chosen": chosen_in(seen, at),
        "acted": desk.console.last_acted.get(desk.place.trainee.id),
        "trainer": desk.by_trainer,
    }
