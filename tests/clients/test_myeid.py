"""OpenSC's driver for MyEID beside the one for IsoApplet, and with all that a card can hold; more in `sessions/`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from stuntcard.policy.state import Origin

from tests.clients.blank_card import LOG_IN, MAKE, SO_PIN, made_up_desk
from tests.clients.certificates import PrivateKey, as_pem, issue_certificate
from tests.clients.desk import Desk, desk_with_own_socket


@pytest.mark.parametrize("profile", ["proid-q", "tokenme", "eobcanka", "zzzs-pk"])
def test_every_card_is_listed(profile: str) -> None:
    with desk_with_own_socket(profile, applet="myeid") as desk, desk_with_own_socket(profile) as as_ever:
        for wanted in ("--list-pins", "--list-keys", "--list-certificates"):
            assert without_tries(desk.tool("pkcs15-tool", wanted)) == as_ever.tool("pkcs15-tool", wanted)


def without_tries(shown: str) -> str:
    """From 0.24 on this driver asks for tries, and IsoApplet's does not."""
    return "".join(line for line in shown.splitlines(keepends=True) if "Tries left" not in line)


@pytest.fixture
def made_up() -> Iterator[Desk]:
    with made_up_desk() as desk:
        yield desk


def test_a_card_with_everything_passes_pkcs11_tools_own_test_and_is_emptied_again(made_up: Desk) -> None:
    kinds = ("rsa/1024", "rsa/2048", "rsa/4096", "ec/prime256v1", "ec/secp384r1", "ec/secp521r1")
    private: list[PrivateKey] = [rsa.generate_private_key(65537, bits) for bits in (1024, 2048, 4096)]
    private += [ec.generate_private_key(curve()) for curve in (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)]
    for number, kind in enumerate(kinds, 0x10):
        usage = "sign,decrypt" if kind.startswith("rsa") else "sign,keyAgreement"
        made_up.tool("pkcs15-init", "--generate-key", kind, *MAKE, "--id", f"{number:02x}", "--key-usage", usage)
    for number, key in enumerate(private, 0x20):
        made_up.write("key.pem", as_pem(key))
        usage = "sign,decrypt" if isinstance(key, rsa.RSAPrivateKey) else "sign,keyAgreement"
        made_up.tool(
            "pkcs15-init", "--store-private-key", "key.pem", *MAKE, "--id", f"{number:02x}", "--key-usage", usage
        )
    for number, bits in enumerate((128, 256), 0x30):
        made_up.write("aes", bytes(bits // 8))
        secret = ("--store-secret-key", "aes", "--secret-key-algorithm", f"aes/{bits}")
        made_up.tool("pkcs15-init", *secret, *MAKE, "--id", f"{number:02x}")
    issue_certificate(made_up, "11")
    made_up.tool("pkcs15-init", "--store-certificate", "11.crt", *MAKE, "--id", "11")
    made_up.tool("pkcs15-init", "--store-data", "11.crt", "--label", "data", "--application-name", "TEST", *MAKE)
    origins = [key.origin for key in made_up.seen.keys]
    assert (origins.count(Origin.MADE), origins.count(Origin.IMPORTED)) == (6, 8)

    assert "No errors" in made_up.tool("pkcs11-tool", *LOG_IN, "--test")

    made_up.tool("pkcs15-init", "--erase-card", "--secret", f"@FF={SO_PIN}")
    assert made_up.seen.keys == []
    with desk_with_own_socket("blank") as fresh:
        assert made_up.card.files.files.keys() == fresh.card.files.files.keys()
