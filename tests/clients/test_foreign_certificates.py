"""A certificate on the card of a version that does not exist, as a broken program stores it: told, and no traceback."""

from __future__ import annotations

import pytest

from tests.clients.cardmanager import CardManager
from tests.clients.certificates import issue_certificate
from tests.clients.desk import PIN, Desk
from tests.clients.enrolment import client_at_desk

pytestmark = pytest.mark.own_module


NO_CA = "http://127.0.0.1:9"


def with_version(der: bytes, version: int) -> bytes:
    """A certificate that says it is of another version."""
    place = der.index(b"\xa0\x03\x02\x01\x02") + 4
    return der[:place] + bytes([version]) + der[place + 1 :]


def write_certificate(desk: Desk, identifier: str, version: int) -> None:
    """Has OpenSC store such a certificate with a key of the card."""
    desk.make_key(identifier)
    desk.write("bad.der", with_version(issue_certificate(desk, identifier), version))
    desk.tool("pkcs11-tool", "--login", "--pin", PIN, "--write-object", "bad.der", "--type", "cert",
              "--id", identifier)  # fmt: skip
    desk.tool("opensc-tool", "--reset")


@pytest.mark.parametrize("version", [0x07, 0xFF])
def test_the_card_manager(cardmanager: CardManager, version: int) -> None:
    write_certificate(cardmanager.desk, "30", version)
    assert "can't be read" in cardmanager("devices")
    assert cardmanager("show")
    assert "names a person" in cardmanager.refused("holder")
    assert "Traceback" not in cardmanager.run("ready-for-claim").told
    cardmanager("export", "30", "kept.der", "--format", "der")
    assert (cardmanager.desk.folder / "kept.der").read_bytes() == (cardmanager.desk.folder / "bad.der").read_bytes()
    assert "no certificate that can be used" in cardmanager.refused("import-cert", "bad.der")


def test_the_enrolment_client() -> None:
    with client_at_desk(NO_CA) as client:
        write_certificate(client.desk, "30", 0x07)
        for command in (("renew", "--serial", "0xABC"), ("serial",), ("clean",)):
            run = client.run(*command, codes=(PIN,))
            assert run.status in (0, 1, 2)
            assert "Traceback" not in run.err
