"""An eObčanka: codes from the office, signing activated, a PIN blocked and unblocked, identification gone for good."""

from __future__ import annotations

from demo.walkthrough.chapters.common_steps import block, insert, new_value, remove, set_by
from demo.walkthrough.stage import Stage, Typing
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.words import say, shown_by

_CARD = "lucie"
_DOK, _IOK, _PUK, _PIN, _QPIN = "482913", "7301", "9081726354", "24680", "13579"
_NEW_PIN = "97531"


def _nothing_set(stage: Stage, world: World) -> None:
    stage.do(
        "stuntcard",
        "card",
        "new",
        _CARD,
        "eobcanka",
        shows=[shown_by("stuntcard", "stored-made", name=_CARD, card="eObčanka")],
    )
    insert(stage, world, _CARD)
    card = stage.card(world.sockets[_CARD])
    stage.check(say("found-nothing-set"), all(code.state == "not_set" for code in card.codes.values()))


def _the_office(stage: Stage, world: World) -> None:
    stage.do(
        "stuntcard", "actor", _CARD, "office", "set-identification", "--dok", _DOK, "--iok", _IOK,
        shows=[shown_by("stuntcard", "done-act")],
    )  # fmt: skip
    codes = stage.card(world.sockets[_CARD]).codes
    given = sorted(name for name, code in codes.items() if code.state == "set")
    stage.check(say("found-dok-iok-set"), given == ["dok", "iok"])


def _activate(stage: Stage, world: World) -> None:
    for name, by, value, new in (("PUK", "IOK", _IOK, _PUK), ("PIN", "PUK", _PUK, _PIN), ("QPIN", "PUK", _PUK, _QPIN)):
        own = new_value(name, new, say("typed-own-of-lucie", code=name))
        done = shown_by("manager", "set-first-done", code=name, by=by)
        set_by(stage, "set-first", name, Typing(f"{by}: ", value, say("typed-of-lucie", code=by)), own, shows=[done])
    stage.check(say("found-all-tries"), stage.card(world.sockets[_CARD]).all_tries())


def _block_and_unblock(stage: Stage, world: World) -> None:
    another = new_value("PIN", _NEW_PIN, say("typed-another"))
    block(stage, "PIN", Typing("PIN: ", "00000", say("typed-wrong")), another)
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check(say("found-pin-blocked"), codes["pin"].state == "blocked" and codes["qpin"].tries_left == 3)
    set_by(stage, "unblock", "PIN", Typing("PUK: ", _PUK, say("typed-of-lucie", code="PUK")), another)
    stage.check(say("found-pin-works"), stage.card(world.sockets[_CARD]).all_tries())


def _stolen(stage: Stage, world: World) -> None:
    stage.do("stuntcard", "actor", _CARD, "helpline", "block-identification", shows=[shown_by("stuntcard", "done-act")])
    gone = [shown_by("stuntcard", "heading-gone"), shown_by("card", "identification")]
    stage.do("stuntcard", "advise", _CARD, shows=gone)
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check(say("found-signing-as-it-was"), all(codes[name].state == "set" for name in ("puk", "pin", "qpin")))
    remove(stage, world, _CARD)


CHAPTER = Chapter(
    name="identity-card",
    steps=(
        Step("nothing-set", _nothing_set),
        Step("the-office", _the_office),
        Step("activate", _activate),
        Step("block-and-unblock", _block_and_unblock),
        Step("stolen", _stolen),
    ),
)
