"""A new ProID+Q: the factory's codes give way to the holder's own."""

from __future__ import annotations

from demo.walkthrough.chapters.common_steps import (
    FACTORY_PIN,
    FACTORY_PUK,
    FACTORY_QPIN,
    JANA,
    PIN,
    PUK,
    QPIN,
    change_code,
    insert,
    new_value,
)
from demo.walkthrough.stage import Stage
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.terminal import Typed


def _new_card(stage: Stage, world: World) -> None:
    stage.do("stuntcard", "card", "new", JANA, "proid-q", "--serial", "5354554E54000001", shows=["a new ProID+Q"])
    insert(stage, world, JANA)
    card = stage.card(world.sockets[JANA])
    stage.check("the card is in operation, and nothing is on it", card.life_cycle == "operational" and not card.keys)


def _factory_codes(stage: Stage, world: World) -> None:
    stage.do("cardmanager", "show", shows=["must be changed", "CC area (guarded by QPIN): 0 of 2 places taken"])
    card = stage.card(world.sockets[JANA])
    stage.check("PIN, PUK and QPIN must all be changed", card.must_change() == ["pin", "puk", "qpin"])


def _mismatch(stage: Stage, world: World) -> None:
    stage.do(
        "cardmanager", "change", "PIN", status=1,
        typing=[
            Typed("PIN: ", FACTORY_PIN, "the factory's PIN"),
            Typed("New PIN: ", PIN, "Jana's own PIN"),
            Typed("New PIN again: ", f"{PIN}x", "the same with a slip"),
        ],
        shows=["differ"],
    )  # fmt: skip
    card = stage.card(world.sockets[JANA])
    stage.check("PIN is the factory's still, and no try was lost", "pin" in card.must_change() and card.all_tries())


def _own_codes(stage: Stage, world: World) -> None:
    for name, old, new in (("PIN", FACTORY_PIN, PIN), ("PUK", FACTORY_PUK, PUK), ("QPIN", FACTORY_QPIN, QPIN)):
        own = new_value(name, new, f"Jana's own {name}")
        factory = Typed(f"{name}: ", old, f"the factory's {name}")
        change_code(stage, name, factory, own, shows=[f"{name} is changed."])
    card = stage.card(world.sockets[JANA])
    stage.check("no code has to be changed any more, and no try was lost", not card.must_change() and card.all_tries())


CHAPTER = Chapter(
    name="codes",
    title="A new card, and codes of one's own",
    why="Jana has been given a ProID+Q. It comes with the factory's codes, which everybody can look up: PIN 12345678, "
    "PUK 87654321 and QPIN 12345678. They log in only so that they can be changed.",
    steps=(
        Step(
            "The card comes into the reader",
            "A stored card keeps what is done to it, as a real one does. It runs as a program of its own, and every "
            "program that is started with this PC/SC socket sees it in a reader.",
            _new_card,
        ),
        Step(
            "The codes of the factory must be changed",
            "The card itself tells which of its codes still have the factory's value, and the card manager shows it, "
            "with the tries: left now, set, and the most that can be set.",
            _factory_codes,
        ),
        Step(
            "A slip when the new PIN is typed",
            "New codes are typed twice. When the two differ, the card manager says so, and sends nothing to the card.",
            _mismatch,
        ),
        Step(
            "PIN, PUK and QPIN get new values",
            "Each is changed with its old value. QPIN is the one for qualified signatures.",
            _own_codes,
        ),
    ),
)
