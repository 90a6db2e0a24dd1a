"""A word at the end: what a card must be like before it goes back to the vendor."""

from __future__ import annotations

from demo.walkthrough.chapters.common_steps import JANA, PIN, PUK, QPIN
from demo.walkthrough.stage import Stage, Typing
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.words import say, shown_by

_READY = shown_by("manager", "claim-ready")


def _not_ready(stage: Stage, _world: World) -> None:
    stage.do("cardmanager", "ready-for-claim", status=1, shows=[shown_by("manager", "claim-not-ready")])


def _prepare(stage: Stage, world: World) -> None:
    stage.do(
        "cardmanager", "ready-for-claim", "--prepare",
        typing=[
            Typing("[y/N]: ", "y"),
            Typing("PIN: ", PIN, say("typed-of-card", code="PIN")),
            Typing("PUK: ", PUK, say("typed-of-card", code="PUK")),
            Typing("QPIN: ", QPIN, say("typed-of-card", code="QPIN")),
        ],
        shows=[_READY],
    )  # fmt: skip
    card = stage.card(world.sockets[JANA])
    stage.check(say("found-empty-no-try-lost"), not card.keys and card.all_tries())


def _ready(stage: Stage, _world: World) -> None:
    stage.do("cardmanager", "ready-for-claim", "--check-codes", shows=[_READY])


CHAPTER = Chapter(
    name="claim",
    needs=("first-certificate",),
    steps=(
        Step("not-ready", _not_ready),
        Step("prepare", _prepare),
        Step("ready", _ready),
    ),
)
