"""Renewals until the CC area is full: error 622, and its cure."""

from __future__ import annotations

from demo.walkthrough.chapters.common_steps import JANA, TYPED_PIN, TYPED_QPIN, clean, install, issue, renew
from demo.walkthrough.chapters.first_certificate import FIRST
from demo.walkthrough.stage import Stage
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.words import Said, say, shown_by

SECOND, THIRD = "second", "third"
_CODES = (TYPED_QPIN, TYPED_PIN)


def _second(stage: Stage, world: World) -> None:
    _renewed(stage, world, FIRST, SECOND)
    _check_on_card(stage, world, FIRST, SECOND)


def _renewed(stage: Stage, world: World, old: str, new: str) -> None:
    renew(stage, world, old, new, _CODES)
    issue(stage, world, new)
    install(stage, world, new, [TYPED_PIN])


def _check_on_card(stage: Stage, world: World, *called: str) -> None:
    on_card = stage.objects()
    area = on_card.areas["cc"]
    said = say("found-on-card-two", one=of_jana(called[0]), two=of_jana(called[-1]))
    if len(called) == 1:
        said = say("found-on-card", one=of_jana(called[0]))
    stage.check(said, on_card.serials() == sorted(world.serials[one] for one in called))
    stage.check(say("found-places", taken=len(called)), (area.used, area.places) == (len(called), 2))


def _full(stage: Stage, world: World) -> None:
    before = stage.card(world.sockets[JANA])
    no_place = shown_by("enrol", "trouble-no-place-what", used=2, places=2)
    stage.do(
        "enrol", "renew", "--serial", f"0x{world.serials[SECOND]}", typing=_CODES, status=1,
        shows=[
            shown_by("enrol", "numbered", number=622), no_place, shown_by("enrol", "cause"), shown_by("enrol", "cure"),
        ],
    )  # fmt: skip
    stage.check(say("found-as-it-was"), stage.card(world.sockets[JANA]) == before)


def _clean(stage: Stage, world: World) -> None:
    clean(stage, world, FIRST, typing=[TYPED_PIN])
    _check_on_card(stage, world, SECOND)


def of_jana(called: str) -> Said:
    """A certificate of Jana's, by what the story calls it."""
    return say(f"certificate-{called}")


def _again(stage: Stage, world: World) -> None:
    _renewed(stage, world, SECOND, THIRD)
    _check_on_card(stage, world, SECOND, THIRD)


CHAPTER = Chapter(
    name="renewal",
    needs=("first-certificate",),
    steps=(
        Step("second", _second),
        Step("full", _full),
        Step("clean", _clean),
        Step("again", _again),
    ),
)
