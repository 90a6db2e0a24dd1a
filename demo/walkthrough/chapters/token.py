"""A TokenME: the other error 622, and error 621 in both orders of renewing."""

from __future__ import annotations

from demo.walkthrough.chapters.common_steps import (
    COMMERCIAL,
    KAREL,
    KAREL_DVORAK,
    QUALIFIED,
    TYPED_TOKEN_PIN,
    clean,
    insert,
    install,
    issue,
    remove,
    renew,
    request,
)
from demo.walkthrough.stage import Stage
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.words import Said, say, shown_by

_COPY = f"{KAREL}-again"
_PIN = (TYPED_TOKEN_PIN,)
_WHY = (shown_by("enrol", "cause"), shown_by("enrol", "cure"))
_OLD_COMMERCIAL, _OLD_QUALIFIED = "old-commercial", "old-qualified"
_NEW_COMMERCIAL, _NEW_QUALIFIED = "new-commercial", "new-qualified"


def _new_token(stage: Stage, world: World) -> None:
    made = shown_by("stuntcard", "stored-made", name=KAREL, card="TokenME")
    stage.do("stuntcard", "card", "new", KAREL, "tokenme", "--serial", "4B4152454C000001", shows=[made])
    insert(stage, world, KAREL)
    for kind, called in ((COMMERCIAL, _OLD_COMMERCIAL), (QUALIFIED, _OLD_QUALIFIED)):
        request(stage, world, kind, KAREL_DVORAK, called, _PIN)
        issue(stage, world, called)
        install(stage, world, called, _PIN)
    stage.do("stuntcard", "card", "copy", KAREL, _COPY)
    _check_on_it(stage, world, _OLD_COMMERCIAL, _OLD_QUALIFIED)


def _check_on_it(stage: Stage, world: World, *called: str, unpaired: int = 0) -> None:
    what = _all_of([say(f"certificate-{one}") for one in called])
    on_token = stage.objects()
    stage.check(
        say("found-on-token-and-key", what=what) if unpaired else say("found-on-token", what=what),
        on_token.serials() == sorted(world.serials[one] for one in called) and on_token.unpaired == unpaired,
    )


def _all_of(items: list[Said]) -> Said:
    """Several things in one sentence."""
    *others, last = items
    first = others[0]
    for one in others[1:]:
        first = say("list", first=first, second=one)
    return say("list-end", first=first, last=last)


def _outdated(stage: Stage, world: World) -> None:
    before = stage.card(world.sockets[KAREL])
    outdated = shown_by("enrol", "trouble-manager-outdated-what")
    stage.do("enrol", "settings", "set", "pki-manager-version", "1.4.2")
    stage.do(
        "enrol", "renew", "--serial", f"0x{world.serials[_OLD_QUALIFIED]}", status=1,
        shows=[_error(622), outdated, "1.4.2", *_WHY], hides=[_error(621)],
    )  # fmt: skip
    stage.check(say("found-token-as-it-was"), stage.card(world.sockets[KAREL]) == before)
    stage.do("enrol", "settings", "set", "pki-manager-version", "1.4.10")


def _qualified_first(stage: Stage, world: World) -> None:
    renew(stage, world, _OLD_QUALIFIED, _NEW_QUALIFIED, _PIN)
    issue(stage, world, _NEW_QUALIFIED)
    install(stage, world, _NEW_QUALIFIED, _PIN)
    _check_on_it(stage, world, _OLD_COMMERCIAL, _OLD_QUALIFIED, _NEW_QUALIFIED)


def _then_commercial(stage: Stage, world: World) -> None:
    renew(stage, world, _OLD_COMMERCIAL, _NEW_COMMERCIAL, _PIN)
    issue(stage, world, _NEW_COMMERCIAL)
    _does_not_fit(stage, world, _NEW_COMMERCIAL)
    _check_on_it(stage, world, _OLD_COMMERCIAL, _OLD_QUALIFIED, _NEW_QUALIFIED, unpaired=1)


def _error(number: int) -> Said:
    return shown_by("enrol", "numbered", number=number)


def _does_not_fit(stage: Stage, world: World, called: str) -> None:
    stage.do(
        "enrol", "install", world.requests[called], typing=_PIN, status=1,
        shows=[_error(621), shown_by("enrol", "trouble-no-space-what"), *_WHY], hides=[_error(622)],
    )  # fmt: skip


def _cured(stage: Stage, world: World) -> None:
    clean(stage, world, _OLD_QUALIFIED, typing=_PIN)
    install(stage, world, _NEW_COMMERCIAL, _PIN)
    _check_on_it(stage, world, _OLD_COMMERCIAL, _NEW_QUALIFIED, _NEW_COMMERCIAL)


def _trap(stage: Stage, world: World) -> None:
    remove(stage, world, KAREL)
    insert(stage, world, _COPY)
    renew(stage, world, _OLD_COMMERCIAL, _NEW_COMMERCIAL, _PIN)
    issue(stage, world, _NEW_COMMERCIAL)
    install(stage, world, _NEW_COMMERCIAL, _PIN)
    renew(stage, world, _OLD_QUALIFIED, _NEW_QUALIFIED, _PIN)
    issue(stage, world, _NEW_QUALIFIED)
    _does_not_fit(stage, world, _NEW_QUALIFIED)
    _check_on_it(stage, world, _OLD_COMMERCIAL, _OLD_QUALIFIED, _NEW_COMMERCIAL, unpaired=1)


def _out_of_the_trap(stage: Stage, world: World) -> None:
    clean(stage, world, _OLD_QUALIFIED, typing=_PIN)
    on_token = stage.objects()
    qualified = {world.serials[_OLD_QUALIFIED], world.serials[_NEW_QUALIFIED]}
    stage.check(say("found-none-qualified"), not qualified & set(on_token.serials()))
    stage.check(say("found-key-waits"), on_token.unpaired == 1)
    install(stage, world, _NEW_QUALIFIED, _PIN)
    _check_on_it(stage, world, _OLD_COMMERCIAL, _NEW_COMMERCIAL, _NEW_QUALIFIED)
    remove(stage, world, _COPY)


CHAPTER = Chapter(
    name="token",
    needs=("first-certificate",),
    steps=(
        Step("new-token", _new_token),
        Step("outdated", _outdated),
        Step("qualified-first", _qualified_first),
        Step("then-commercial", _then_commercial),
        Step("cured", _cured),
        Step("trap", _trap),
        Step("out-of-the-trap", _out_of_the_trap),
    ),
)
