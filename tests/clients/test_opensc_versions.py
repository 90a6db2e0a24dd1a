"""What OpenSC's driver for IsoApplet offers in newer releases only."""

from __future__ import annotations

import pytest
from stuntcard.iso7816.instructions import Instruction

from tests.clients.desk import PIN, Desk
from tests.clients.opensc import opensc_version


@pytest.mark.parametrize(("kind", "shown"), [("rsa/4096", "4096 bit"), ("ec/secp256k1", "secp256k1")])
def test_kinds_of_keys_that_the_driver_offers_from_0_24_on(desk: Desk, kind: str, shown: str) -> None:
    if opensc_version() < (0, 24):
        desk.refused("pkcs15-init", "--generate-key", kind, "--auth-id", "01", "--pin", PIN, "--id", "10")
        assert desk.status_words(Instruction.GENERATE_ASYMMETRIC_KEY_PAIR) == []
    else:
        desk.make_key("10", kind)
        assert shown in desk.openssl("pkey", "-pubin", "-in", desk.public_key("10"), "-noout", "-text")


@pytest.mark.parametrize(("kind", "mechanism"), [("ec/secp384r1", "ECDSA-SHA384"), ("rsa/2048", "SHA256-RSA-PKCS-PSS")])
def test_what_tls_1_3_wants_is_there_from_opensc_0_24_on(desk: Desk, kind: str, mechanism: str) -> None:
    desk.make_key("10", kind)
    offered = mechanism in desk.tool("pkcs11-tool", "--list-mechanisms")
    assert offered == (opensc_version() >= (0, 24))
    if offered:
        desk.signs("10", PIN, mechanism=mechanism)
