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
from demo.walkthrough.chapters.renewal import SECOND, THIRD
from demo.walkthrough.portal import Page, Portal
from demo.walkthrough.stage import Stage
from demo.walkthrough.story import Chapter, Step, World
from demo.walkthrough.terminal import Typed

_PETRS = "Petr's"
_CARDS_PIN = Typed("PIN: ", PIN, "the card's PIN")
_CODES = (_CARDS_PIN, Typed("QPIN: ", QPIN, "the card's QPIN"))
_UNDO = "/undo-bond"
_BUTTON = "Ask the CA to undo the bond"
_REVOKED = "The certificate is revoked."


def _clean(stage: Stage, world: World) -> None:
    stage.watch(world.sockets[JANA])
    on_card = stage.objects().serials()
    for name in _of_jana(world):
        if world.serials[name] in on_card:
            clean(stage, world, name, typing=[TYPED_PIN])
    stage.check("nothing is on the card", stage.card(world.sockets[JANA]).keys == [])


def _of_jana(world: World) -> list[str]:
    return [name for name in (FIRST, SECOND, THIRD) if name in world.serials]


def _refused(stage: Stage, world: World) -> None:
    stage.do(
        "enrol", "request", QUALIFIED, "--name", PETR_NOVAK.name, "--e-mail", PETR_NOVAK.e_mail, typing=_CODES,
        status=1, shows=["This card is bound to another applicant", "the card is as it was"],
    )  # fmt: skip
    stage.check("the key that was made for it is gone again", stage.card(world.sockets[JANA]).keys == [])


def _find(stage: Stage, world: World) -> None:
    world.portal_token = stage.do("cardtools-ca", "token", "add", "ca", "authorised", "Eva Svobodová").split()[-1]
    stage.narrator.conceal(world.portal_token, "EVAS-TRAINING-TOKEN")
    with Portal(world.ca_url) as portal:
        door = portal.open("/portal")
        stage.note(f"In the browser, {world.ca_url}/portal", door.text)
        inside = portal.send(door.form("/log-in"), token=world.portal_token)
        found = portal.send(inside.form("/portal"), find="Nováková")
        stage.note("In the browser, after logging in and looking for Nováková", found.text)
        page = portal.open(found.link(JANA_NOVAKOVA.name))
        stage.note(f"In the browser, {JANA_NOVAKOVA.name}'s page", page.text)
    stage.check("there is no button to undo the bond", page.form(_UNDO) is None)
    stage.check("the portal names every certificate", all(world.serials[name] in page.text for name in _of_jana(world)))


def _revoke(stage: Stage, world: World) -> None:
    with _logged_in(world) as portal:
        for name in _of_jana(world):
            serial = world.serials[name]
            stage.check(
                f"while {name} certificate is valid, there is no button to undo the bond",
                _page_of_jana(portal, world).form(_UNDO) is None,
            )
            asked = portal.open(f"/portal/certificates/{serial}/revoke")
            if name == FIRST:
                stage.note("In the browser, after pressing Revoke… (it is no longer needed)", asked.text)
            done = portal.send(asked.form("/revoke"), reason="cessationOfOperation")
            stage.check(f"the portal says of {serial}: {_REVOKED}", _REVOKED in done.text and serial in done.text)
    stage.shell(
        f"openssl ocsp -issuer issuer.pem -serial 0x{world.serials[FIRST]} -CAfile ca/root.pem -url {world.ca_url}"
        "/ocsp",
        shows=["Response verify OK", "revoked", "cessationOfOperation"],
    )


def _undo(stage: Stage, world: World) -> None:
    with _logged_in(world) as portal:
        page = _page_of_jana(portal, world)
        stage.note(f"In the browser, {JANA_NOVAKOVA.name}'s page", page.text)
        form = page.form(_UNDO)
        stage.check("the button to undo the bond is there", form is not None and form.button == _BUTTON)
        sent = portal.send(form)
        stage.note("In the browser, after pressing the button", sent.text)
        _check_says(stage, sent, "The request to undo the bond was sent.")
        _check_says(stage, sent, "waits for the CA")
        stage.do("cardtools-ca", "bond", "requests", "ca", shows=["1  pending  proid-q/", JANA_NOVAKOVA.name])
        stage.do("cardtools-ca", "bond", "undo", "ca", "1", shows=["bond undone  proid-q/"])
        done = _page_of_jana(portal, world)
        stage.note(f"In the browser, {JANA_NOVAKOVA.name}'s page again", done.text)
        _check_says(stage, done, "the bond is undone")
        _check_says(stage, done, "No card is bound to this applicant.")


def _check_says(stage: Stage, page: Page, sentence: str) -> None:
    stage.check(f"the portal says: {sentence}", sentence in page.text)


@contextmanager
def _logged_in(world: World) -> Iterator[Portal]:
    with Portal(world.ca_url) as portal:
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
    stage.check("Petr's certificate is on the card, with the QESCD mark", certificate.qescd_mark)


CHAPTER = Chapter(
    name="hand-over",
    title="The card goes to somebody else",
    why="Jana leaves, and Petr shall have her card. With her first qualified certificate the CA has bound the card to "
    "her: no card holds such certificates of two people.",
    needs=("first-certificate",),
    steps=(
        Step(
            "Jana's certificates are deleted from the card",
            "That frees the places. It revokes nothing: what is deleted is valid still, as far as the CA knows.",
            _clean,
        ),
        Step(
            "Petr asks for a certificate, and is refused",
            "The CA knows the card by its statement. The client deletes the key again that it had made. (Jana has told "
            "Petr the codes.)",
            _refused,
        ),
        Step(
            "The authorised person finds Jana in the portal",
            "Eva is the one who may do this for the company. Her token logs her in. The page says which certificates "
            "hold the bond, and has no button yet.",
            _find,
        ),
        Step(
            "Every certificate is revoked",
            "The one that was cleaned away long ago counts too. OpenSSL then asks the CA's OCSP service.",
            _revoke,
        ),
        Step(
            "The button is there, and sends a request that the CA carries out",
            "Now nothing on the card is valid any more. The CA's operator undoes the bond, and the portal says so.",
            _undo,
        ),
        Step("Petr gets his certificate", "The same request goes through now.", _new_holder),
    ),
)
