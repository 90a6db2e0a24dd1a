"""Handing a card over by signed e-mail. The e-mails are signed by OpenSSL's own programs."""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cardtools.ca.mail import senders
from cardtools.common.protocol import Applicant, CertificateProfile
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.unit.cardtools.ca.command_line import run
from tests.unit.cardtools.ca.keys import PrivateKey, new_key
from tests.unit.cardtools.ca.running_ca import JANA, PETR, RunningCa, new_folder, refused, running_ca

ADAM = Applicant(name="Adam Malý", e_mail="adam@example.org")

_HEAD = "Content-Type: text/plain; charset=utf-8\n\n"
_STRANGER = (400, "bad-signature")
_NOT_ALLOWED = (403, "not-allowed")
_UNREADABLE = (400, "bad-request")


@dataclass(frozen=True)
class Signer:
    """Someone with a key and a certificate, in files."""

    folder: Path
    serial: str = ""

    def sign(
        self, text: str, *options: str, program: str = "cms", sender: str = ADAM.e_mail, head: str = _HEAD
    ) -> bytes:
        """An e-mail, as `openssl cms` or `openssl smime` makes it."""
        (self.folder / "text").write_bytes((head + text).encode())
        command = ["openssl", program, "-sign", "-signer", "certificate.pem", "-inkey", "key.pem", "-in", "text"]
        command += ["-from", sender, "-to", "ca@example.org", "-subject", "A card to hand over", *options]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True).stdout


def _signer(parent: Path, key: PrivateKey, pem: str, serial: str = "") -> Signer:
    folder = parent / f"signer-{serial or 'foreign'}"
    folder.mkdir()
    (folder / "certificate.pem").write_text(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Signer(folder, serial)


@dataclass(frozen=True)
class Office:
    """A CA, and the authorised person who writes to it."""

    ca: RunningCa
    folder: Path
    adam: Signer

    def signer(self, key: PrivateKey | None = None, **asked: Any) -> Signer:
        """Someone with a certificate of this CA."""
        key = key or new_key()
        certificate = self.ca.issued(key, **{"profile": CertificateProfile.COMMERCIAL, "who": ADAM} | asked)
        return _signer(self.folder, key, certificate["pem"], certificate["serial"])

    def send(self, raw: bytes) -> httpx.Response:
        return self.ca.http.post("/mail", content=raw, headers={"Content-Type": "message/rfc822"})

    def refuses(self, raw: bytes, expected: tuple[int, str], why: str, *untouched: str) -> None:
        """Sends an e-mail that is refused for this reason, with these certificates as valid as before."""
        answer = self.send(raw)
        assert refused(answer) == expected
        assert why in answer.json()["detail"]
        assert [serial for serial in untouched if self.ca.is_revoked(serial)] == []

    def last_audited(self) -> tuple[str, str, str]:
        """Who, act and outcome of the last entry."""
        who, act, _, outcome = self.ca.audit()[-1]
        return who, act, outcome


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with running_ca(tmp_path, automatic=True) as ca:
        senders.authorise(ca.service, ADAM.e_mail, "test")
        without = Office(ca, tmp_path, Signer(tmp_path))
        yield Office(ca, tmp_path, without.signer())


def _naming(serial: str, name: str = JANA.name) -> str:
    return f"Dear CA,\n\nplease revoke this one.\n\nApplicant: {name}\nSerial: {serial}\n"


# What a signed e-mail does


@pytest.mark.fact("PQ-25")
def test_a_card_is_handed_over_by_naming_the_certificates(office: Office) -> None:
    card = office.ca.card()
    first, second = (office.ca.issued(card=card)["serial"] for _ in range(2))
    answer = office.send(office.adam.sign(_naming(first)))
    assert answer.json() == {
        "name": JANA.name,
        "e_mail": JANA.e_mail,
        "revoked": [first],
        "not_valid_before": [],
        "undone": [],
        "still_bound": [{"card_profile": "proid-q", "card_number": "0001", "still_valid": [second]}],
    }
    assert office.ca.bond(card).json()["name"] == JANA.name
    answer = office.send(office.adam.sign(_naming(f"{first}, {second}")))
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
    answer = office.send(signer.sign(_naming(serial), *options, program=program))
    assert answer.json()["revoked"] == [serial]


def test_a_qualified_certificate_signs_e_mail_too(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    signer = office.signer(profile=CertificateProfile.QUALIFIED)
    assert office.send(signer.sign(_naming(serial))).json()["revoked"] == [serial]


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
        body = base64.encodebytes(_naming(serial).encode()).decode()
    else:
        body = text.format(":".join(re.findall("..?", serial.lower())))
    head = f"Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: {encoding}\n\n"
    assert office.send(office.adam.sign(body, head=head)).json()["revoked"] == [serial]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_an_e_mail_that_travelled_with_other_line_ends(office: Office, line_end: bytes) -> None:
    serial = office.ca.issued()["serial"]
    raw = line_end.join(office.adam.sign(_naming(serial)).splitlines())
    assert office.send(raw).json()["revoked"] == [serial]


# Who may not


def test_altered_content(office: Office) -> None:
    janas, petrs = office.ca.issued()["serial"], office.ca.issued(who=PETR)["serial"]
    raw = office.adam.sign(_naming(janas))
    altered = raw.replace(janas.encode(), petrs.encode()).replace(JANA.name.encode(), PETR.name.encode())
    office.refuses(altered, _STRANGER, "altered", petrs)
    assert office.last_audited() == ("client 127.0.0.1", "signed e-mail", "bad-signature")


def test_a_signature_that_its_key_did_not_make(office: Office) -> None:
    """The text is what the signature says it is, and the certificate is Adam's; only the signature itself is wrong."""
    serial = office.ca.issued()["serial"]
    raw = office.adam.sign(_naming(serial))
    [packed] = re.findall(rb"filename=\"smime.p7s\"\s+(\S.+?)\s+--", raw, re.DOTALL)
    signature = base64.b64decode(packed)
    forged = base64.encodebytes(signature[:-1] + bytes([signature[-1] ^ 1]))
    office.refuses(raw.replace(packed, forged), _STRANGER, "not made with the key", serial)


def test_a_text_of_ones_own_beside_what_adam_signed(office: Office) -> None:
    """A signature that has its own content inside signs nothing that stands beside it."""
    petrs, janas = (office.ca.issued(who=who)["serial"] for who in (PETR, JANA))
    opaque = office.adam.sign(_naming(petrs, PETR.name), "-nodetach")
    head, _, body = opaque.partition(b"\n\n")
    assert b"application/x-pkcs7-mime" in head or b"application/pkcs7-mime" in head
    text = (_HEAD + _naming(janas)).encode()
    raw = (
        f"From: {ADAM.e_mail}\n".encode()
        + b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="b"\n\n'
        + b"--b\n" + text + b"\n--b\nContent-Type: application/pkcs7-signature\n"
        + b"Content-Transfer-Encoding: base64\n\n" + body + b"\n--b--\n"
    )  # fmt: skip
    office.refuses(raw, _STRANGER, "two contents", janas, petrs)


def test_a_stranger(office: Office) -> None:
    """A certificate that says it is Adam's, of an issuer with this CA's name."""
    serial = office.ca.issued()["serial"]
    key, issuing = new_key(), office.ca.service.authority.issuing.certificate
    adams = x509.load_pem_x509_certificate((office.adam.folder / "certificate.pem").read_bytes())
    forged = (
        x509.CertificateBuilder()
        .subject_name(adams.subject)
        .issuer_name(issuing.subject)
        .public_key(key.public_key())
        .serial_number(adams.serial_number)
        .not_valid_before(adams.not_valid_before_utc)
        .not_valid_after(adams.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(ADAM.e_mail)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = forged.public_bytes(serialization.Encoding.PEM).decode()
    office.refuses(
        _signer(office.folder, key, pem).sign(_naming(serial)), _STRANGER, "not one that this CA issued", serial
    )
    assert office.last_audited() == ("client 127.0.0.1", "signed e-mail", "bad-signature")


def test_adams_certificate_under_a_strangers_signature(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    key = new_key()
    imposter = _signer(office.folder, key, office.signer(key, who=PETR).folder.joinpath("certificate.pem").read_text())
    raw = imposter.sign(_naming(serial), "-certfile", str(office.adam.folder / "certificate.pem"))
    office.refuses(raw, _NOT_ALLOWED, f"not for {ADAM.e_mail}", serial)


def test_a_stranger_who_signs_beside_adam(office: Office) -> None:
    """Whose act would it be? One e-mail has one signer."""
    serial = office.ca.issued()["serial"]
    petr = office.signer(who=PETR).folder
    office.refuses(
        office.adam.sign(_naming(serial), "-signer", str(petr / "certificate.pem"), "-inkey", str(petr / "key.pem")),
        _STRANGER,
        "one signer",
        serial,
    )


def test_a_revoked_signer(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    raw = office.adam.sign(_naming(serial))
    office.ca.revoke(office.adam.serial)
    office.refuses(raw, _NOT_ALLOWED, "is revoked", serial)
    assert office.last_audited() == ("client 127.0.0.1", "signed e-mail", "not-allowed")


def test_an_expired_signer(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    raw = office.adam.sign(_naming(serial))
    office.ca.clock.forward(days=366)
    office.refuses(raw, _NOT_ALLOWED, "has expired")


def test_somebody_who_may_not_ask(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    petr = office.signer(who=PETR)
    answer = office.send(petr.sign(_naming(serial), sender=PETR.e_mail))
    assert refused(answer) == _NOT_ALLOWED
    assert office.last_audited() == (f"e-mail {PETR.e_mail}", "signed e-mail", "not-allowed")
    senders.authorise(office.ca.service, PETR.e_mail, "test")
    assert office.send(petr.sign(_naming(serial), sender=PETR.e_mail)).json()["revoked"] == [serial]


def test_a_seal_is_nobodys_signature(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    office.refuses(office.signer(profile=CertificateProfile.SEAL).sign(_naming(serial)), _NOT_ALLOWED, "for seals")


def test_a_sender_who_is_not_one(office: Office) -> None:
    raw = office.adam.sign(_naming("1"))
    for sender in (b"adam@example.org, petr@example.org", b"Adam", b""):
        assert refused(office.send(raw.replace(b"From: adam@example.org", b"From: " + sender))) == _UNREADABLE


def test_a_replay(office: Office) -> None:
    """The same card is Jana's again; the old e-mail has no power over it, whatever stands around its signed part."""
    card = office.ca.card()
    office.ca.issued(card=card)
    raw = office.adam.sign(f"Applicant: {JANA.name}\nCard: 0001\n")
    assert office.send(b"Message-ID: <1@example.org>\n" + raw).status_code == 200
    again = office.ca.issued(card=card)["serial"]
    for head in (b"", b"Message-ID: <1@example.org>\n", b"Message-ID: <2@example.org>\n"):
        assert refused(office.send(head + raw)) == (409, "already-done")
    assert not office.ca.is_revoked(again)
    assert ("e-mail adam@example.org", "signed e-mail", "<2@example.org>", "already-done") in office.ca.audit()


def test_an_e_mail_sent_several_times_at_once_is_carried_out_once(office: Office) -> None:
    office.ca.issued(card=office.ca.card())
    raw = office.adam.sign(f"Applicant: {JANA.name}\nCard: 0001\n")
    with ThreadPoolExecutor(4) as pool:
        statuses = [answer.status_code for answer in pool.map(office.send, [raw] * 4)]
    assert sorted(statuses) == [200, 409, 409, 409]


def test_an_e_mail_that_was_held_back(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    raw = office.adam.sign(_naming(serial))
    office.ca.clock.forward(days=8)
    office.refuses(raw, _NOT_ALLOWED, "Sign it anew")


@pytest.mark.parametrize("options", [("-md", "sha1"), ("-noattr",), ("-nocerts",)], ids=str)
def test_a_signature_that_says_too_little(office: Office, options: tuple[str, ...]) -> None:
    assert refused(office.send(office.adam.sign(_naming("1"), *options))) == _STRANGER


def test_an_unsigned_e_mail(office: Office) -> None:
    raw = f"From: {ADAM.e_mail}\n{_HEAD}{_naming('1')}".encode()
    assert refused(office.send(raw)) == _UNREADABLE
    assert office.last_audited() == ("client 127.0.0.1", "signed e-mail", "bad-request")


def test_a_huge_e_mail(office: Office) -> None:
    office.refuses(office.adam.sign(_naming("1") + "x" * 64 * 1024), _UNREADABLE, "larger than")


def test_an_e_mail_cut_short_anywhere_is_refused(office: Office) -> None:
    raw = office.adam.sign(_naming(office.ca.issued()["serial"]))
    assert raw.rstrip().endswith(b"--")
    for end in range(0, len(raw.rstrip()) - 2, 61):
        assert refused(office.send(raw[:end])) in (_UNREADABLE, _STRANGER)


# What can't be done


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Applicant: Jana Nováková\n", _UNREADABLE),
        ("Serial: {jana}\n", _UNREADABLE),
        ("Applicant: Jana Nováková\nApplicant: Petr Dvořák\nSerial: {jana}\n", _UNREADABLE),
        ("Applicant: Jana Nováková\nSerial: {jana} or so\n", _UNREADABLE),
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
    raw = office.adam.sign(_naming(serial))
    senders.withdraw(office.ca.service, ADAM.e_mail, "test")
    assert refused(office.send(raw)) == _NOT_ALLOWED
    senders.authorise(office.ca.service, ADAM.e_mail, "test")
    assert office.send(raw).json()["revoked"] == [serial]


def test_namesakes_are_told_apart_by_their_addresses(office: Office) -> None:
    namesake = Applicant(name=JANA.name, e_mail="jana2@example.org")
    one, other = office.ca.issued()["serial"], office.ca.issued(who=namesake)["serial"]
    assert refused(office.send(office.adam.sign(_naming(f"{one}; {other}")))) == _UNREADABLE
    answer = office.send(office.adam.sign(_naming(other, f"{namesake.name} <{namesake.e_mail}>")))
    assert answer.json()["revoked"] == [other]


def test_two_kinds_of_card_with_one_number(office: Office) -> None:
    office.ca.issued(card=office.ca.card())
    serial = office.ca.issued(card=office.ca.card(profile="tokenme"), area="general")["serial"]
    office.refuses(
        office.adam.sign(f"Applicant: {JANA.name}\nCard: 0001\n"), _UNREADABLE, "`proid-q/0001` or `tokenme/0001`"
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
        assert refused(office.send(office.adam.sign(_naming(serial), head=head))) == _UNREADABLE, head
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
    file.write_bytes(office.adam.sign(_naming(serial)))
    assert run("mail", folder, file) == f"revoked  {serial}\nbond undone  proid-q/0001\n"
    assert "carried out before" in run("mail", folder, file, code=1)
    assert "can't be read" in run("mail", folder, office.folder / "none.eml", code=2)
