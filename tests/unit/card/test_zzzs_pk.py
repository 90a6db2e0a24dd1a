"""ZZZS-PK over T=0: PEP with PIN and PUK, KPEP with its transport PIN, and a card that takes nothing in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from stuntcard.card.files import FileKind
from stuntcard.card.keys import generate_ec, generate_rsa
from stuntcard.iso7816 import tlv
from stuntcard.policy.state import Origin
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import (
    BLOCKED,
    EC,
    ISOAPPLET,
    MANAGE,
    NOT_ALLOWED,
    NOT_USABLE,
    OK,
    PKCS1,
    PSS,
    RSA_2048,
    Client,
    new_card,
    unchanged,
)
from tests.unit.card.holders import CHOSEN

ZZZS_PK = load_profile("zzzs-pk")
PEP_PIN, PEP_PUK, KPEP_PIN, TPIN = "pep-pin", "pep-puk", "kpep-pin", "tpin"
VALUES = CHOSEN["zzzs-pk"]
PEP_KEY, KPEP_KEY = 0x10, 0x11
PEP_CERTIFICATE, KPEP_CERTIFICATE = "3F0050204301", "3F0050204302"
SHA256_INFO = bytes.fromhex("3031300D060960864801650304020105000420")
"""What stands before the digest in a DigestInfo (RFC 8017, 9.2)."""
NO_SUCH_WAY, REFUSED_VALUE = "6985", "6A80"


class Holder(Client):
    """A client that knows the values from the post."""

    def sign_pep(self) -> str:
        return self.sign(PEP_KEY, algorithm=PKCS1)[1]

    def sign_kpep(self) -> str:
        return self.sign(KPEP_KEY)[1]

    def pep_key(self) -> rsa.RSAPublicKey:
        """The key in PEP's certificate, as the card shows it."""
        key = x509.load_der_x509_certificate(self.read(PEP_CERTIFICATE)).public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        return key

    def kpep_key(self) -> ec.EllipticCurvePublicKey:
        """The key in KPEP's."""
        key = x509.load_der_x509_certificate(self.read(KPEP_CERTIFICATE)).public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        return key


@pytest.fixture
def issued() -> Holder:
    """As it comes by post."""
    return Holder(new_card(ZZZS_PK), VALUES)


@pytest.fixture
def holder(issued: Holder) -> Holder:
    """With KPEP's PIN set."""
    assert issued.set_code(KPEP_PIN) == OK
    return issued


# PEP


@pytest.mark.fact("PK-01")
def test_pep_is_there_from_the_start_and_signs_with_its_pin(issued: Holder) -> None:
    digest = hashlib.sha256(b"a prescription").digest()
    assert issued.sign(PEP_KEY, SHA256_INFO + digest, PKCS1) == (b"", NOT_ALLOWED)
    assert issued.verify(PEP_PIN) == OK
    for _ in range(2):
        signature, sw = issued.sign(PEP_KEY, SHA256_INFO + digest, PKCS1)
        assert sw == OK
        issued.pep_key().verify(signature, b"a prescription", padding.PKCS1v15(), SHA256())
    signature, sw = issued.sign(PEP_KEY, digest, PSS)
    assert sw == OK
    pss = padding.PSS(padding.MGF1(SHA256()), len(digest))
    issued.pep_key().verify(signature, b"a prescription", pss, SHA256())
    issued.card.reset()
    assert issued.sign_pep() == NOT_ALLOWED


@pytest.mark.fact("PK-01")
def test_pep_is_not_qualified_and_kpep_is(issued: Holder) -> None:
    qualified = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
    for file, expected in ((PEP_CERTIFICATE, False), (KPEP_CERTIFICATE, True)):
        certificate = x509.load_der_x509_certificate(issued.read(file))
        assert (qualified in {extension.oid for extension in certificate.extensions}) is expected


@pytest.mark.fact("PK-01")
@pytest.mark.parametrize("how", ["verify", "change"])
def test_peps_pin_blocked_no_longer_signs_although_it_had_been_given(issued: Holder, how: str) -> None:
    assert issued.verify(PEP_PIN) == OK
    for _ in range(3):
        issued.verify_wrong(PEP_PIN) if how == "verify" else issued.change(PEP_PIN, "0000", "4321")
    assert issued.query(PEP_PIN) == BLOCKED
    assert issued.sign_pep() == NOT_ALLOWED


@pytest.mark.fact("PK-02")
def test_peps_pin_is_changed_with_the_old_one_and_never_while_it_is_blocked(issued: Holder) -> None:
    assert issued.change(PEP_PIN, "0000", "4321") == "63C2"
    assert issued.change(PEP_PIN, "1234", "4321") == OK
    assert [issued.verify(PEP_PIN), issued.verify(PEP_PIN, "4321")] == ["63C2", OK]
    issued.block(PEP_PIN)
    with unchanged(issued):
        assert issued.change(PEP_PIN, "4321", "1111") == BLOCKED
    assert issued.set_code(PEP_PIN, "1111") == OK
    assert issued.change(PEP_PIN, "1111", "2222") == OK


@pytest.mark.fact("PK-03")
def test_peps_pin_signs_again_once_it_was_unblocked_and_given(issued: Holder) -> None:
    issued.block(PEP_PIN)
    assert issued.set_code(PEP_PIN, "4321") == OK
    assert issued.sign_pep() == NOT_ALLOWED  # set, and not given
    assert issued.verify(PEP_PIN, "4321") == OK
    assert issued.sign_pep() == OK


@pytest.mark.fact("PK-03")
def test_puk_has_eight_digits_and_is_not_changed(issued: Holder) -> None:
    for value in ("8765432", "876543210"):
        assert issued.set_code(PEP_PIN, by=value) == "63C4"
        assert issued.verify(PEP_PUK) == OK
    with unchanged(issued):
        assert issued.change(PEP_PUK, "87654321", "11111111") == NO_SUCH_WAY
    assert issued.reset_code(PEP_PUK, "12345678", "11111111") == NO_SUCH_WAY


PEP_LOSING: dict[str, Callable[[Holder], str]] = {
    "unblocking": lambda holder: holder.set_code(PEP_PIN, by="00000000"),
    "verifying": lambda holder: holder.verify_wrong(PEP_PUK),
}


@pytest.mark.fact("PK-04")
@pytest.mark.parametrize("how", PEP_LOSING)
@pytest.mark.parametrize("pin_blocked", [False, True])
def test_five_wrong_puks_lock_pep_for_good(issued: Holder, how: str, pin_blocked: bool) -> None:
    if pin_blocked:
        issued.block(PEP_PIN)
    else:
        issued.verify(PEP_PIN)
    answers = [PEP_LOSING[how](issued) for _ in range(5)]
    assert answers == ["63C4", "63C3", "63C2", "63C1", "63C0"]

    def try_all() -> None:
        assert [issued.query(PEP_PIN), issued.query(PEP_PUK)] == [BLOCKED, BLOCKED]
        assert [issued.verify(PEP_PIN), issued.verify(PEP_PUK)] == [BLOCKED, BLOCKED]
        assert issued.change(PEP_PIN, "1234", "4321") == BLOCKED
        assert issued.set_code(PEP_PIN) == BLOCKED
        assert issued.sign_pep() == NOT_ALLOWED  # although its PIN had been given

    with unchanged(issued):
        try_all()
    issued.restart()
    with unchanged(issued):
        try_all()
    assert lost_parts(issued) == {b"pep"}


@pytest.mark.fact("PK-04", "PK-13")
def test_the_rest_of_the_card_goes_on_without_pep(issued: Holder) -> None:
    issued.verify_wrong(TPIN)
    issued.block(PEP_PUK)
    assert issued.query(TPIN) == "63C2"
    assert issued.set_code(KPEP_PIN) == OK
    assert issued.verify(KPEP_PIN) == OK
    assert issued.sign_kpep() == OK
    assert issued.change(KPEP_PIN, "654321", "111111") == OK
    # Certificates can be read still, PEP's too.
    assert issued.pep_key() != issued.kpep_key()


# KPEP


@pytest.mark.fact("PK-05")
def test_kpep_is_on_the_card_locked(issued: Holder) -> None:
    assert [(item.area, item.key, item.paired) for item in issued.items] == [
        ("pep", Origin.FACTORY, True),
        ("kpep", Origin.FACTORY, True),
    ]
    assert issued.query(KPEP_PIN) == NOT_USABLE

    with unchanged(issued):
        for value in ("654321", "12345678", "1234", ""):
            assert issued.verify(KPEP_PIN, value) == NOT_USABLE
            assert issued.change(KPEP_PIN, value, "654321") == NOT_USABLE
    for code in (PEP_PIN, PEP_PUK, TPIN):
        assert issued.verify(code) == OK
    assert issued.sign_kpep() == NOT_ALLOWED


@pytest.mark.fact("PK-05")
def test_the_transport_pin_has_eight_digits_and_is_not_changed(issued: Holder) -> None:
    for value in ("1234567", "123456789"):
        assert issued.set_code(KPEP_PIN, by=value) == "63C2"
        assert issued.verify(TPIN) == OK
    with unchanged(issued):
        assert issued.change(TPIN, "12345678", "11111111") == NO_SUCH_WAY
    assert issued.reset_code(TPIN, "87654321", "11111111") == NO_SUCH_WAY


@pytest.mark.fact("PK-06")
def test_kpeps_pin_is_set_with_the_transport_pin_once_only(issued: Holder) -> None:
    assert issued.set_code(KPEP_PIN, by="00000000") == "63C2"
    assert issued.query(KPEP_PIN) == NOT_USABLE
    assert issued.set_code(KPEP_PIN) == OK

    def try_again() -> None:
        assert issued.set_code(KPEP_PIN, "111111") == NO_SUCH_WAY
        assert issued.set_code(KPEP_PIN, "111111", by="00000000") == NO_SUCH_WAY
        assert [issued.query(TPIN), issued.verify(TPIN)] == [NOT_USABLE, NOT_USABLE]

    with unchanged(issued):
        try_again()
    assert issued.change(KPEP_PIN, "654321", "222222") == OK
    issued.restart()
    with unchanged(issued):
        try_again()
    assert issued.verify(KPEP_PIN, "222222") == OK


@pytest.mark.fact("PK-05", "PK-06")
def test_each_qualified_signature_takes_kpeps_pin(holder: Holder) -> None:
    holder.fetch(ISOAPPLET)
    for _ in range(2):
        assert holder.sign(KPEP_KEY, b"a report") == (b"", NOT_ALLOWED)
        assert holder.verify(KPEP_PIN) == OK
        signature, sw = holder.sign(KPEP_KEY, b"a report")
        assert sw == OK
        holder.kpep_key().verify(signature, b"a report", ec.ECDSA(SHA1()))
    assert holder.sign(KPEP_KEY, b"a report") == (b"", NOT_ALLOWED)


@pytest.mark.fact("PK-07")
def test_a_forgotten_pin_of_kpep_is_set_by_nothing(holder: Holder) -> None:
    with unchanged(holder):
        for value in holder.values.values():
            assert holder.set_code(KPEP_PIN, "111111", by=value) == NO_SUCH_WAY


@pytest.mark.fact("PK-07")
@pytest.mark.parametrize("how", ["verify", "change"])
def test_kpep_is_lost_with_its_pin_blocked(holder: Holder, how: str) -> None:
    holder.verify(KPEP_PIN)
    answers = [
        holder.verify_wrong(KPEP_PIN) if how == "verify" else holder.change(KPEP_PIN, "000000", "111111")
        for _ in range(3)
    ]
    assert answers == ["63C2", "63C1", "63C0"]
    assert_kpep_is_lost(holder)


KPEP_LOSING: dict[str, Callable[[Holder], str]] = {
    "setting the PIN": lambda holder: holder.set_code(KPEP_PIN, by="00000000"),
    "verifying": lambda holder: holder.verify_wrong(TPIN),
}


@pytest.mark.fact("PK-08")
@pytest.mark.parametrize("how", KPEP_LOSING)
def test_three_wrong_transport_pins_lock_kpep_for_good(issued: Holder, how: str) -> None:
    assert [KPEP_LOSING[how](issued) for _ in range(2)] == ["63C2", "63C1"]
    assert issued.verify(TPIN) == OK  # which gives the tries back
    assert [KPEP_LOSING[how](issued) for _ in range(3)] == ["63C2", "63C1", "63C0"]
    assert_kpep_is_lost(issued)


def assert_kpep_is_lost(holder: Holder) -> None:
    def try_all() -> None:
        assert [holder.query(KPEP_PIN), holder.query(TPIN)] == [BLOCKED, BLOCKED]
        assert [holder.verify(KPEP_PIN), holder.verify(TPIN)] == [BLOCKED, BLOCKED]
        assert holder.change(KPEP_PIN, "654321", "111111") == BLOCKED
        assert holder.set_code(KPEP_PIN, "111111") == BLOCKED
        assert holder.sign_kpep() == NOT_ALLOWED

    with unchanged(holder):
        try_all()
    holder.restart()
    with unchanged(holder):
        try_all()
    assert lost_parts(holder) == {b"kpep"}


def lost_parts(holder: Holder) -> set[bytes]:
    """What Stuntcard's own application shows as lost."""
    holder.send(MANAGE)
    answer, sw = holder.fetch("00CA00E300")
    assert sw == OK
    holder.send(ISOAPPLET)
    fields = [entry.children() for entry in tlv.parse_one(answer)[0].children()]
    return {part[0].value for part in fields if part[2].value == b"\1"}


@pytest.mark.fact("PK-13")
def test_pep_goes_on_without_kpep(holder: Holder) -> None:
    holder.verify_wrong(PEP_PIN)
    holder.verify_wrong(PEP_PUK)
    holder.block(KPEP_PIN)
    assert [holder.query(PEP_PIN), holder.query(PEP_PUK)] == ["63C2", "63C4"]
    assert holder.verify(PEP_PIN) == OK
    assert holder.sign_pep() == OK
    assert holder.change(PEP_PIN, "1234", "4321") == OK
    holder.block(PEP_PIN)
    assert holder.set_code(PEP_PIN) == OK


@pytest.mark.fact("PK-13")
def test_with_both_parts_lost_the_card_still_answers(holder: Holder) -> None:
    holder.block(KPEP_PIN)
    holder.block(PEP_PUK)
    assert lost_parts(holder) == {b"pep", b"kpep"}
    assert not holder.card.state.dead
    assert [holder.query(code) for code in (PEP_PIN, PEP_PUK, KPEP_PIN, TPIN)] == [BLOCKED] * 4
    assert holder.pep_key()


# A card that takes nothing in


def everything_given(holder: Holder) -> None:
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


def paths(holder: Holder, kind: FileKind) -> list[str]:
    return [path.hex().upper() for path, file in holder.card.files.files.items() if file.kind is kind]


@pytest.mark.fact("PK-09")
def test_no_file_is_created_anywhere(holder: Holder) -> None:
    everything_given(holder)
    with unchanged(holder):
        for path in paths(holder, FileKind.DF):
            for command in create_commands():
                holder.select(path)
                assert holder.send(command) == NOT_ALLOWED


@pytest.mark.fact("PK-09")
def test_no_file_is_written(holder: Holder) -> None:
    everything_given(holder)
    with unchanged(holder):
        files = paths(holder, FileKind.EF)
        assert len(files) > 10
        for path in files:
            assert holder.select(path) == OK
            for command in ("00D600000100", "00D60001020000", "00D6000010" + "00" * 16):
                assert holder.send(command) == NOT_ALLOWED


@pytest.mark.fact("PK-09")
def test_no_file_is_deleted(holder: Holder) -> None:
    everything_given(holder)
    with unchanged(holder):
        for path in paths(holder, FileKind.EF) + paths(holder, FileKind.DF):
            holder.select(path)
            assert holder.send("00E40000") == NOT_ALLOWED
            if len(path) > 4:
                holder.select(path[:-4])
                assert holder.send(f"00E4000002{path[-4:]}") == NOT_ALLOWED


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return generate_rsa(2048)


@pytest.mark.fact("PK-09")
@pytest.mark.parametrize("reference", [0, 1, 2, 15])
def test_no_key_is_made_or_brought_in(holder: Holder, reference: int, rsa_key: rsa.RSAPrivateKey) -> None:
    everything_given(holder)
    with unchanged(holder):
        assert holder.make_key(reference) == NOT_ALLOWED
        assert holder.import_key(reference, generate_ec(ec.SECP256R1())) == NOT_ALLOWED
        assert holder.environment(0x00, RSA_2048, reference) == OK
        assert holder.send("00464200") == NOT_ALLOWED
        assert holder.import_key(reference, rsa_key) == NOT_ALLOWED


@pytest.mark.fact("PK-09")
@pytest.mark.parametrize("reference", [PEP_KEY, KPEP_KEY])
def test_no_key_from_the_factory_is_replaced(holder: Holder, reference: int) -> None:
    """Their references are beyond those that a client can make keys by."""
    everything_given(holder)
    with unchanged(holder):
        assert holder.environment(0x00, EC, reference) == OK
        assert holder.make_key(reference) == "6A88"
        assert holder.import_key(reference, generate_ec(ec.SECP256R1())) == "6A88"


@pytest.mark.fact("PK-09")
@pytest.mark.parametrize("command", ["00DA010001FF", "00D0000001FF", "00DC010401FF", "00E2000001FF", "000E0000"])
def test_no_other_command_writes_either(holder: Holder, command: str) -> None:
    everything_given(holder)
    with unchanged(holder):
        assert holder.send(command) == "6D00"


# What the card shows


@pytest.mark.fact("PK-10")
def test_the_codes_bear_the_names_of_the_cards_applications(issued: Holder) -> None:
    entries = tlv.parse(issued.read("3F0050154401").rstrip(b"\0"))
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
