"""ZZZS-PK as OpenSC's driver for IAS Classic (`cedulauy`) sees it: PEP alone, or with `ias:kpep` KPEP alone.

Releases up to 0.27 have no such driver and take the card for an IsoApplet, as test_zzzs_pk.py has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from stuntcard.iso7816.instructions import Instruction
from stuntcard.profile.model import CodeStatus

from tests.clients.commands import changing, unblocking, verifying
from tests.clients.desk import Desk, desk_with_own_socket

pytestmark = pytest.mark.opensc_driver("cedulauy")

PROFILE = "zzzs-pk"
PIN, PUK, WRONG = "1234", "87654321", "9999"
TPIN, KPEP_PIN = "12345678", "654321"
MECHANISM = "SHA256-RSA-PKCS"
SHA256_INFO = bytes.fromhex("3031300D060960864801650304020105000420")


def test_opensc_takes_the_driver_and_shows_pep(desk: Desk) -> None:
    assert "Uruguayan eID" in desk.tool("opensc-tool", "--name")
    shown = desk.tool("pkcs15-tool", "--dump")
    assert "PKCS#15 Card [TESTKA TEST-IZMIŠLJENA]" in shown
    assert "Private RSA Key [Clave de Firma]" in shown
    assert "Reference      : 17 (0x11)" in shown
    assert "KPEP" not in shown


@pytest.mark.fact("PK-01")
def test_pep_signs_and_openssl_agrees(desk: Desk) -> None:
    desk.tool(*desk.signing("01", PIN, mechanism=MECHANISM))
    desk.check_signature("01", MECHANISM, certified=True)
    digest = hashlib.sha256(b"an order").digest()
    desk.write("text", b"an order")
    info = desk.write("info", SHA256_INFO + digest)
    desk.tool(
        "pkcs11-tool", "--login", "--pin", PIN, "--sign", "--id", "01", "--mechanism", "RSA-PKCS",
        "--input-file", info, "--output-file", "signature",
    )  # fmt: skip
    desk.openssl("dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "text")


def test_nothing_is_signed_without_the_pin(desk: Desk) -> None:
    assert "CKR_PIN_INCORRECT" in desk.refused(*desk.signing("01", WRONG, mechanism=MECHANISM))
    assert desk.status_words(Instruction.VERIFY) == [0x63C2]


@pytest.mark.fact("PK-01", "PK-02", "PK-03")
def test_pin_is_changed_blocked_and_unblocked(desk: Desk) -> None:
    desk.tool(*changing("01", PIN, "4321"))
    for left in ("2", "1", "0"):
        desk.refused(*verifying("01", WRONG))
        assert desk.status_words(Instruction.VERIFY)[-1] == int(f"63C{left}", 16)
    assert desk.code("pep-pin").state is CodeStatus.BLOCKED
    assert "Authentication method blocked" in desk.refused(*verifying("01", "4321"))
    assert "CKR_PIN_LOCKED" in desk.refused(*desk.signing("01", "4321", mechanism=MECHANISM))
    desk.tool(*unblocking("01", PUK, "1111"))
    desk.tool(*desk.signing("01", "1111", mechanism=MECHANISM))
    desk.check_signature("01", MECHANISM, certified=True)


@pytest.mark.fact("PK-04")
def test_five_wrong_puks_end_pep(desk: Desk) -> None:
    for _ in range(5):
        desk.refused(*unblocking("01", "00000000", "1111"))
    assert desk.seen.parts["pep"].lost
    assert "Authentication method blocked" in desk.refused(*unblocking("01", PUK, "1111"))


@pytest.fixture
def qualified() -> Iterator[Desk]:
    """A desk whose card shows KPEP."""
    with desk_with_own_socket(PROFILE, applet="ias:kpep") as desk:
        yield desk


@pytest.mark.fact("PK-05", "PK-06")
def test_kpep_is_set_with_tpin_once_and_then_signs(qualified: Desk) -> None:
    assert "CKR_GENERAL_ERROR" in qualified.refused(*qualified.signing("01", KPEP_PIN, mechanism=MECHANISM))
    assert qualified.status_words(Instruction.VERIFY) == [0x6984]
    qualified.tool(*unblocking("01", TPIN, KPEP_PIN))
    qualified.refused(*unblocking("01", TPIN, "111111"))
    assert qualified.status_words(Instruction.RESET_RETRY_COUNTER) == [0x9000, 0x6985]
    for _ in range(2):
        qualified.watched.exchanges.clear()
        qualified.tool(*qualified.signing("01", KPEP_PIN, mechanism=MECHANISM))
        qualified.check_signature("01", MECHANISM, certified=True)
        assert qualified.status_words(Instruction.VERIFY).count(0x9000) == 1


@pytest.mark.fact("PK-07", "PK-13")
def test_three_wrong_pins_end_kpep_in_the_clients_own_words(qualified: Desk) -> None:
    qualified.tool(*unblocking("01", TPIN, KPEP_PIN))
    for _ in range(3):
        qualified.refused(*verifying("01", "999999"))
    assert "CKR_PIN_LOCKED" in qualified.refused(*qualified.signing("01", KPEP_PIN, mechanism=MECHANISM))
    assert [name for name, part in qualified.seen.parts.items() if part.lost] == ["kpep"]


def test_the_other_driver_still_sees_all_of_the_card(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENSC_DRIVER", "isoApplet")
    tokens = desk.tool("pkcs11-tool", "--list-slots")
    assert "ZZZS-PK (HPC-Qualified)" in tokens
