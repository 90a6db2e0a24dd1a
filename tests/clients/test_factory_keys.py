"""Keys and certificates from the factory, shown and used by OpenSC's programs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from stuntcard.card.factory_ca import ca_certificate

from tests.clients.apdu_client import ApduClient
from tests.clients.commands import unblocking
from tests.clients.desk import Desk, desk_with_own_socket

PEP_PIN, TPIN, KPEP_PIN = "1234", "12345678", "654321"
PEP, KPEP = "ZZZS-PK (HPC-Entry)", "ZZZS-PK (HPC-Qualified)"
IOK = "2222"


@pytest.fixture
def professional_card() -> Iterator[Desk]:
    """A fresh ZZZS-PK."""
    with desk_with_own_socket("zzzs-pk") as desk:
        yield desk


@pytest.fixture
def identity_card() -> Iterator[Desk]:
    """An eObčanka whose DOK and IOK were set at the office."""
    with desk_with_own_socket("eobcanka") as desk:
        desk.office(iok=IOK)
        yield desk


def read_certificate(desk: Desk, identifier: str) -> x509.Certificate:
    desk.certified_key(identifier)
    return x509.load_pem_x509_certificate((desk.folder / "certificate.pem").read_bytes())


# ZZZS-PK


@pytest.mark.fact("PK-01", "PK-05", "PK-10")
def test_opensc_shows_both_keys_with_their_guards_and_certificates(professional_card: Desk) -> None:
    shown = professional_card.tool("pkcs15-tool", "--dump")
    keys = {block.splitlines()[0]: block for block in shown.split("\n\n") if block.strip()}
    for name, guard, identifier in (("PEP", "01", "01"), ("KPEP", "03", "02")):
        lines = [line.replace(" ", "") for line in keys[f"Private RSA Key [{name}]"].splitlines()]
        assert {f"\tAuthID:{guard}", f"\tID:{identifier}", "\tModLength:2048"} <= set(lines)
        lines = [line.replace(" ", "") for line in keys[f"X.509 Certificate [{name}]"].splitlines()]
        assert f"\tID:{identifier}" in lines


@pytest.mark.fact("PK-01")
def test_pep_signs_and_openssl_agrees(professional_card: Desk) -> None:
    professional_card.tool(*professional_card.signing("01", PEP_PIN, PEP, "SHA256-RSA-PKCS"))
    professional_card.check_signature("01", "SHA256-RSA-PKCS", certified=True)


@pytest.mark.fact("PK-05", "PK-06")
def test_kpep_signs_only_after_its_pin_was_set_with_tpin(professional_card: Desk) -> None:
    professional_card.refused(*professional_card.signing("02", KPEP_PIN, KPEP, "SHA256-RSA-PKCS"))
    professional_card.tool(*unblocking("03", TPIN, KPEP_PIN))
    professional_card.tool(*professional_card.signing("02", KPEP_PIN, KPEP, "SHA256-RSA-PKCS"))
    professional_card.check_signature("02", "SHA256-RSA-PKCS", certified=True)


@pytest.mark.fact("PK-12")
def test_the_holder_can_be_read_from_the_certificates(professional_card: Desk) -> None:
    for identifier in ("01", "02"):
        subject = read_certificate(professional_card, identifier).subject.rfc4514_string()
        assert "CN=TESTKA TEST-IZMIŠLJENA" in subject


def test_openssl_finds_the_certificates_good_with_the_cas(professional_card: Desk) -> None:
    ca = x509.load_der_x509_certificate(ca_certificate("zzzs-pk"))
    professional_card.write("ca.pem", ca.public_bytes(Encoding.PEM))
    for identifier in ("01", "02"):
        read_certificate(professional_card, identifier)
        said = professional_card.openssl("verify", "-x509_strict", "-CAfile", "ca.pem", "certificate.pem")
        assert said == "certificate.pem: OK\n"


@pytest.mark.fact("PK-09")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--generate-key", "ec/prime256v1", "--auth-id", "01", "--pin", PEP_PIN),
        ("--delete-objects", "cert", "--id", "01", "--auth-id", "01", "--pin", PEP_PIN),
        ("--delete-objects", "privkey", "--id", "01", "--auth-id", "01", "--pin", PEP_PIN),
    ],
)
def test_nothing_is_added_and_nothing_deleted(professional_card: Desk, arguments: tuple[str, ...]) -> None:
    before = professional_card.card.content
    professional_card.refused("pkcs15-init", *arguments)
    after = professional_card.card.content
    assert (after.files, after.keys, after.state.items) == (before.files, before.keys, before.state.items)


# eObčanka


@pytest.mark.fact("EO-24")
def test_opensc_shows_the_identification_key_as_one_that_asks_each_time(identity_card: Desk) -> None:
    shown = identity_card.tool(
        "pkcs11-tool", "--token-label", "eObcanka (IOK)", "--login", "--pin", IOK, "--list-objects", "--type", "privkey"
    )
    assert "label:      identification" in shown
    assert "always authenticate" in shown


def test_opensc_reads_the_identification_certificate_before_any_code_is_set() -> None:
    with desk_with_own_socket("eobcanka") as desk:
        certificate = read_certificate(desk, "10")
        assert certificate.serial_number.to_bytes(9) == b"000000003"
        assert "CN=TESTOMIL TEST-VYMYŠLENÝ" in certificate.subject.rfc4514_string()


@pytest.mark.fact("EO-24")
def test_each_identification_takes_iok(identity_card: Desk) -> None:
    """By raw commands: the curves that OpenSC knows this kind of card to have end before P-521."""
    key = read_certificate(identity_card, "10").public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    give_iok = "0020000404" + IOK.encode().hex()
    challenge = b"a challenge of the portal"
    sign = f"002A9E9A{len(challenge):02X}{challenge.hex()}"
    with ApduClient(identity_card) as client:

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
