"""A ZZZS-PK: the transport PIN, a blocked PIN and its PUK, and a part that is lost while the other lives."""

from __future__ import annotations

from demo.walkthrough.chapters.common_steps import block, insert, new_value, remove, set_by
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
    transport = Typed("TPIN: ", _TPIN, "the transport PIN from the letter")
    set_by(stage, "set-first", "kpep-pin", transport, new_value("PIN of KPEP", _KPEP_PIN, "Maja's own PIN"))
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check("KPEP's PIN is set, and TPIN is used up", codes["kpep-pin"].state == "set" != codes["tpin"].state)


def _blocked(stage: Stage, world: World) -> None:
    another = new_value("PIN of PEP", _NEW_PEP_PIN, "another value")
    block(stage, "pep-pin", Typed("PIN of PEP: ", "0000", "a wrong value"), another)
    stage.check("the PIN of PEP is blocked", stage.card(world.sockets[_CARD]).codes["pep-pin"].state == "blocked")
    by = Typed("PUK of PEP: ", _PEP_PUK, "the PUK from the letter")
    set_by(stage, "unblock", "pep-pin", by, new_value("PIN of PEP", _NEW_PEP_PIN, "a new PIN"))
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check(
        "it works again, and PUK has all its tries",
        codes["pep-pin"].tries_left == 3 and codes["pep-puk"].tries_left == 5,
    )


def _kpep_lost(stage: Stage, world: World) -> None:
    another = new_value("PIN of KPEP", _KPEP_PIN[::-1], "another value")
    block(stage, "kpep-pin", Typed("PIN of KPEP: ", "000000", "a wrong value"), another)
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
