"""Handing a card over by signed e-mail. The e-mails are signed by OpenSSL's own programs."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from cardtools.ca.mail import senders
from cardtools.common.protocol import Applicant, CertificateProfile
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.unit.cardtools.ca.command_line import run
from tests.unit.cardtools.ca.mail.correspondents import (
    ADAM,
    NOT_ALLOWED,
    UNREADABLE,
    Office,
    naming,
)
from tests.unit.cardtools.ca.running_ca import JANA, PETR, new_folder, refused

# What a signed e-mail does

THE_MANUALS_OWN = """\
Oznamuji zrušení vazby osoba-kvalifikovaný prostředek.

Jméno osoby: {name}
{what}
"""
ITS_SERIALS = "Sériová čísla certifikátů uložených na čipové kartě: {}"
ITS_CARD = "výrobní číslo čipové karty: {}"


def _notice(what: str, name: str = JANA.name) -> str:
    return THE_MANUALS_OWN.format(name=name, what=what)


@pytest.mark.fact("PQ-34")
@pytest.mark.parametrize("named_by", ["serials", "card"])
def test_the_manuals_own_e_mail_undoes_a_bond_and_revokes_nothing(office: Office, named_by: str) -> None:
    card = office.ca.card()
    first, second = (office.ca.issued(card=card)["serial"] for _ in range(2))
    text = _notice(ITS_CARD.format("0001") if named_by == "card" else ITS_SERIALS.format(f"{first}, {second}"))
    office.ca.revoke(first)
    office.refuses(office.adam.sign(text), (409, "still-valid-certificates"), f"still valid: {second}", second)
    assert office.ca.bond(card).json()["name"] == JANA.name
    office.ca.revoke(second)
    answer = office.send(office.adam.sign(text))
    assert answer.json()["undone"] == [{"card_profile": "proid-q", "card_number": "0001", "still_valid": []}]
    assert answer.json()["revoked"] == []
    assert refused(office.ca.bond(card)) == (404, "not-found")


@pytest.mark.fact("PQ-34")
def test_a_private_person_gives_notice_of_the_own_card(office: Office) -> None:
    card, others = office.ca.card(), office.ca.card("0002")
    jana = office.signer(who=JANA)
    serial = office.ca.issued(card=card)["serial"]
    other = office.ca.issued(card=others, who=PETR)["serial"]
    for revoked in (serial, other):
        office.ca.revoke(revoked)
    about_another = jana.sign(_notice(ITS_CARD.format("0002"), PETR.name), sender=JANA.e_mail)
    office.refuses(about_another, NOT_ALLOWED, "may not ask")
    office.refuses(jana.sign(naming(serial), sender=JANA.e_mail), NOT_ALLOWED, "may not ask")
    answer = office.send(jana.sign(_notice(ITS_CARD.format("0001")), sender=JANA.e_mail))
    assert answer.json()["undone"] == [{"card_profile": "proid-q", "card_number": "0001", "still_valid": []}]
    assert refused(office.ca.bond(card)) == (404, "not-found")
    assert office.ca.bond(others).status_code == 200


@pytest.mark.fact("PQ-34")
def test_a_namesake_gives_no_notice_for_another(office: Office) -> None:
    card = office.ca.card()
    office.ca.revoke(office.ca.issued(card=card)["serial"])
    namesake = Applicant(name=JANA.name, e_mail="another@example.org")
    signer = office.signer(who=namesake)
    office.refuses(signer.sign(_notice(ITS_CARD.format("0001")), sender=namesake.e_mail), NOT_ALLOWED, "may not ask")
    assert office.ca.bond(card).json()["name"] == JANA.name


@pytest.mark.fact("PQ-25")
def test_a_card_is_handed_over_by_naming_the_certificates(office: Office) -> None:
    card = office.ca.card()
    first, second = (office.ca.issued(card=card)["serial"] for _ in range(2))
    answer = office.send(office.adam.sign(naming(first)))
    assert answer.json() == {
        "name": JANA.name,
        "e_mail": JANA.e_mail,
        "revoked": [first],
        "not_valid_before": [],
        "undone": [],
        "still_bound": [{"card_profile": "proid-q", "card_number": "0001", "still_valid": [second]}],
    }
    assert office.ca.bond(card).json()["name"] == JANA.name
    answer = office.send(office.adam.sign(naming(f"{first}, {second}")))
    assert answer.json() == {
        "name": JANA.name,
        "e_mail": JANA.e_mail,
        "revoked": [second],
        "not_valid_before": [first],
        "undone": [{"card_profile": "proid-q", "card_number": "0001", "still_valid": []}],
        "still_bound": [],
    }
    assert refused(office.ca.bond(card)) == (404, "not-found")
    assert office.ca.ask(card=card, who=PETR).status_code == 201


@pytest.mark.fact("PQ-25")
def test_a_card_is_handed_over_by_naming_the_card(office: Office) -> None:
    card = office.ca.card("00A1")
    qualified = office.ca.issued(card=card)["serial"]
    commercial = office.ca.issued(card=card, area="general", profile=CertificateProfile.COMMERCIAL)["serial"]
    elsewhere = office.ca.issued(card=office.ca.card("00A2"))["serial"]
    answer = office.send(office.adam.sign(f"Žadatelka: {JANA.name}\nČíslo karty: 00 a1\n"))
    assert answer.json()["revoked"] == [qualified, commercial]
    assert [bound["card_number"] for bound in answer.json()["undone"]] == ["00A1"]
    assert [office.ca.is_revoked(serial) for serial in (qualified, commercial, elsewhere)] == [True, True, False]
    assert office.ca.bond(office.ca.card("00A2")).json()["name"] == JANA.name
    by = f"e-mail {ADAM.e_mail}"
    assert [entry for entry in office.ca.audit() if entry[0] == by] == [
        (by, "signed e-mail", "", "done"),
        (by, "revoke", qualified, "done"),
        (by, "revoke", commercial, "done"),
        (by, "undo bond", "proid-q/00A1", "done"),
    ]


@pytest.mark.fact("PQ-25")
def test_the_bond_is_undone_after_what_was_revoked_in_the_portal(office: Office) -> None:
    card = office.ca.card()
    serial = office.ca.issued(card=card)["serial"]
    office.ca.revoke(serial)
    answer = office.send(office.adam.sign(f"Applicant: {JANA.e_mail}\nCard: proid-q/0001\n"))
    assert (answer.json()["revoked"], len(answer.json()["undone"])) == ([], 1)


@pytest.mark.parametrize(
    ("program", "options"),
    [
        ("cms", ()),
        ("cms", ("-nodetach",)),
        ("cms", ("-nodetach", "-stream")),
        ("cms", ("-crlfeol",)),
        ("cms", ("-md", "sha512", "-keyopt", "rsa_padding_mode:pss")),
        ("smime", ()),
        ("smime", ("-nodetach",)),
    ],
    ids=str,
)
def test_the_forms_of_a_signature(office: Office, program: str, options: tuple[str, ...]) -> None:
    signer = office.signer(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    serial = office.ca.issued()["serial"]
    answer = office.send(signer.sign(naming(serial), *options, program=program))
    assert answer.json()["revoked"] == [serial]


def test_a_qualified_certificate_signs_e_mail_too(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    signer = office.signer(profile=CertificateProfile.QUALIFIED)
    assert office.send(signer.sign(naming(serial))).json()["revoked"] == [serial]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("quoted-printable", "Prosilka: Jana Nov=C3=A1kov=C3=A1\nSerijska =C5=A1tevilka: {}\n"),
        ("base64", None),
        ("8bit", "zadatel: JANA  NOVÁKOVÁ\nSERIOVE CISLO: {}\n-- \nApplicant: whoever\n"),
    ],
)
def test_the_encodings_of_the_text(office: Office, encoding: str, text: str | None) -> None:
    serial = office.ca.issued()["serial"]
    if text is None:
        body = base64.encodebytes(naming(serial).encode()).decode()
    else:
        body = text.format(":".join(re.findall("..?", serial.lower())))
    head = f"Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: {encoding}\n\n"
    assert office.send(office.adam.sign(body, head=head)).json()["revoked"] == [serial]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_an_e_mail_that_travelled_with_other_line_ends(office: Office, line_end: bytes) -> None:
    serial = office.ca.issued()["serial"]
    raw = line_end.join(office.adam.sign(naming(serial)).splitlines())
    assert office.send(raw).json()["revoked"] == [serial]


# What can't be done


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Applicant: Jana Nováková\n", UNREADABLE),
        ("Serial: {jana}\n", UNREADABLE),
        ("Applicant: Jana Nováková\nApplicant: Petr Dvořák\nSerial: {jana}\n", UNREADABLE),
        ("Applicant: Jana Nováková\nSerial: {jana} or so\n", UNREADABLE),
        ("Applicant: Petr Dvořák\nSerial: {jana}\n", (404, "not-found")),
        ("Applicant: Jana Nováková\nSerial: {jana}\nSerial: {petr}\n", (404, "not-found")),
        ("Applicant: Jana Nováková\nSerial: {jana}\nCard: 0009\n", (404, "not-found")),
        ("Applicant: Petr Dvořák\nCard: 0001\n", (404, "not-found")),
        ("Applicant: Jana Nováková\nSerial: {old}\n", (409, "still-valid-certificates")),
        ("Applicant: Petr Dvořák\nSerial: {petrs_old}\n", (409, "already-done")),
    ],
)
def test_an_order_is_carried_out_whole_or_not_at_all(office: Office, text: str, expected: tuple[int, str]) -> None:
    card = office.ca.card()
    old, jana = (office.ca.issued(card=card)["serial"] for _ in range(2))
    petrs_old, petr = (office.ca.issued(who=PETR)["serial"] for _ in range(2))
    office.ca.revoke(old)
    office.ca.revoke(petrs_old)
    raw = office.adam.sign(text.format(jana=jana, petr=petr, old=old, petrs_old=petrs_old))
    assert refused(office.send(raw)) == expected
    assert not office.ca.is_revoked(jana)
    assert office.ca.bond(card).status_code == 200
    assert office.last_audited() == (f"e-mail {ADAM.e_mail}", "signed e-mail", expected[1])


def test_a_refused_e_mail_is_not_used_up(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    raw = office.adam.sign(naming(serial))
    senders.withdraw(office.ca.service, ADAM.e_mail, "test")
    assert refused(office.send(raw)) == NOT_ALLOWED
    senders.authorise(office.ca.service, ADAM.e_mail, "test")
    assert office.send(raw).json()["revoked"] == [serial]


def test_namesakes_are_told_apart_by_their_addresses(office: Office) -> None:
    namesake = Applicant(name=JANA.name, e_mail="jana2@example.org")
    one, other = office.ca.issued()["serial"], office.ca.issued(who=namesake)["serial"]
    assert refused(office.send(office.adam.sign(naming(f"{one}; {other}")))) == UNREADABLE
    answer = office.send(office.adam.sign(naming(other, f"{namesake.name} <{namesake.e_mail}>")))
    assert answer.json()["revoked"] == [other]


def test_two_kinds_of_card_with_one_number(office: Office) -> None:
    office.ca.issued(card=office.ca.card())
    serial = office.ca.issued(card=office.ca.card(profile="tokenme"), area="general")["serial"]
    office.refuses(
        office.adam.sign(f"Applicant: {JANA.name}\nCard: 0001\n"), UNREADABLE, "`proid-q/0001`, `tokenme/0001`"
    )
    answer = office.send(office.adam.sign(f"Applicant: {JANA.name}\nCard: tokenme/0001\n"))
    assert answer.json()["revoked"] == [serial]


@pytest.mark.fact("PQ-24", "PQ-25")
def test_a_seal_on_the_card_is_not_the_holders(office: Office) -> None:
    """An organisation's seal on the card is not revoked by naming the card; while it is valid the bond stays."""
    card = office.ca.card()
    serial = office.ca.issued(card=card)["serial"]
    town = Applicant(name="Městský úřad", e_mail="posta@example.org")
    seal = office.ca.issued(card=card, profile=CertificateProfile.SEAL, who=town)["serial"]
    answer = office.send(office.adam.sign(f"Applicant: {JANA.name}\nCard: 0001\n"))
    assert answer.json()["revoked"] == [serial]
    assert [bound["still_valid"] for bound in answer.json()["still_bound"]] == [[seal]]
    assert not office.ca.is_revoked(seal)


def test_a_signed_content_that_is_not_plain_text(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    for head in (
        "Content-Type: text/html; charset=utf-8\n\n",
        "Content-Type: text/plain; charset=utf-7\n\n",
        "Content-Type: text/plain; charset=nothing-known\n\n",
        "Content-Type: text/plain; charset=us-ascii\n\n",
        "Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n\n",
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\n',
        "",
    ):
        assert refused(office.send(office.adam.sign(naming(serial), head=head))) == UNREADABLE, head
    assert not office.ca.is_revoked(serial)


# At the command line


def test_who_may_ask(tmp_path: Path) -> None:
    folder = new_folder(tmp_path)
    run("authorise", folder, "Adam@example.org")
    assert "already" in run("authorise", folder, "adam@example.org", code=1)
    for nowhere in ("Adam", "@", "adam@example.org>", "a,b@example.org"):
        assert "not an e-mail address" in run("authorise", folder, nowhere, code=1)
    assert run("authorised", folder) == "adam@example.org\n"
    run("authorise", folder, "adam@example.org", "--withdraw")
    assert "not authorised" in run("authorise", folder, "adam@example.org", "--withdraw", code=1)
    assert run("authorised", folder) == ""


@pytest.mark.fact("PQ-25")
def test_an_e_mail_out_of_a_file(office: Office) -> None:
    serial = office.ca.issued(card=office.ca.card())["serial"]
    folder, file = office.ca.service.settings.folder, office.folder / "card.eml"
    file.write_bytes(office.adam.sign(naming(serial)))
    assert run("mail", folder, file) == f"revoked  {serial}\nbond undone  proid-q/0001\n"
    assert "carried out before" in run("mail", folder, file, code=1)
    assert "can't be read" in run("mail", folder, office.folder / "none.eml", code=2)
