"""Renewals until the CC area is full: error 622, and its cure."""

from __future__ import annotations

from demo.walkthrough.chapters.common_steps import JANA, TYPED_PIN, TYPED_QPIN, clean, install, issue, renew
from demo.walkthrough.chapters.first_certificate import FIRST
from demo.walkthrough.stage import Stage
from demo.walkthrough.story import Chapter, Step, World

SECOND, THIRD = "Jana's second", "Jana's third"
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
    what = " and ".join(f"{one} certificate" for one in called)
    stage.check(f"on the card: {what}", on_card.serials() == sorted(world.serials[one] for one in called))
    stage.check(f"{len(called)} of 2 places taken", (area.used, area.places) == (len(called), 2))


def _full(stage: Stage, world: World) -> None:
    before = stage.card(world.sockets[JANA])
    stage.do(
        "enrol", "renew", "--serial", f"0x{world.serials[SECOND]}", typing=_CODES, status=1,
        shows=["Error 622", "2 of 2 places taken", "Cause:", "Cure:"],
    )  # fmt: skip
    stage.check("the card is as it was", stage.card(world.sockets[JANA]) == before)


def _clean(stage: Stage, world: World) -> None:
    clean(stage, world, FIRST, typing=[TYPED_PIN])
    _check_on_card(stage, world, SECOND)


def _again(stage: Stage, world: World) -> None:
    _renewed(stage, world, SECOND, THIRD)
    _check_on_card(stage, world, SECOND, THIRD)


CHAPTER = Chapter(
    name="renewal",
    title="Renewals, and error 622",
    why="The CC area has two places. Each certificate takes one, and so does each key that waits for its certificate.",
    needs=("first-certificate",),
    steps=(
        Step(
            "The first renewal takes the second place",
            "The old key signs for its successor, and stays. The store is preset to the card, for the old certificate "
            "lies there.",
            _second,
        ),
        Step(
            "The next renewal ends in error 622",
            "No place is left. The client finds that before anything is made or sent.",
            _full,
        ),
        Step(
            "The oldest certificate is cleaned away",
            "The clean-up deletes what is ticked with its key, a valid certificate included, and there is no way back.",
            _clean,
        ),
        Step("Now the renewal goes through", "A place is free again.", _again),
    ),
)
