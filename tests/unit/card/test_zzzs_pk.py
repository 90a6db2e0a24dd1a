"""What the stories of ZZZS-PK can't tell in one line a command; the rest is in stories/."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from stuntcard.card.files import FileKind
from stuntcard.iso7816 import tlv

from tests.unit.card.cards import AODF, ISOAPPLET, NOT_ALLOWED, OK, PKCS1, PSS, Client, unchanged
from tests.unit.card.holders import holder_of
from tests.unit.card.holders import issued as issued_card

PEP_PIN, PEP_PUK, KPEP_PIN = "pep-pin", "pep-puk", "kpep-pin"
PEP_KEY, KPEP_KEY = 0x10, 0x11
PEP_CERTIFICATE, KPEP_CERTIFICATE = "3F0050204301", "3F0050204302"
SHA256_INFO = bytes.fromhex("3031300D060960864801650304020105000420")
"""What stands before the digest in a DigestInfo (RFC 8017, 9.2)."""


@pytest.fixture
def issued() -> Client:
    """As it comes by post."""
    return issued_card("zzzs-pk")


@pytest.fixture
def holder() -> Client:
    """With KPEP's PIN set."""
    return holder_of("zzzs-pk")


def certified(client: Client, file: str) -> x509.Certificate:
    """A certificate as the card shows it."""
    return x509.load_der_x509_certificate(client.read(file))


@pytest.mark.fact("PK-01")
def test_pep_is_there_from_the_start_and_signs_with_its_pin(issued: Client) -> None:
    digest = hashlib.sha256(b"a prescription").digest()
    key = certified(issued, PEP_CERTIFICATE).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert issued.sign(PEP_KEY, SHA256_INFO + digest, PKCS1) == (b"", NOT_ALLOWED)
    assert issued.verify(PEP_PIN) == OK
    for _ in range(2):
        signature, sw = issued.sign(PEP_KEY, SHA256_INFO + digest, PKCS1)
        assert sw == OK
        key.verify(signature, b"a prescription", padding.PKCS1v15(), SHA256())
    signature, sw = issued.sign(PEP_KEY, digest, PSS)
    assert sw == OK
    pss = padding.PSS(padding.MGF1(SHA256()), len(digest))
    key.verify(signature, b"a prescription", pss, SHA256())
    issued.card.reset()
    assert issued.sign(PEP_KEY, digest, PSS) == (b"", NOT_ALLOWED)


@pytest.mark.fact("PK-05", "PK-06")
def test_each_qualified_signature_takes_kpeps_pin(holder: Client) -> None:
    key = certified(holder, KPEP_CERTIFICATE).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    holder.fetch(ISOAPPLET)
    info = SHA256_INFO + hashlib.sha256(b"a report").digest()
    for _ in range(2):
        assert holder.sign(KPEP_KEY, info, PKCS1) == (b"", NOT_ALLOWED)
        assert holder.verify(KPEP_PIN) == OK
        signature, sw = holder.sign(KPEP_KEY, info, PKCS1)
        assert sw == OK
        key.verify(signature, b"a report", padding.PKCS1v15(), SHA256())
    assert holder.sign(KPEP_KEY, info, PKCS1) == (b"", NOT_ALLOWED)


# A card that takes nothing in


def everything_given(holder: Client) -> None:
    """Gives every code that there is; KPEP's PIN last, for it holds for one use only."""
    assert [holder.verify(code) for code in (PEP_PIN, PEP_PUK, KPEP_PIN)] == [OK] * 3


NEW_FILES = {
    "file": "80020010" + "820101" + "83023101",
    "file for all": "80020010" + "820101" + "83023101" + "86" + "08FF00000000000000",
    "empty file": "80020000" + "820101" + "83023101",
    "directory": "820138" + "83023101",
}


def create_commands() -> Iterator[str]:
    for fields in NEW_FILES.values():
        for template in ("6F", "62"):
            yield f"00E00000{len(fields) // 2 + 2:02X}{template}{len(fields) // 2:02X}{fields}"


def paths(holder: Client, kind: FileKind) -> list[str]:
    return [path.hex().upper() for path, file in holder.card.files.files.items() if file.kind is kind]


@pytest.mark.fact("PK-09")
def test_no_file_is_created_anywhere(holder: Client) -> None:
    everything_given(holder)
    with unchanged(holder):
        for path in paths(holder, FileKind.DF):
            for command in create_commands():
                holder.select(path)
                assert holder.send(command) == NOT_ALLOWED


@pytest.mark.fact("PK-09")
def test_no_file_is_written(holder: Client) -> None:
    everything_given(holder)
    with unchanged(holder):
        files = paths(holder, FileKind.EF)
        assert len(files) > 10
        for path in files:
            assert holder.select(path) == OK
            for command in ("00D600000100", "00D60001020000", "00D6000010" + "00" * 16):
                assert holder.send(command) == NOT_ALLOWED


@pytest.mark.fact("PK-09")
def test_no_file_is_deleted(holder: Client) -> None:
    everything_given(holder)
    with unchanged(holder):
        for path in paths(holder, FileKind.EF) + paths(holder, FileKind.DF):
            holder.select(path)
            assert holder.send("00E40000") == NOT_ALLOWED
            if len(path) > 4:
                holder.select(path[:-4])
                assert holder.send(f"00E4000002{path[-4:]}") == NOT_ALLOWED


@pytest.mark.fact("PK-10")
def test_the_codes_bear_the_names_of_the_cards_applications(issued: Client) -> None:
    entries = tlv.parse(issued.read(AODF).rstrip(b"\0"))
    shown = {}
    for entry in entries:
        common, _, attributes = entry.children()
        reference = tlv.find(attributes.children()[0].children(), 0x80)
        assert reference is not None
        shown[reference[-1]] = common.children()[0].value.decode()
    assert shown == {
        1: "HPC-Entry",
        2: "HIC-Portal",
        3: "HPC-Qualified",
        4: "HPC-Qualified TPIN",
    }
