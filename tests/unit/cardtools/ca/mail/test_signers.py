"""Whose signed e-mails are carried out, and whose are not."""

from __future__ import annotations

import base64
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from cardtools.ca.mail import senders
from cardtools.common.protocol import CertificateProfile
from cardtools.common.terms import IssuingCa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from tests.unit.cardtools.ca.keys import new_key
from tests.unit.cardtools.ca.mail.correspondents import (
    ADAM,
    NOT_ALLOWED,
    PLAIN_TEXT,
    STRANGER,
    UNREADABLE,
    Office,
    naming,
    signer_in,
)
from tests.unit.cardtools.ca.running_ca import JANA, PETR, refused


def test_altered_content(office: Office) -> None:
    janas, petrs = office.ca.issued()["serial"], office.ca.issued(who=PETR)["serial"]
    raw = office.adam.sign(naming(janas))
    altered = raw.replace(janas.encode(), petrs.encode()).replace(JANA.name.encode(), PETR.name.encode())
    office.refuses(altered, STRANGER, "altered", petrs)
    assert office.last_audited() == ("client 127.0.0.1", "signed e-mail", "bad-signature")


def test_a_signature_that_its_key_did_not_make(office: Office) -> None:
    """The text is what the signature says it is, and the certificate is Adam's; only the signature itself is wrong."""
    serial = office.ca.issued()["serial"]
    raw = office.adam.sign(naming(serial))
    [packed] = re.findall(rb"filename=\"smime.p7s\"\s+(\S.+?)\s+--", raw, re.DOTALL)
    signature = base64.b64decode(packed)
    forged = base64.encodebytes(signature[:-1] + bytes([signature[-1] ^ 1]))
    office.refuses(raw.replace(packed, forged), STRANGER, "not made with the key", serial)


def test_a_text_of_ones_own_beside_what_adam_signed(office: Office) -> None:
    """A signature that has its own content inside signs nothing that stands beside it."""
    petrs, janas = (office.ca.issued(who=who)["serial"] for who in (PETR, JANA))
    opaque = office.adam.sign(naming(petrs, PETR.name), "-nodetach")
    head, _, body = opaque.partition(b"\n\n")
    assert b"application/x-pkcs7-mime" in head or b"application/pkcs7-mime" in head
    text = (PLAIN_TEXT + naming(janas)).encode()
    raw = (
        f"From: {ADAM.e_mail}\n".encode()
        + b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="b"\n\n'
        + b"--b\n" + text + b"\n--b\nContent-Type: application/pkcs7-signature\n"
        + b"Content-Transfer-Encoding: base64\n\n" + body + b"\n--b--\n"
    )  # fmt: skip
    office.refuses(raw, STRANGER, "two contents", janas, petrs)


def test_a_stranger(office: Office) -> None:
    """A certificate that says it is Adam's, of an issuer with this CA's name."""
    serial = office.ca.issued()["serial"]
    key, issuing = new_key(), office.ca.service.authority.cas[IssuingCa.PUBLIC].issuing.certificate
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
        signer_in(office.folder, key, pem).sign(naming(serial)), STRANGER, "not one that this CA issued", serial
    )
    assert office.last_audited() == ("client 127.0.0.1", "signed e-mail", "bad-signature")


def test_adams_certificate_under_a_strangers_signature(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    key = new_key()
    imposter = signer_in(
        office.folder, key, office.signer(key, who=PETR).folder.joinpath("certificate.pem").read_text()
    )
    raw = imposter.sign(naming(serial), "-certfile", str(office.adam.folder / "certificate.pem"))
    office.refuses(raw, NOT_ALLOWED, f"not for {ADAM.e_mail}", serial)


def test_a_stranger_who_signs_beside_adam(office: Office) -> None:
    """Whose act would it be? One e-mail has one signer."""
    serial = office.ca.issued()["serial"]
    petr = office.signer(who=PETR).folder
    office.refuses(
        office.adam.sign(naming(serial), "-signer", str(petr / "certificate.pem"), "-inkey", str(petr / "key.pem")),
        STRANGER,
        "one signer",
        serial,
    )


def test_a_revoked_signer(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    raw = office.adam.sign(naming(serial))
    office.ca.revoke(office.adam.serial)
    office.refuses(raw, NOT_ALLOWED, "is revoked", serial)
    assert office.last_audited() == ("client 127.0.0.1", "signed e-mail", "not-allowed")


def test_an_expired_signer(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    raw = office.adam.sign(naming(serial))
    office.ca.clock.forward(days=366)
    office.refuses(raw, NOT_ALLOWED, "has expired")


def test_somebody_who_may_not_ask(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    petr = office.signer(who=PETR)
    answer = office.send(petr.sign(naming(serial), sender=PETR.e_mail))
    assert refused(answer) == NOT_ALLOWED
    assert office.last_audited() == (f"e-mail {PETR.e_mail}", "signed e-mail", "not-allowed")
    senders.authorise(office.ca.service, PETR.e_mail, "test")
    assert office.send(petr.sign(naming(serial), sender=PETR.e_mail)).json()["revoked"] == [serial]


def test_a_seal_is_nobodys_signature(office: Office) -> None:
    serial = office.ca.issued()["serial"]
    office.refuses(office.signer(profile=CertificateProfile.SEAL).sign(naming(serial)), NOT_ALLOWED, "for seals")


def test_a_sender_who_is_not_one(office: Office) -> None:
    raw = office.adam.sign(naming("1"))
    for sender in (b"adam@example.org, petr@example.org", b"Adam", b""):
        assert refused(office.send(raw.replace(b"From: adam@example.org", b"From: " + sender))) == UNREADABLE


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
    raw = office.adam.sign(naming(serial))
    office.ca.clock.forward(days=8)
    office.refuses(raw, NOT_ALLOWED, "Sign it anew")


@pytest.mark.parametrize("options", [("-md", "sha1"), ("-noattr",), ("-nocerts",)], ids=str)
def test_a_signature_that_says_too_little(office: Office, options: tuple[str, ...]) -> None:
    assert refused(office.send(office.adam.sign(naming("1"), *options))) == STRANGER


def test_an_unsigned_e_mail(office: Office) -> None:
    raw = f"From: {ADAM.e_mail}\n{PLAIN_TEXT}{naming('1')}".encode()
    assert refused(office.send(raw)) == UNREADABLE
    assert office.last_audited() == ("client 127.0.0.1", "signed e-mail", "bad-request")


def test_a_huge_e_mail(office: Office) -> None:
    office.refuses(office.adam.sign(naming("1") + "x" * 64 * 1024), UNREADABLE, "larger than")


def test_an_e_mail_cut_short_anywhere_is_refused(office: Office) -> None:
    raw = office.adam.sign(naming(office.ca.issued()["serial"]))
    assert raw.rstrip().endswith(b"--")
    for end in range(0, len(raw.rstrip()) - 2, 61):
        assert refused(office.send(raw[:end])) in (UNREADABLE, STRANGER)
