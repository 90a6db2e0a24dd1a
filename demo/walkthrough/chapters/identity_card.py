"""An eObčanka: codes from the office, signing activated, a PIN blocked and unblocked, identification gone for good."""

from __future__ import annotations

from demo.walkthrough.chapters.common_steps import block, insert, new_value, remove, set_by
from demo.walkthrough.stage import Stage
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.terminal import Typed

_CARD = "lucie"
_DOK, _IOK, _PUK, _PIN, _QPIN = "482913", "7301", "9081726354", "24680", "13579"
_NEW_PIN = "97531"


def _nothing_set(stage: Stage, world: World) -> None:
    stage.do("stuntcard", "card", "new", _CARD, "eobcanka", shows=["a new eObčanka"])
    insert(stage, world, _CARD)
    card = stage.card(world.sockets[_CARD])
    stage.check("no code has a value", all(code.state == "not_set" for code in card.codes.values()))


def _the_office(stage: Stage, world: World) -> None:
    stage.do(
        "stuntcard", "actor", _CARD, "office", "set-identification", "--dok", _DOK, "--iok", _IOK, shows=["done"],
    )  # fmt: skip
    codes = stage.card(world.sockets[_CARD]).codes
    given = sorted(name for name, code in codes.items() if code.state == "set")
    stage.check("DOK and IOK are set, and nothing else", given == ["dok", "iok"])


def _activate(stage: Stage, world: World) -> None:
    for name, by, value, new in (("PUK", "IOK", _IOK, _PUK), ("PIN", "PUK", _PUK, _PIN), ("QPIN", "PUK", _PUK, _QPIN)):
        own = new_value(name, new, f"Lucie's own {name}")
        set_by(stage, "set-first", name, Typed(f"{by}: ", value, f"Lucie's {by}"), own, shows=[f"{name} is set"])
    stage.check("every code that has a value has all its tries", stage.card(world.sockets[_CARD]).all_tries())


def _block_and_unblock(stage: Stage, world: World) -> None:
    another = new_value("PIN", _NEW_PIN, "another PIN")
    block(stage, "PIN", Typed("PIN: ", "00000", "a wrong PIN"), another)
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check(
        "PIN is blocked; QPIN is not touched", codes["pin"].state == "blocked" and codes["qpin"].tries_left == 3
    )
    set_by(stage, "unblock", "PIN", Typed("PUK: ", _PUK, "Lucie's PUK"), another)
    stage.check("PIN works again, with all tries", stage.card(world.sockets[_CARD]).all_tries())


def _stolen(stage: Stage, world: World) -> None:
    stage.do("stuntcard", "actor", _CARD, "helpline", "block-identification", shows=["done"])
    stage.do("stuntcard", "advise", _CARD, shows=["Gone for good", "identification"])
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check(
        "PUK, PIN and QPIN are as they were", all(codes[name].state == "set" for name in ("puk", "pin", "qpin"))
    )
    remove(stage, world, _CARD)


CHAPTER = Chapter(
    name="identity-card",
    title="An eObčanka: two halves, and an office",
    why="Lucie has a Czech identity card. DOK and IOK serve identification and come from the office; PUK, PIN and QPIN "
    "serve signing and are her own affair. The two halves meet in one place: PUK is first set with IOK.",
    steps=(
        Step(
            "Handed over with nothing set",
            "The card may be picked up without any code. A code that has no value is not blocked, and programs "
            "tell the two apart.",
            _nothing_set,
        ),
        Step(
            "The office sets DOK and IOK",
            "Both together, after proof of identity. `stuntcard actor` plays the office.",
            _the_office,
        ),
        Step(
            "Signing is activated",
            "PUK is set with IOK, and this once only. PIN and QPIN are then set with PUK, as often as one likes.",
            _activate,
        ),
        Step(
            "PIN is blocked, and unblocked",
            "Three wrong values block it. PUK unblocks it; no office is needed.",
            _block_and_unblock,
        ),
        Step(
            "Stolen: the helpline blocks identification",
            "That is for good: on this card it never works again. Signing goes on, so far as its codes stay secret.",
            _stolen,
        ),
    ),
)
