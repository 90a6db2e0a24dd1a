"""The trainer's pages."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response

from cardtools.common.messages import Language
from cardtools.console.board.report import csv_report, pdf_report, report_name, report_of
from cardtools.console.board.rows import board_rows
from cardtools.console.school.plan import FormError, plan_of
from cardtools.console.school.school import now
from cardtools.console.store.rows import ClassRow
from cardtools.console.web.context import Console, ForTrainer, NoSuchPageError, NotLetInError, TheConsole
from cardtools.console.web.languages import language_of
from cardtools.console.web.pages import PageRoute, go_to, messages_for, page
from cardtools.console.web.streams import EventStream
from cardtools.console.web.visitors import desk_path

router = APIRouter(route_class=PageRoute, include_in_schema=False, redirect_slashes=False)

_Text = Annotated[str, Form(max_length=8000)]


@router.get("/enter/{ticket}")
def enter(
    request: Request,
    console: TheConsole,
    ticket: str,
    to: Annotated[str, Query(pattern="^/(classes/[0-9a-f]{10})?$")] = "/",
) -> Response:
    """The trainer's link: it lets one browser in, once."""
    if not console.visitors.use_ticket(ticket) and not console.visitors.is_trainer(request):
        raise NotLetInError
    answer = go_to(to)
    console.visitors.let_trainer_in(request, answer)
    return answer


@router.get("/")
def home(request: Request, console: ForTrainer) -> Response:
    """Exercises to try, and classes."""
    language = language_of(request)
    school = console.school
    values = {"trainer": True, "exercises": school.exercises(language), "classes": school.classes()}
    return page(request, "home", language, values)


@router.post("/practice")
def practice(request: Request, console: ForTrainer, exercise: Annotated[str, Form(max_length=64)]) -> Response:
    """One exercise for whoever sits here."""
    language = language_of(request)
    messages = messages_for(language)
    trainee = console.school.begin_practice(exercise, messages.text("practice"), messages.text("you"), language)
    return go_to(desk_path(trainee.id))


@router.get("/exercises/{exercise}")
def exercise_page(request: Request, console: ForTrainer, exercise: Annotated[str, Path(max_length=64)]) -> Response:
    """An exercise with its answers, before it is given."""
    language = language_of(request)
    answers = console.school.answers(exercise, language)
    if answers is None:
        raise NoSuchPageError
    return page(request, "answers", language, {"trainer": True, "exercise": answers})


# Classes


@router.get("/classes/new")
def new_class(request: Request, console: ForTrainer) -> Response:
    """Asks who comes, and which exercises there are to be."""
    return _asked(request, console, _Filled(speaks=language_of(request)))


@dataclass(frozen=True, slots=True)
class _Filled:
    """What stands in the form of a new class."""

    title: str = ""
    speaks: Language = Language.ENGLISH
    trainees: str = ""
    exercises: tuple[str, ...] = ()


def _asked(request: Request, console: Console, filled: _Filled, error: FormError | None = None) -> Response:
    """The form of a new class, and why it was not taken."""
    language = language_of(request)
    values = {
        "trainer": True,
        "exercises": console.school.exercises(language),
        "filled": filled,
        "told": messages_for(language).told(error) if error is not None else None,
    }
    return page(request, "class_new", language, values, HTTPStatus.OK if error is None else HTTPStatus.CONFLICT)


@router.post("/classes")
def begin_class(
    request: Request,
    console: ForTrainer,
    speaks: Annotated[Language, Form()],
    title: _Text = "",
    trainees: _Text = "",
    exercise: Annotated[list[str], Form(max_length=100)] = [],  # noqa: B006 - FastAPI makes a list for each call
) -> Response:
    """Begins a class; what was not filled in is asked for again, with all that was."""
    try:
        plan = plan_of(title, speaks, exercise, trainees.splitlines())
    except FormError as error:
        return _asked(request, console, _Filled(title, speaks, trainees, tuple(exercise)), error)
    return go_to(_class_path(console.school.begin_class(plan)))


def _class(console: ForTrainer, class_id: Annotated[str, Path(alias="class", pattern="^[0-9a-f]{10}$")]) -> ClassRow:
    found = console.school.registry.find_class(class_id)
    if found is None:
        raise NoSuchPageError
    return found


AClass = Annotated[ClassRow, Depends(_class)]


@router.get("/classes/{class}")
def board(request: Request, console: ForTrainer, class_row: AClass) -> Response:
    """All trainees, as they are now."""
    return page(request, "board", language_of(request), _board(request, console, class_row))


@router.get("/classes/{class}/rows")
def rows(request: Request, console: ForTrainer, class_row: AClass) -> Response:
    """The rows alone, for a page that refreshes itself."""
    return page(request, "board_rows", language_of(request), _board(request, console, class_row))


@router.get("/classes/{class}/events")
async def events(console: ForTrainer, class_row: AClass) -> Response:
    """Tells the board when to refresh."""
    stream = console.hub.listen(class_row.id)
    return Response(status_code=503) if stream is None else EventStream(console.hub, stream)


@router.post("/classes/{class}/trainees")
def join_class(console: ForTrainer, class_row: AClass, name: Annotated[str, Form(max_length=200)]) -> Response:
    """Somebody comes later than the others."""
    console.school.join_class(class_row, name)
    console.hub.tell(class_row.id, "exercise")
    return go_to(f"{_class_path(class_row)}#links")


@router.post("/classes/{class}/end")
def end_class(console: ForTrainer, class_row: AClass) -> Response:
    """Ends a class, and forgets it."""
    trainees = console.school.registry.trainees(class_row.id)
    console.school.end_class(class_row)
    for topic in (class_row.id, *(trainee.id for trainee in trainees)):
        console.hub.tell(topic, "all")
    return go_to("/")


@router.get("/classes/{class}/report.{kind}")
def report(
    request: Request, console: ForTrainer, class_row: AClass, kind: Annotated[str, Path(pattern="^(csv|pdf)$")]
) -> Response:
    """The report, as a file."""
    language = language_of(request)
    found = report_of(
        console.school.registry, class_row, console.school.titles(language), messages_for(language), now()
    )
    content = csv_report(found) if kind == "csv" else pdf_report(found)
    headers = {"Content-Disposition": f'attachment; filename="{report_name(class_row)}.{kind}"'}
    media = "text/csv; charset=utf-8" if kind == "csv" else "application/pdf"
    return Response(content, media_type=media, headers=headers)


# Help for one


@router.post("/trainees/{trainee}/message")
def message(console: ForTrainer, trainee: str, message: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Says something to a trainee."""
    row = console.school.registry.find_trainee(trainee)
    if row is None:
        raise NoSuchPageError
    console.school.registry.set_message(row.id, message.strip())
    console.hub.tell(row.id, "exercise")
    console.hub.tell(row.class_id, "exercise")
    return go_to(f"/classes/{row.class_id}#{row.id}")


@router.post("/trainees/{trainee}/again")
def again(console: ForTrainer, trainee: str) -> Response:
    """Has a trainee begin the exercise again, with a fresh card."""
    row = console.school.registry.find_trainee(trainee)
    if row is None:
        raise NoSuchPageError
    console.school.begin_again(console.school.look_at(row))
    console.last_acted.pop(row.id, None)
    console.hub.tell(row.id, "all")
    console.hub.tell(row.class_id, "exercise")
    return go_to(f"/classes/{row.class_id}#{row.id}")


def _class_path(class_row: ClassRow) -> str:
    return f"/classes/{class_row.id}"


def _board(request: Request, console: Console, class_row: ClassRow) -> dict[str, object]:
    registry = console.school.registry
    return {
        "trainer": True,
        "class_row": class_row,
        "exercises": registry.exercises(class_row.id),
        "titles": console.school.titles(language_of(request)),
        "rows": board_rows(registry, class_row, now()),
        "url": console.url,
    }
