"""Classes: held again, joined, ended; and what was practised and left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cardtools.common.messages import Language
from cardtools.console.emulator.api import Emulator
from cardtools.console.errors import ConsoleError
from cardtools.console.school.plan import ClassPlan, FormError
from cardtools.console.school.school import PRACTICE_KEPT, PRACTICE_MAX, School
from cardtools.console.store.database import Database
from cardtools.console.store.registry import Registry

PLAN = ClassPlan(title="Helpdesk", exercises=("a", "b"), trainees=("Jana", "Petr"))


class Time:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def school(tmp_path: Path, time: Time) -> Iterator[School]:
    """Its emulator is nowhere: nothing here is about cards."""
    emulator = Emulator("http://127.0.0.1:1", "")
    yield School(Registry(Database(tmp_path)), emulator, tmp_path, time)
    emulator.close()


def names(school: School, class_id: str) -> list[str]:
    return [trainee.name for trainee in school.registry.trainees(class_id)]


def planned(**changes: object) -> ClassPlan:
    return ClassPlan.model_validate({**PLAN.model_dump(by_alias=True), **changes})


def test_a_class_that_is_held_again_goes_on_and_who_is_new_joins(school: School) -> None:
    begun = school.hold(PLAN)
    assert (begun.goes_on, begun.joined) == (False, ())
    links = [trainee.token for trainee in school.registry.trainees(begun.class_row.id)]
    again = school.hold(planned(trainees=("Eva", "Petr", "Jana", "Žofie")))
    assert (again.class_row, again.goes_on, again.joined) == (begun.class_row, True, ("Eva", "Žofie"))
    assert names(school, begun.class_row.id) == ["Jana", "Petr", "Eva", "Žofie"]
    assert [trainee.token for trainee in school.registry.trainees(begun.class_row.id)][:2] == links
    assert school.hold(planned(title="Another")).class_row != begun.class_row


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"trainees": ("Jana",)}, "class-somebody-gone"),
        ({"trainees": ("Jana", "Petra")}, "class-somebody-gone"),
        ({"exercises": ("b", "a")}, "class-other-exercises"),
        ({"language": Language.CZECH}, "class-other-language"),
    ],
)
def test_what_else_was_changed_is_refused(school: School, changes: dict[str, object], key: str) -> None:
    begun = school.hold(PLAN).class_row
    with pytest.raises(ConsoleError) as caught:
        school.hold(planned(**changes))
    assert (caught.value.key, caught.value.values["begun"]) == (key, "2026-11-28 09:30")
    assert school.registry.classes() == [begun]
    assert names(school, begun.id) == ["Jana", "Petr"]


def test_somebody_comes_later_and_nobody_twice(school: School) -> None:
    row = school.hold(PLAN).class_row
    school.join_class(row, "  Eva ")
    with pytest.raises(FormError):
        school.join_class(row, "eva")
    assert names(school, row.id) == ["Jana", "Petr", "Eva"]


def test_who_had_a_link_is_told_that_the_class_was_ended(school: School, time: Time) -> None:
    row = school.hold(PLAN).class_row
    token = school.registry.trainees(row.id)[0].token
    assert school.registry.ended_with(token) is None
    school.end_class(row)
    ended = school.registry.ended_with(token)
    assert ended is not None
    assert (ended.title, ended.at) == ("Helpdesk", time.now)
    assert school.registry.ended_with("") is None
    assert school.registry.classes() == []


def test_what_was_practised_and_left_is_put_away(school: School, time: Time) -> None:
    def practised() -> list[str]:
        return [one.id for one in school.registry.classes() if one.practice]

    row = school.hold(PLAN).class_row
    first = school.begin_practice("a", "Practice", "You", Language.ENGLISH)
    for _ in range(PRACTICE_MAX):
        time.now += timedelta(minutes=1)
        school.registry.note_seen(first.id, time.now)
        last = school.begin_practice("a", "Practice", "You", Language.ENGLISH)
    assert len(practised()) == PRACTICE_MAX
    assert {first.class_id, last.class_id} <= set(practised())
    time.now += PRACTICE_KEPT
    school.registry.note_seen(last.id, time.now)
    time.now += timedelta(minutes=1)
    school.clear_practice()
    assert practised() == [last.class_id]
    assert names(school, row.id) == ["Jana", "Petr"]
