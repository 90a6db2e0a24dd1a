"""A word at the end: what a card must be like before it goes back to the vendor."""

from __future__ import annotations

from demo.walkthrough.chapters.common_steps import FACTORY_PIN, JANA, PIN, PUK, QPIN
from demo.walkthrough.stage import Stage
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.terminal import Typed


def _not_ready(stage: Stage, _world: World) -> None:
    stage.do("cardmanager", "ready-for-claim", status=1, shows=["is not ready for a warranty claim"])


def _prepare(stage: Stage, world: World) -> None:
    stage.do(
        "cardmanager", "ready-for-claim", "--prepare",
        typing=[
            Typed("[y/N]: ", "y"),
            Typed("PIN: ", PIN, "the card's PIN"),
            Typed("PUK: ", PUK, "the card's PUK"),
            Typed("QPIN: ", QPIN, "the card's QPIN"),
        ],
        shows=["The card is ready for a warranty claim."],
    )  # fmt: skip
    card = stage.card(world.sockets[JANA])
    stage.check("nothing is on the card, and no try was lost", not card.keys and card.all_tries())


def _ready(stage: Stage, _world: World) -> None:
    stage.do("cardmanager", "ready-for-claim", "--check-codes", shows=["The card is ready for a warranty claim."])


CHAPTER = Chapter(
    name="claim",
    title="Ready for a warranty claim",
    why=f"The vendor takes a card back with nothing of its user on it, and with the factory's codes ({FACTORY_PIN} and "
    "so on).",
    needs=("first-certificate",),
    steps=(
        Step("What is still missing", "The card manager tells, without trying any code.", _not_ready),
        Step(
            "The card is made ready",
            "All is deleted, and PIN, PUK and QPIN get the factory's values.",
            _prepare,
        ),
        Step(
            "The codes are tried",
            "A code that has been changed before does not tell its value; trying it does.",
            _ready,
        ),
    ),
)
