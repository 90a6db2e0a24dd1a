"""An eObčanka's key for identification, used by a program that knows nothing of files."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.clients.apdu_client import ApduClient
from tests.clients.desk import Desk

PROFILE = "eobcanka"
IOK = "2222"


@pytest.mark.fact("EO-24")
def test_each_identification_takes_iok(desk: Desk) -> None:
    """By raw commands: the curves that OpenSC knows this kind of card to have end before P-521."""
    desk.office(iok=IOK)
    key = load_pem_public_key(desk.read(desk.certified_key("10")))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    give_iok = "0020000404" + IOK.encode().hex()
    challenge = b"a challenge of the portal"
    sign = f"002A9E9A{len(challenge):02X}{challenge.hex()}"
    with ApduClient(desk) as client:

        def send(command: str) -> bytes:
            return client.transmit(bytes.fromhex(command))

        # A version not read yet by this client: the card hashes with SHA-1 once API 0.6 was read.
        assert send("00A404000CF276A288BCFBA69D34F31001")[:1] == b"\x61"
        assert send("00C0000003")[-2:] == b"\x90\x00"
        assert send("002241B606800121840110") == b"\x90\x00"
        for _ in range(2):
            assert send(sign) == b"\x69\x82"
            assert send(give_iok) == b"\x90\x00"
            waiting = send(sign)
            assert waiting[0] == 0x61
            signature = send(f"00C00000{waiting[1]:02X}")
            assert signature[-2:] == b"\x90\x00"
            key.verify(signature[:-2], challenge, ec.ECDSA(hashes.SHA1()))
        assert send(sign) == b"\x69\x82"
