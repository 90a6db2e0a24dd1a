"""A ZZZS-PK: the transport PIN, a blocked PIN and its PUK, and a part that is lost while the other lives."""

from __future__ import annotations

from demo.walkthrough.chapters.common_steps import block, insert, new_value, remove, set_by
from demo.walkthrough.stage import Stage, Typing
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.words import say, shown_by

_CARD = "maja"
_PEP_PIN, _PEP_PUK, _TPIN = "1234", "87654321", "12345678"
_NEW_PEP_PIN, _KPEP_PIN = "8052", "640917"
_PIN_OF_PEP, _PUK_OF_PEP = shown_by("card", "PIN of PEP"), shown_by("card", "PUK of PEP")
_PIN_OF_KPEP = shown_by("card", "PIN of KPEP")


def _as_it_came(stage: Stage, world: World) -> None:
    stage.do(
        "stuntcard",
        "card",
        "new",
        _CARD,
        "zzzs-pk",
        shows=[shown_by("stuntcard", "stored-made", name=_CARD, card="ZZZS-PK")],
    )
    insert(stage, world, _CARD)
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check(say("found-kpep-without"), codes["pep-pin"].state == "set" != codes["kpep-pin"].state)


def _first_use(stage: Stage, world: World) -> None:
    transport = Typing("TPIN: ", _TPIN, say("typed-transport"))
    set_by(stage, "set-first", "kpep-pin", transport, new_value(_PIN_OF_KPEP, _KPEP_PIN, say("typed-own-of-maja")))
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check(say("found-kpep-set"), codes["kpep-pin"].state == "set" != codes["tpin"].state)


def _blocked(stage: Stage, world: World) -> None:
    another = new_value(_PIN_OF_PEP, _NEW_PEP_PIN, say("typed-another"))
    block(stage, "pep-pin", Typing(_PIN_OF_PEP, "0000", say("typed-wrong")), another)
    stage.check(say("found-pep-blocked"), stage.card(world.sockets[_CARD]).codes["pep-pin"].state == "blocked")
    by = Typing(_PUK_OF_PEP, _PEP_PUK, say("typed-puk-of-letter"))
    set_by(stage, "unblock", "pep-pin", by, new_value(_PIN_OF_PEP, _NEW_PEP_PIN, say("typed-new")))
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check(
        say("found-pep-works"),
        codes["pep-pin"].tries_left == 3 and codes["pep-puk"].tries_left == 5,
    )


def _kpep_lost(stage: Stage, world: World) -> None:
    another = new_value(_PIN_OF_KPEP, _KPEP_PIN[::-1], say("typed-another"))
    block(stage, "kpep-pin", Typing(_PIN_OF_KPEP, "000000", say("typed-wrong")), another)
    stage.do("stuntcard", "advise", _CARD, shows=[shown_by("stuntcard", "heading-gone"), "KPEP"])
    codes = stage.card(world.sockets[_CARD]).codes
    stage.check(
        say("found-kpep-lost"),
        codes["kpep-pin"].state == "blocked" and codes["pep-pin"].tries_left == 3,
    )
    remove(stage, world, _CARD)


CHAPTER = Chapter(
    name="professional-card",
    steps=(
        Step("as-it-came", _as_it_came),
        Step("first-use", _first_use),
        Step("blocked", _blocked),
        Step("kpep-lost", _kpep_lost),
    ),
)
