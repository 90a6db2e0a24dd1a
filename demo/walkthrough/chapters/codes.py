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
from demo.walkthrough.stage import Stage, Typing
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.words import say, shown_by

_DIFFER = shown_by("card", "prompt-mismatch")


def _of_factory(code: str, value: str) -> Typing:
    return Typing(f"{code}: ", value, say("typed-of-factory", code=code))


def _new_card(stage: Stage, world: World) -> None:
    made = shown_by("stuntcard", "stored-made", name=JANA, card="ProID+Q")
    stage.do("stuntcard", "card", "new", JANA, "proid-q", "--serial", "5354554E54000001", shows=[made])
    insert(stage, world, JANA)
    card = stage.card(world.sockets[JANA])
    stage.check(say("found-new"), card.life_cycle == "operational" and not card.keys)


def _factory_codes(stage: Stage, world: World) -> None:
    area = shown_by("card", "CC area")
    places = shown_by("manager", "area-places", area=area, code="QPIN", used=0, places=2)
    stage.do("cardmanager", "show", shows=[shown_by("manager", "column-must"), places])
    card = stage.card(world.sockets[JANA])
    stage.check(say("found-must-change"), card.must_change() == ["pin", "puk", "qpin"])


def _mismatch(stage: Stage, world: World) -> None:
    with_slip = new_value("PIN", PIN, say("typed-own-of-jana", code="PIN"), again=f"{PIN}x")
    change_code(stage, "PIN", _of_factory("PIN", FACTORY_PIN), with_slip, status=1, shows=[_DIFFER])
    card = stage.card(world.sockets[JANA])
    stage.check(say("found-factory-pin"), "pin" in card.must_change() and card.all_tries())


def _own_codes(stage: Stage, world: World) -> None:
    for name, old, new in (("PIN", FACTORY_PIN, PIN), ("PUK", FACTORY_PUK, PUK), ("QPIN", FACTORY_QPIN, QPIN)):
        own = new_value(name, new, say("typed-own-of-jana", code=name))
        change_code(stage, name, _of_factory(name, old), own, shows=[shown_by("manager", "changed", code=name)])
    card = stage.card(world.sockets[JANA])
    stage.check(say("found-none-to-change"), not card.must_change() and card.all_tries())


CHAPTER = Chapter(
    name="codes",
    steps=(
        Step("new-card", _new_card),
        Step("factory-codes", _factory_codes),
        Step("mismatch", _mismatch),
        Step("own-codes", _own_codes),
    ),
)
