"""A card goes to somebody else: the bond between card and applicant, and how it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from demo.walkthrough.chapters.common_steps import (
    JANA,
    JANA_NOVAKOVA,
    PETR_NOVAK,
    PIN,
    QPIN,
    QUALIFIED,
    TYPED_PIN,
    clean,
    install,
    issue,
    request,
)
from demo.walkthrough.chapters.first_certificate import FIRST
from demo.walkthrough.chapters.renewal import SECOND, THIRD, of_jana
from demo.walkthrough.portal import Page, Portal
from demo.walkthrough.stage import Stage, Typing
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.words import Said, say, shown_by

_PETRS = "of-petr"
_CARDS_PIN = Typing("PIN: ", PIN, say("typed-of-card", code="PIN"))
_CODES = (_CARDS_PIN, Typing("QPIN: ", QPIN, say("typed-of-card", code="QPIN")))
_UNDO = "/undo-bond"
_BUTTON = shown_by("ca", "portal-undo")
_REVOKED = shown_by("ca", "portal-done-revoked")


def _clean(stage: Stage, world: World) -> None:
    stage.watch(world.sockets[JANA])
    on_card = stage.objects().serials()
    for name in _of_jana(world):
        if world.serials[name] in on_card:
            clean(stage, world, name, typing=[TYPED_PIN])
    stage.check(say("found-empty"), stage.card(world.sockets[JANA]).keys == [])


def _of_jana(world: World) -> list[str]:
    return [name for name in (FIRST, SECOND, THIRD) if name in world.serials]


def _refused(stage: Stage, world: World) -> None:
    stage.do(
        "enrol", "request", QUALIFIED, "--name", PETR_NOVAK.name, "--e-mail", PETR_NOVAK.e_mail, typing=_CODES,
        status=1, shows=[shown_by("enrol", "ca-bound-to-another"), shown_by("enrol", "key-deleted-again")],
    )  # fmt: skip
    stage.check(say("found-key-gone"), stage.card(world.sockets[JANA]).keys == [])


def _find(stage: Stage, world: World) -> None:
    world.portal_token = stage.do("cardtools-ca", "token", "add", "ca", "authorised", "Eva Svobodová").split()[-1]
    stage.narrator.conceal(world.portal_token, "EVAS-TRAINING-TOKEN")
    with Portal(world.ca_url, stage.words.language) as portal:
        door = portal.open("/portal")
        stage.note(say("browser-portal", url=f"{world.ca_url}/portal"), door.text)
        inside = portal.send(door.form("/log-in"), token=world.portal_token)
        found = portal.send(inside.form("/portal"), find="Nováková")
        stage.note(say("browser-found", name="Nováková"), found.text)
        page = portal.open(found.link(JANA_NOVAKOVA.name))
        stage.note(say("browser-page", name=JANA_NOVAKOVA.name), page.text)
    stage.check(say("found-no-button"), page.form(_UNDO) is None)
    stage.check(say("found-all-named"), all(world.serials[name] in page.text for name in _of_jana(world)))


def _revoke(stage: Stage, world: World) -> None:
    with _logged_in(stage, world) as portal:
        for name in _of_jana(world):
            serial = world.serials[name]
            stage.check(
                say("found-no-button-while", certificate=of_jana(name)),
                _page_of_jana(portal, world).form(_UNDO) is None,
            )
            asked = portal.open(f"/portal/certificates/{serial}/revoke")
            if name == FIRST:
                stage.note(say("browser-revoking", button=shown_by("ca", "portal-revoke-go")), asked.text)
            done = portal.send(asked.form("/revoke"), reason="cessationOfOperation")
            said = stage.words.of(_REVOKED)
            stage.check(say("found-revoked", serial=serial, said=said), said in done.text and serial in done.text)
    stage.shell(
        f"openssl ocsp -issuer issuer.pem -serial 0x{world.serials[FIRST]} -CAfile ca/root.pem -url {world.ca_url}"
        "/ocsp",
        shows=["Response verify OK", "revoked", "cessationOfOperation"],
    )


def _undo(stage: Stage, world: World) -> None:
    with _logged_in(stage, world) as portal:
        page = _page_of_jana(portal, world)
        stage.note(say("browser-page", name=JANA_NOVAKOVA.name), page.text)
        form = page.form(_UNDO)
        stage.check(say("found-button"), form is not None and form.button == stage.words.of(_BUTTON))
        sent = portal.send(form)
        stage.note(say("browser-sent"), sent.text)
        _check_says(stage, sent, shown_by("ca", "portal-done-sent"))
        _check_says(stage, sent, shown_by("ca", "portal-sent-pending"))
        stage.do("cardtools-ca", "bond", "requests", "ca", shows=["proid-q/", JANA_NOVAKOVA.name])
        stage.do("cardtools-ca", "bond", "undo", "ca", "1", shows=["proid-q/"])
        done = _page_of_jana(portal, world)
        stage.note(say("browser-page-again", name=JANA_NOVAKOVA.name), done.text)
        _check_says(stage, done, shown_by("ca", "portal-sent-done"))
        _check_says(stage, done, shown_by("ca", "portal-cards-none"))


def _check_says(stage: Stage, page: Page, sentence: Said) -> None:
    said = stage.words.of(sentence)
    stage.check(say("found-portal-says", said=said), said in page.text)


@contextmanager
def _logged_in(stage: Stage, world: World) -> Iterator[Portal]:
    with Portal(world.ca_url, stage.words.language) as portal:
        portal.send(portal.open("/portal").form("/log-in"), token=world.portal_token)
        yield portal


def _page_of_jana(portal: Portal, world: World) -> Page:
    return portal.open(f"/portal/applicants/{world.serials[FIRST]}")


def _new_holder(stage: Stage, world: World) -> None:
    request(stage, world, QUALIFIED, PETR_NOVAK, _PETRS, _CODES)
    issue(stage, world, _PETRS)
    install(stage, world, _PETRS, [_CARDS_PIN])
    stage.do("cardmanager", "holder", shows=[PETR_NOVAK.name], hides=[JANA_NOVAKOVA.name])
    certificate = stage.objects().certificate(world.serials[_PETRS])
    stage.check(say("found-of-petr"), certificate.qescd_mark)


CHAPTER = Chapter(
    name="hand-over",
    needs=("first-certificate",),
    steps=(
        Step("clean", _clean),
        Step("refused", _refused),
        Step("find", _find),
        Step("revoke", _revoke),
        Step("undo", _undo),
        Step("new-holder", _new_holder),
    ),
)
