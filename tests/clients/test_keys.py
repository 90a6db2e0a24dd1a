"""Keys of the general area: made on the card, brought in from outside, listed and deleted."""

from __future__ import annotations

import re

import pytest
from stuntcard.iso7816.instructions import Instruction
from stuntcard.policy.state import Origin

from tests.clients.certificates import as_pem, as_pkcs12, new_key, public_pem
from tests.clients.commands import deleting
from tests.clients.desk import PIN, Desk
from tests.clients.opensc import opensc_version
from tests.clients.pkcs11_client import Pkcs11Client

LOG_IN = ("--login", "--pin", PIN)

CURVES = ["prime192v1", "secp224r1", "prime256v1", "secp384r1", "brainpoolP256r1"]
"""What the driver can ask for and the card has. The driver offers secp256k1 only once it has read version 0.6 or newer,
and OpenSC up to 0.23 does not fetch the version on T=0."""


@pytest.mark.parametrize("kind", ["rsa/2048", "ec/prime256v1"])
def test_pkcs15_init_makes_keys_with_pin(any_desk: Desk, kind: str) -> None:
    any_desk.make_key("10", kind)
    key = any_desk.key("10")
    assert (key.area, key.origin, key.paired) == ("general", Origin.MADE, False)
    shown = any_desk.tool("pkcs15-tool", "--list-keys")
    assert "Auth ID        : 01" in shown
    assert "neverExtract, local" in shown
    any_desk.openssl("pkey", "-pubin", "-in", any_desk.public_key("10"), "-noout")


@pytest.mark.parametrize("curve", CURVES)
def test_every_curve_that_driver_and_card_share_makes_a_key(desk: Desk, curve: str) -> None:
    desk.make_key("10", f"ec/{curve}")
    assert desk.key("10").origin is Origin.MADE
    shown = desk.openssl("pkey", "-pubin", "-in", desk.public_key("10"), "-noout", "-text")
    assert curve in shown


@pytest.mark.parametrize("key_type", ["rsa:2048", "EC:secp384r1"])
def test_pkcs11_tool_makes_lists_and_deletes_keys(any_desk: Desk, key_type: str) -> None:
    any_desk.tool("pkcs11-tool", *LOG_IN, "--keypairgen", "--key-type", key_type, "--id", "11", "--label", "mine")
    shown = any_desk.tool("pkcs11-tool", *LOG_IN, "--list-objects", "--type", "privkey")
    assert re.search(r"label: +mine\n +ID: +(17 \(0x)?11", shown)
    assert any_desk.key("11").origin is Origin.MADE

    any_desk.tool("pkcs11-tool", *LOG_IN, "--delete-object", "--type", "privkey", "--id", "11")
    any_desk.reset()
    assert any_desk.seen.keys == []


def test_python_pkcs11_makes_and_destroys_keys(application: Pkcs11Client, desk: Desk) -> None:
    application("log_in", "ProID+Q", PIN)
    application("make_key", "ProID+Q", "rsa:2048", "11")
    application("make_key", "ProID+Q", "ec:secp256r1", "12")
    assert application("keys", "ProID+Q") == ["11", "12"]
    application("destroy_key", "ProID+Q", "11")
    application("log_out", "ProID+Q")
    desk.reset()
    assert [key.identifier for key in desk.seen.keys] == ["12"]


def test_rsa_4096_where_the_driver_offers_it(desk: Desk) -> None:
    if opensc_version() < (0, 24):
        desk.refused("pkcs15-init", "--generate-key", "rsa/4096", "--auth-id", "01", "--pin", PIN, "--id", "10")
        assert desk.status_words(Instruction.GENERATE_ASYMMETRIC_KEY_PAIR) == []
    else:
        desk.make_key("10", "rsa/4096")
        shown = desk.openssl("pkey", "-pubin", "-in", desk.public_key("10"), "-noout", "-text")
        assert "4096 bit" in shown


def test_secp256k1_where_the_driver_offers_it(desk: Desk) -> None:
    command = ("pkcs15-init", "--generate-key", "ec/secp256k1", "--auth-id", "01", "--pin", PIN, "--id", "10")
    if opensc_version() < (0, 24):
        desk.refused(*command)
        assert desk.status_words(Instruction.GENERATE_ASYMMETRIC_KEY_PAIR) == []
    else:
        desk.tool(*command)
        shown = desk.openssl("pkey", "-pubin", "-in", desk.public_key("10"), "-noout", "-text")
        assert "secp256k1" in shown


def test_no_key_without_pin(desk: Desk) -> None:
    assert desk.send("00224100068001F3840100", "0046420000") == ["9000", "6982"]
    desk.refused("pkcs15-init", "--generate-key", "rsa/2048", "--auth-id", "01", "--pin", "9999", "--id", "10")
    assert desk.seen.keys == []
    assert desk.tries() == (2, 5, 3)


def test_keys_survive_reset_and_other_deletions(desk: Desk) -> None:
    for identifier in ("11", "12", "13"):
        desk.make_key(identifier)
    publics = {identifier: (desk.folder / desk.public_key(identifier)).read_bytes() for identifier in ("11", "13")}
    desk.tool(*deleting("12", "privkey,pubkey", PIN))
    desk.reset()
    assert [key.identifier for key in desk.seen.keys] == ["11", "13"]
    for identifier, public in publics.items():
        assert (desk.folder / desk.public_key(identifier)).read_bytes() == public


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_pem_key_is_imported_and_works(any_desk: Desk, kind: str) -> None:
    key = new_key(kind)
    any_desk.write("key.pem", as_pem(key))
    any_desk.write("public.pem", public_pem(key))
    any_desk.tool("pkcs15-init", "--store-private-key", "key.pem", "--auth-id", "01", "--pin", PIN, "--id", "14",
                  "--key-usage", "sign")  # fmt: skip
    assert (any_desk.key("14").origin, any_desk.key("14").area) == (Origin.IMPORTED, "general")

    mechanism, digest = ("SHA256-RSA-PKCS", "-sha256") if kind == "rsa" else ("ECDSA-SHA1", "-sha1")
    any_desk.tool(*any_desk.signing("14", PIN, mechanism=mechanism))
    any_desk.openssl("dgst", digest, "-verify", "public.pem", "-signature", "signature", "text")


def test_pkcs12_brings_key_and_certificate_and_stays_imported_for_life(desk: Desk) -> None:
    desk.write("file.p12", as_pkcs12(new_key("rsa"), "its password"))
    desk.tool("pkcs15-init", "--store-private-key", "file.p12", "--format", "PKCS12", "--passphrase", "its password",
              "--auth-id", "01", "--pin", PIN, "--id", "15")  # fmt: skip
    desk.reset()
    assert (desk.key("15").origin, desk.key("15").paired) == (Origin.IMPORTED, True)

    # Nothing that can be done to its certificate or its directory entry makes it one of the card's own.
    desk.tool(*deleting("15", "cert", PIN))
    desk.tool("pkcs15-init", "--change-attributes", "privkey", "--id", "15", "--label", "mine", "--auth-id", "01",
              "--pin", PIN)  # fmt: skip
    desk.reset()
    assert (desk.key("15").origin, desk.key("15").paired) == (Origin.IMPORTED, False)
    assert "local" not in desk.tool("pkcs15-tool", "--list-keys")
