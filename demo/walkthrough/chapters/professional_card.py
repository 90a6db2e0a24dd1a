"""A ZZZS-PK: the transport PIN, a blocked PIN and its PUK, and a part that is lost while the other lives."""

from __future__ import annotations

from demo.walkthrough.chapters.common_steps import insert, remove
from demo.walkthrough.stage import Stage
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.terminal import Typed

_CARD = "maja"
_PEP_PIN, _PEP_PUK, _TPIN = "1234", "87654321", "12345678"
_NEW_PEP_PIN, _KPEP_PIN = "8052", "640917"


def _as_it_came(stage: Stage, world: World) -> None:
    stage.do("stuntcard", "card", "new", _CARD, "zzzs-pk", shows=["a new ZZZS-PK"])
    insert(stage, world, _CARD)
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check("PEP has its PIN, and KPEP has none yet", codes["pep-pin"].state == "set" != codes["kpep-pin"].state)


def _first_use(stage: Stage, world: World) -> None:
    stage.do(
        "cardmanager", "set-first", "kpep-pin",
        typing=[
            Typed("TPIN: ", _TPIN, "the transport PIN from the letter"),
            Typed("New PIN of KPEP: ", _KPEP_PIN, "Maja's own PIN"),
            Typed("New PIN of KPEP again: ", _KPEP_PIN, "Maja's own PIN"),
        ],
    )  # fmt: skip
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check("KPEP's PIN is set, and TPIN is used up", codes["kpep-pin"].state == "set" != codes["tpin"].state)


def _wrong(stage: Stage, code: str, name: str, wrong: str, new: str, times: int) -> None:
    for _ in range(times):
        stage.do(
            "cardmanager", "change", code, status=1,
            typing=[
                Typed(f"{name}: ", wrong, "a wrong value"),
                Typed(f"New {name}: ", new, "another value"),
                Typed(f"New {name} again: ", new, "another value"),
            ],
        )  # fmt: skip


def _blocked(stage: Stage, world: World) -> None:
    _wrong(stage, "pep-pin", "PIN of PEP", "0000", _NEW_PEP_PIN, 3)
    stage.check("the PIN of PEP is blocked", stage.card(world.sockets[_CARD]).codes["pep-pin"].state == "blocked")
    stage.do(
        "cardmanager", "unblock", "pep-pin",
        typing=[
            Typed("PUK of PEP: ", _PEP_PUK, "the PUK from the letter"),
            Typed("New PIN of PEP: ", _NEW_PEP_PIN, "a new PIN"),
            Typed("New PIN of PEP again: ", _NEW_PEP_PIN, "a new PIN"),
        ],
    )  # fmt: skip
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check(
        "it works again, and PUK has all its tries",
        codes["pep-pin"].tries_left == 3 and codes["pep-puk"].tries_left == 5,
    )


def _kpep_lost(stage: Stage, world: World) -> None:
    _wrong(stage, "kpep-pin", "PIN of KPEP", "000000", _KPEP_PIN[::-1], 3)
    stage.do("stuntcard", "advise", _CARD, shows=["Gone for good", "KPEP"])
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check(
        "KPEP is lost, and PEP works as before",
        codes["kpep-pin"].state == "blocked" and codes["pep-pin"].tries_left == 3,
    )
    remove(stage, world, _CARD)


CHAPTER = Chapter(
    name="professional-card",
    title="A ZZZS-PK: two parts, and one of them lost",
    why="Maja, a physician, has a Slovenian professional card. PEP, for on-line access, has a PIN and a PUK; KPEP, for "
    "qualified signatures, comes locked by a transport PIN, and nothing unblocks its PIN.",
    steps=(
        Step(
            "The card as it came",
            "Two letters came apart from it: one with PIN and PUK of PEP, one with the transport PIN of KPEP.",
            _as_it_came,
        ),
        Step(
            "KPEP gets a PIN of its own",
            "With the transport PIN, and this once only.",
            _first_use,
        ),
        Step(
            "The PIN of PEP is blocked, and unblocked",
            "While it is blocked it can't be changed, only unblocked with PUK.",
            _blocked,
        ),
        Step(
            "KPEP is lost, and PEP lives",
            "Three wrong PINs lock KPEP for good. PUK belongs to PEP and is no help; a new card has to be ordered.",
            _kpep_lost,
        ),
    ),
)
