"""ZZZS-PK as OpenSC's driver for IAS Classic (`cedulauy`) sees it: PEP, and nothing of KPEP.

Releases up to 0.27 have no such driver and take the card for an IsoApplet, as test_zzzs_pk.py has it.
"""

from __future__ import annotations

import hashlib

import pytest
from stuntcard.iso7816.instructions import Instruction
from stuntcard.profile.model import CodeStatus

from tests.clients.commands import changing, unblocking, verifying
from tests.clients.desk import Desk

pytestmark = pytest.mark.opensc_driver("cedulauy")

PROFILE = "zzzs-pk"
PIN, PUK, WRONG = "1234", "87654321", "9999"
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
    desk.tool(*desk.signing("01", PIN, mechanism="SHA256-RSA-PKCS"))
    desk.check_signature("01", "SHA256-RSA-PKCS", certified=True)
    digest = hashlib.sha256(b"an order").digest()
    desk.write("text", b"an order")
    info = desk.write("info", SHA256_INFO + digest)
    desk.tool(
        "pkcs11-tool", "--login", "--pin", PIN, "--sign", "--id", "01", "--mechanism", "RSA-PKCS",
        "--input-file", info, "--output-file", "signature",
    )  # fmt: skip
    desk.openssl("dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "text")


def test_nothing_is_signed_without_the_pin(desk: Desk) -> None:
    assert "CKR_PIN_INCORRECT" in desk.refused(*desk.signing("01", WRONG, mechanism="SHA256-RSA-PKCS"))
    assert desk.status_words(Instruction.VERIFY) == [0x63C2]


@pytest.mark.fact("PK-01", "PK-02", "PK-03")
def test_pin_is_changed_blocked_and_unblocked(desk: Desk) -> None:
    desk.tool(*changing("01", PIN, "4321"))
    for left in ("2", "1", "0"):
        desk.refused(*verifying("01", WRONG))
        assert desk.status_words(Instruction.VERIFY)[-1] == int(f"63C{left}", 16)
    assert desk.code("pep-pin").state is CodeStatus.BLOCKED
    assert "Authentication method blocked" in desk.refused(*verifying("01", "4321"))
    assert "CKR_PIN_LOCKED" in desk.refused(*desk.signing("01", "4321", mechanism="SHA256-RSA-PKCS"))
    desk.tool(*unblocking("01", PUK, "1111"))
    desk.tool(*desk.signing("01", "1111", mechanism="SHA256-RSA-PKCS"))
    desk.check_signature("01", "SHA256-RSA-PKCS", certified=True)


@pytest.mark.fact("PK-04")
def test_five_wrong_puks_end_pep(desk: Desk) -> None:
    for _ in range(5):
        desk.refused(*unblocking("01", "00000000", "1111"))
    assert desk.seen.parts["pep"].lost
    assert "Authentication method blocked" in desk.refused(*unblocking("01", PUK, "1111"))


def test_the_other_driver_still_sees_all_of_the_card(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENSC_DRIVER", "isoApplet")
    tokens = desk.tool("pkcs11-tool", "--list-slots")
    assert "ZZZS-PK (HPC-Qualified)" in tokens
