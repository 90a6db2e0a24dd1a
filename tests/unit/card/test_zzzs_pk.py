"""ZZZS-PK over T=0: PEP with PIN and PUK, KPEP with its transport PIN, and a card that takes nothing in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from stuntcard.card.files import FileKind
from stuntcard.card.keys import generate_ec, generate_rsa
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.transport import Protocol
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
    RSA_2048,
    Client,
    new_card,
    unchanged,
)

ZZZS_PK = load_profile("zzzs-pk")
PEP_PIN, PEP_PUK, KPEP_PIN, TPIN = 1, 2, 3, 4
FROM_THE_POST = {PEP_PIN: "1234", PEP_PUK: "87654321", TPIN: "12345678"}
CHOSEN = "654321"
"""What the holder sets for KPEP's PIN."""
WRONG = {PEP_PIN: "0000", PEP_PUK: "00000000", KPEP_PIN: "000000", TPIN: "00000000"}
PEP_KEY, KPEP_KEY = 0x10, 0x11
PEP_CERTIFICATE, KPEP_CERTIFICATE = "3F0050204301", "3F0050204302"
NO_SUCH_WAY, REFUSED_VALUE = "6985", "6A80"


class Holder(Client):
    """A client that knows the values from the post."""

    def give(self, reference: int, value: str | None = None) -> str:
        return self.verify(reference, FROM_THE_POST.get(reference, CHOSEN) if value is None else value)

    def give_wrong(self, reference: int) -> str:
        return self.verify(reference, WRONG[reference])

    def unblock_pep(self, new: str = "4321", puk: str = FROM_THE_POST[PEP_PUK]) -> str:
        return self.reset_code(PEP_PIN, puk, new)

    def set_kpep(self, new: str = CHOSEN, tpin: str = FROM_THE_POST[TPIN]) -> str:
        return self.reset_code(KPEP_PIN, tpin, new)

    def block_code(self, reference: int) -> None:
        while self.give_wrong(reference) != BLOCKED:
            pass

    def sign_pep(self) -> str:
        return self.sign(PEP_KEY)[1]

    def sign_kpep(self) -> str:
        return self.sign(KPEP_KEY)[1]

    def public_key(self, certificate: str) -> ec.EllipticCurvePublicKey:
        """The key in a certificate that the card shows."""
        key = x509.load_der_x509_certificate(self.read(certificate)).public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        return key


@pytest.fixture
def issued() -> Holder:
    """As it comes by post."""
    return Holder(new_card(ZZZS_PK))


@pytest.fixture
def holder(issued: Holder) -> Holder:
    """With KPEP's PIN set."""
    assert issued.set_kpep() == OK
    return issued


def test_the_card_speaks_t0() -> None:
    assert new_card(ZZZS_PK).transport_protocol is Protocol.T0


# PEP


@pytest.mark.fact("PK-01")
def test_pep_is_there_from_the_start_and_signs_with_its_pin(issued: Holder) -> None:
    issued.fetch(ISOAPPLET)  # API 0.6: the card hashes with SHA-1
    assert issued.sign(PEP_KEY, b"a prescription") == (b"", NOT_ALLOWED)
    assert issued.give(PEP_PIN) == OK
    for _ in range(2):
        signature, sw = issued.sign(PEP_KEY, b"a prescription")
        assert sw == OK
        issued.public_key(PEP_CERTIFICATE).verify(signature, b"a prescription", ec.ECDSA(hashes.SHA1()))
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
def test_three_wrong_pins_of_pep_block_it(issued: Holder, how: str) -> None:
    def wrong() -> str:
        return issued.give_wrong(PEP_PIN) if how == "verify" else issued.change(PEP_PIN, "0000", "4321")

    assert [wrong(), wrong(), issued.give(PEP_PIN)] == ["63C2", "63C1", OK]
    assert [wrong() for _ in range(4)] == ["63C2", "63C1", "63C0", BLOCKED]
    assert issued.sign_pep() == NOT_ALLOWED  # although the PIN had been given
    assert unchanged(issued, lambda: issued.give(PEP_PIN))
    issued.card.power_off()
    issued.card.power_on()
    assert [issued.query(PEP_PIN), issued.give(PEP_PIN)] == [BLOCKED, BLOCKED]


@pytest.mark.fact("PK-01", "PK-02", "PK-03")
@pytest.mark.parametrize("value", ["", "123", "12345", "12a4", "12 4", "123\0"])
def test_peps_pin_has_four_digits(issued: Holder, value: str) -> None:
    def try_all() -> None:
        assert issued.change(PEP_PIN, "1234", value) == REFUSED_VALUE
        assert issued.change(PEP_PIN, "0000", value) == REFUSED_VALUE
        assert issued.unblock_pep(value) == REFUSED_VALUE

    assert unchanged(issued, try_all)
    issued.block_code(PEP_PIN)
    assert issued.unblock_pep(value) == REFUSED_VALUE
    assert issued.query(PEP_PIN) == BLOCKED


@pytest.mark.fact("PK-02")
def test_peps_pin_is_changed_with_the_old_one_and_never_while_it_is_blocked(issued: Holder) -> None:
    assert issued.change(PEP_PIN, "0000", "4321") == "63C2"
    assert issued.change(PEP_PIN, "1234", "4321") == OK
    assert [issued.give(PEP_PIN), issued.give(PEP_PIN, "4321")] == ["63C2", OK]
    issued.block_code(PEP_PIN)
    assert unchanged(issued, lambda: issued.change(PEP_PIN, "4321", "1111"))
    assert issued.change(PEP_PIN, "4321", "1111") == BLOCKED
    assert issued.unblock_pep("1111") == OK
    assert issued.change(PEP_PIN, "1111", "2222") == OK


@pytest.mark.fact("PK-03")
def test_puk_unblocks_peps_pin_with_a_new_value_as_often_as_it_takes(issued: Holder) -> None:
    for value in ("4321", "1111", "1111", "1234"):
        issued.block_code(PEP_PIN)
        assert issued.unblock_pep(value, puk="00000000") == "63C4"
        assert issued.query(PEP_PIN) == BLOCKED
        assert issued.unblock_pep(value) == OK
        assert [issued.query(PEP_PIN), issued.query(PEP_PUK)] == ["63C3", "63C5"]
        assert issued.sign_pep() == NOT_ALLOWED  # set, and not given
        assert issued.give(PEP_PIN, value) == OK
        assert issued.sign_pep() == OK


@pytest.mark.fact("PK-03")
def test_puk_has_eight_digits_and_is_not_changed(issued: Holder) -> None:
    for value in ("8765432", "876543210"):
        assert issued.unblock_pep(puk=value) == "63C4"
        assert issued.give(PEP_PUK) == OK
    assert unchanged(issued, lambda: issued.change(PEP_PUK, "87654321", "11111111"))
    assert issued.change(PEP_PUK, "87654321", "11111111") == NO_SUCH_WAY
    assert issued.reset_code(PEP_PUK, "12345678", "11111111") == NO_SUCH_WAY


PEP_LOSING: dict[str, Callable[[Holder], str]] = {
    "unblocking": lambda holder: holder.unblock_pep(puk="00000000"),
    "verifying": lambda holder: holder.give_wrong(PEP_PUK),
}


@pytest.mark.fact("PK-04")
@pytest.mark.parametrize("how", PEP_LOSING)
@pytest.mark.parametrize("pin_blocked", [False, True])
def test_five_wrong_puks_lock_pep_for_good(issued: Holder, how: str, pin_blocked: bool) -> None:
    if pin_blocked:
        issued.block_code(PEP_PIN)
    else:
        issued.give(PEP_PIN)
    answers = [PEP_LOSING[how](issued) for _ in range(5)]
    assert answers == ["63C4", "63C3", "63C2", "63C1", "63C0"]

    def try_all() -> None:
        assert [issued.query(PEP_PIN), issued.query(PEP_PUK)] == [BLOCKED, BLOCKED]
        assert [issued.give(PEP_PIN), issued.give(PEP_PUK)] == [BLOCKED, BLOCKED]
        assert issued.change(PEP_PIN, "1234", "4321") == BLOCKED
        assert issued.unblock_pep() == BLOCKED
        assert issued.sign_pep() == NOT_ALLOWED  # although its PIN had been given

    assert unchanged(issued, try_all)
    issued.card.power_off()
    issued.card.power_on()
    assert unchanged(issued, try_all)
    assert lost_parts(issued) == {b"pep"}


@pytest.mark.fact("PK-04", "PK-13")
def test_the_rest_of_the_card_goes_on_without_pep(issued: Holder) -> None:
    issued.give_wrong(TPIN)
    issued.block_code(PEP_PUK)
    assert issued.query(TPIN) == "63C2"
    assert issued.set_kpep() == OK
    assert issued.give(KPEP_PIN) == OK
    assert issued.sign_kpep() == OK
    assert issued.change(KPEP_PIN, CHOSEN, "111111") == OK
    # Certificates can be read still, PEP's too.
    assert issued.public_key(PEP_CERTIFICATE) != issued.public_key(KPEP_CERTIFICATE)


# KPEP


@pytest.mark.fact("PK-05")
def test_kpep_is_on_the_card_locked(issued: Holder) -> None:
    assert [(item.area, item.key, item.paired) for item in issued.items] == [
        ("pep", Origin.FACTORY, True),
        ("kpep", Origin.FACTORY, True),
    ]
    assert issued.query(KPEP_PIN) == NOT_USABLE

    def try_all() -> None:
        for value in (CHOSEN, "12345678", "1234", ""):
            assert issued.verify(KPEP_PIN, value) == NOT_USABLE
            assert issued.change(KPEP_PIN, value, CHOSEN) == NOT_USABLE

    assert unchanged(issued, try_all)
    for code in (PEP_PIN, PEP_PUK, TPIN):
        assert issued.give(code) == OK
    assert issued.sign_kpep() == NOT_ALLOWED


@pytest.mark.fact("PK-05")
def test_the_transport_pin_has_eight_digits_and_is_not_changed(issued: Holder) -> None:
    for value in ("1234567", "123456789"):
        assert issued.set_kpep(tpin=value) == "63C2"
        assert issued.give(TPIN) == OK
    assert unchanged(issued, lambda: issued.change(TPIN, "12345678", "11111111"))
    assert issued.change(TPIN, "12345678", "11111111") == NO_SUCH_WAY
    assert issued.reset_code(TPIN, "87654321", "11111111") == NO_SUCH_WAY


@pytest.mark.fact("PK-06")
def test_kpeps_pin_is_set_with_the_transport_pin_once_only(issued: Holder) -> None:
    assert issued.set_kpep(tpin="00000000") == "63C2"
    assert issued.query(KPEP_PIN) == NOT_USABLE
    assert issued.set_kpep() == OK

    def try_again() -> None:
        assert issued.set_kpep("111111") == NO_SUCH_WAY
        assert issued.set_kpep("111111", tpin="00000000") == NO_SUCH_WAY
        assert [issued.query(TPIN), issued.give(TPIN)] == [NOT_USABLE, NOT_USABLE]

    assert unchanged(issued, try_again)
    assert issued.change(KPEP_PIN, CHOSEN, "222222") == OK
    issued.card.power_off()
    issued.card.power_on()
    assert unchanged(issued, try_again)
    assert issued.give(KPEP_PIN, "222222") == OK


@pytest.mark.fact("PK-06")
@pytest.mark.parametrize("value", ["", "12345", "1234567", "12345a", "12345 ", "1234"])
def test_kpeps_pin_has_six_digits(issued: Holder, value: str) -> None:
    assert unchanged(issued, lambda: issued.set_kpep(value))
    assert issued.set_kpep(value) == REFUSED_VALUE
    assert issued.set_kpep() == OK
    assert unchanged(issued, lambda: issued.change(KPEP_PIN, CHOSEN, value))
    assert issued.change(KPEP_PIN, CHOSEN, value) == REFUSED_VALUE


@pytest.mark.fact("PK-05", "PK-06")
def test_each_qualified_signature_takes_kpeps_pin(holder: Holder) -> None:
    holder.fetch(ISOAPPLET)
    for _ in range(2):
        assert holder.sign(KPEP_KEY, b"a report") == (b"", NOT_ALLOWED)
        assert holder.give(KPEP_PIN) == OK
        signature, sw = holder.sign(KPEP_KEY, b"a report")
        assert sw == OK
        holder.public_key(KPEP_CERTIFICATE).verify(signature, b"a report", ec.ECDSA(hashes.SHA1()))
    assert holder.sign(KPEP_KEY, b"a report") == (b"", NOT_ALLOWED)


@pytest.mark.fact("PK-07")
def test_a_forgotten_pin_of_kpep_is_set_by_nothing(holder: Holder) -> None:
    def try_all() -> None:
        for value in (*FROM_THE_POST.values(), CHOSEN):
            assert holder.set_kpep("111111", tpin=value) == NO_SUCH_WAY

    assert unchanged(holder, try_all)


@pytest.mark.fact("PK-07")
@pytest.mark.parametrize("how", ["verify", "change"])
def test_kpep_is_lost_with_its_pin_blocked(holder: Holder, how: str) -> None:
    holder.give(KPEP_PIN)
    answers = [
        holder.give_wrong(KPEP_PIN) if how == "verify" else holder.change(KPEP_PIN, "000000", "111111")
        for _ in range(3)
    ]
    assert answers == ["63C2", "63C1", "63C0"]
    assert_kpep_is_lost(holder)


KPEP_LOSING: dict[str, Callable[[Holder], str]] = {
    "setting the PIN": lambda holder: holder.set_kpep(tpin="00000000"),
    "verifying": lambda holder: holder.give_wrong(TPIN),
}


@pytest.mark.fact("PK-08")
@pytest.mark.parametrize("how", KPEP_LOSING)
def test_three_wrong_transport_pins_lock_kpep_for_good(issued: Holder, how: str) -> None:
    assert [KPEP_LOSING[how](issued) for _ in range(2)] == ["63C2", "63C1"]
    assert issued.give(TPIN) == OK  # which gives the tries back
    assert [KPEP_LOSING[how](issued) for _ in range(3)] == ["63C2", "63C1", "63C0"]
    assert_kpep_is_lost(issued)


def assert_kpep_is_lost(holder: Holder) -> None:
    def try_all() -> None:
        assert [holder.query(KPEP_PIN), holder.query(TPIN)] == [BLOCKED, BLOCKED]
        assert [holder.give(KPEP_PIN), holder.give(TPIN)] == [BLOCKED, BLOCKED]
        assert holder.change(KPEP_PIN, CHOSEN, "111111") == BLOCKED
        assert holder.set_kpep("111111") == BLOCKED
        assert holder.sign_kpep() == NOT_ALLOWED

    assert unchanged(holder, try_all)
    holder.card.power_off()
    holder.card.power_on()
    assert unchanged(holder, try_all)
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
    holder.give_wrong(PEP_PIN)
    holder.give_wrong(PEP_PUK)
    holder.block_code(KPEP_PIN)
    assert [holder.query(PEP_PIN), holder.query(PEP_PUK)] == ["63C2", "63C4"]
    assert holder.give(PEP_PIN) == OK
    assert holder.sign_pep() == OK
    assert holder.change(PEP_PIN, "1234", "4321") == OK
    holder.block_code(PEP_PIN)
    assert holder.unblock_pep() == OK


@pytest.mark.fact("PK-13")
def test_with_both_parts_lost_the_card_still_answers(holder: Holder) -> None:
    holder.block_code(KPEP_PIN)
    holder.block_code(PEP_PUK)
    assert lost_parts(holder) == {b"pep", b"kpep"}
    assert not holder.card.state.dead
    assert [holder.query(code) for code in (PEP_PIN, PEP_PUK, KPEP_PIN, TPIN)] == [BLOCKED] * 4
    assert holder.public_key(PEP_CERTIFICATE)


# A card that takes nothing in


def everything_given(holder: Holder) -> None:
    """Gives every code that there is; KPEP's PIN last, for it holds for one use only."""
    assert [holder.give(code) for code in (PEP_PIN, PEP_PUK, KPEP_PIN)] == [OK] * 3


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
    before = holder.card.content
    for path in paths(holder, FileKind.DF):
        for command in create_commands():
            holder.select(path)
            assert holder.send(command) == NOT_ALLOWED
    assert holder.card.content == before


@pytest.mark.fact("PK-09")
def test_no_file_is_written(holder: Holder) -> None:
    everything_given(holder)
    before = holder.card.content
    files = paths(holder, FileKind.EF)
    assert len(files) > 10
    for path in files:
        assert holder.select(path) == OK
        for command in ("00D600000100", "00D60001020000", "00D6000010" + "00" * 16):
            assert holder.send(command) == NOT_ALLOWED
    assert holder.card.content == before


@pytest.mark.fact("PK-09")
def test_no_file_is_deleted(holder: Holder) -> None:
    everything_given(holder)
    before = holder.card.content
    for path in paths(holder, FileKind.EF) + paths(holder, FileKind.DF):
        holder.select(path)
        assert holder.send("00E40000") == NOT_ALLOWED
        if len(path) > 4:
            holder.select(path[:-4])
            assert holder.send(f"00E4000002{path[-4:]}") == NOT_ALLOWED
    assert holder.card.content == before


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return generate_rsa(2048)


@pytest.mark.fact("PK-09")
@pytest.mark.parametrize("reference", [0, 1, 2, 15])
def test_no_key_is_made_or_brought_in(holder: Holder, reference: int, rsa_key: rsa.RSAPrivateKey) -> None:
    everything_given(holder)
    before = holder.card.content
    assert holder.make_key(reference) == NOT_ALLOWED
    assert holder.import_key(reference, generate_ec(ec.SECP256R1())) == NOT_ALLOWED
    assert holder.environment(0x00, RSA_2048, reference) == OK
    assert holder.send("00464200") == NOT_ALLOWED
    assert holder.import_key(reference, rsa_key) == NOT_ALLOWED
    assert holder.card.content == before


@pytest.mark.fact("PK-09")
@pytest.mark.parametrize("reference", [PEP_KEY, KPEP_KEY])
def test_no_key_from_the_factory_is_replaced(holder: Holder, reference: int) -> None:
    """Their references are beyond those that a client can make keys by."""
    everything_given(holder)
    before = holder.card.content
    assert holder.environment(0x00, EC, reference) == OK
    assert holder.make_key(reference) == "6A88"
    assert holder.import_key(reference, generate_ec(ec.SECP256R1())) == "6A88"
    assert holder.card.content == before


@pytest.mark.fact("PK-09")
@pytest.mark.parametrize("command", ["00DA010001FF", "00D0000001FF", "00DC010401FF", "00E2000001FF", "000E0000"])
def test_no_other_command_writes_either(holder: Holder, command: str) -> None:
    everything_given(holder)
    assert unchanged(holder, lambda: holder.send(command))
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
        PEP_PIN: "HPC-Entry",
        PEP_PUK: "HIC-Portal",
        KPEP_PIN: "HPC-Qualified",
        TPIN: "HPC-Qualified TPIN",
    }
