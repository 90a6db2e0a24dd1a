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

_COPY = f"{KAREL}-again"
_PIN = (TYPED_TOKEN_PIN,)
_OLD_COMMERCIAL, _OLD_QUALIFIED = "the old commercial one", "the old qualified one"
_NEW_COMMERCIAL, _NEW_QUALIFIED = "the new commercial one", "the new qualified one"


def _new_token(stage: Stage, world: World) -> None:
    stage.do("stuntcard", "card", "new", KAREL, "tokenme", "--serial", "4B4152454C000001", shows=["a new TokenME"])
    insert(stage, world, KAREL)
    for kind, called in ((COMMERCIAL, _OLD_COMMERCIAL), (QUALIFIED, _OLD_QUALIFIED)):
        request(stage, world, kind, KAREL_DVORAK, called, _PIN)
        issue(stage, world, called)
        install(stage, world, called, _PIN)
    stage.do("stuntcard", "card", "copy", KAREL, _COPY)
    _check_on_it(stage, world, _OLD_COMMERCIAL, _OLD_QUALIFIED)


def _check_on_it(stage: Stage, world: World, *called: str, unpaired: int = 0) -> None:
    what = ", ".join(called[:-1]) + " and " + called[-1]
    waiting = f", and {unpaired} key that waits for its certificate" if unpaired else ""
    on_token = stage.objects()
    stage.check(
        f"on the token: {what}{waiting}",
        on_token.serials() == sorted(world.serials[one] for one in called) and on_token.unpaired == unpaired,
    )


def _outdated(stage: Stage, world: World) -> None:
    before = stage.card(world.sockets[KAREL])
    stage.do("enrol", "settings", "set", "pki-manager-version", "1.4.2")
    stage.do(
        "enrol", "renew", "--serial", f"0x{world.serials[_OLD_QUALIFIED]}", status=1,
        shows=["Error 622", "outdated", "1.4.2", "Cause:", "Cure:"], hides=["Error 621"],
    )  # fmt: skip
    stage.check("the token is as it was", stage.card(world.sockets[KAREL]) == before)
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


def _does_not_fit(stage: Stage, world: World, called: str) -> None:
    stage.do(
        "enrol", "install", world.requests[called], typing=_PIN, status=1,
        shows=["Error 621", "does not fit", "Cause:", "Cure:"], hides=["Error 622"],
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
    stage.check("for now no qualified certificate is on the token at all", not qualified & set(on_token.serials()))
    stage.check("the key of the new one waits there", on_token.unpaired == 1)
    install(stage, world, _NEW_QUALIFIED, _PIN)
    _check_on_it(stage, world, _OLD_COMMERCIAL, _NEW_COMMERCIAL, _NEW_QUALIFIED)
    remove(stage, world, _COPY)


CHAPTER = Chapter(
    name="token",
    title="A token whose space runs out: errors 621 and 622",
    why="Karel has a TokenME. Commercial and qualified certificates share its short space, and no place is reserved "
    "for either. What the client calls 622 means something else with this token.",
    needs=("first-certificate",),
    steps=(
        Step(
            "A token with two certificates",
            "One is commercial, one is qualified; both will soon have to be renewed. The token is copied as it stands "
            "now, for the second rehearsal below: that is what a stunt double is for.",
            _new_token,
        ),
        Step(
            "Error 622: the PKI Manager is outdated",
            "With this token a request needs the token's manager in a version that is new enough. Which one counts as "
            "installed is a setting of the client, for training. Updating it cures the error.",
            _outdated,
        ),
        Step(
            "The good order: the qualified certificate first",
            "Three certificates fit on the token, so this one does.",
            _qualified_first,
        ),
        Step(
            "The commercial one that follows meets error 621",
            "Its key fits, but the certificate does not any more.",
            _then_commercial,
        ),
        Step(
            "The older qualified certificate goes",
            "Its successor is there already, so that nobody misses it; the old commercial one stays until the new "
            "one's serial number is entered where it has to be known, such as the JIP account. Installing again works.",
            _cured,
        ),
        Step(
            "The trap: the commercial certificate first",
            "The same token once more, as it was with both old certificates. This time 621 meets the qualified one.",
            _trap,
        ),
        Step(
            "Whatever is deleted now is still needed",
            "The old commercial certificate should stay until the new one is entered in the account, and the old "
            "qualified one has no successor on the token. Deleting it cures 621 here as well, but until the new one "
            "is installed Karel can't sign.",
            _out_of_the_trap,
        ),
    ),
)
