"""OpenSC's driver for MyEID: on a ProID+Q, with the law that it has, and on a card that is empty at first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from stuntcard.iso7816.instructions import Instruction
from stuntcard.policy.state import Origin
from stuntcard.profile.model import CodeStatus

from tests.clients.blank_card import (
    INITIAL,
    LOG_IN,
    MAKE,
    SO_PIN,
    SO_PUK,
    USER_PIN,
    USER_PUK,
    make_up,
    signs,
)
from tests.clients.certificates import PrivateKey, as_pem, issue_certificate, new_key
from tests.clients.commands import changing, deleting, storing, unblocking, verifying
from tests.clients.desk import PIN, PUK, QPIN, QUALIFIED_TYPING, Desk, desk_with_own_socket

APPLET = "myeid"
AES_KEY = bytes(range(16))


@pytest.fixture
def empty() -> Iterator[Desk]:
    with desk_with_own_socket("blank") as desk:
        yield desk


@pytest.fixture
def made_up(empty: Desk) -> Desk:
    """The card that was empty, with PIN and SO PIN, activated."""
    make_up(empty)
    return empty


# How it is known


@pytest.mark.parametrize(("applet", "name"), [("myeid", "MyEID 4.5.5"), ("oseid", "OsEID 4.5.5")])
def test_opensc_knows_the_card_without_any_configuration(applet: str, name: str) -> None:
    with desk_with_own_socket("proid-q", applet=applet) as desk:
        assert name in desk.tool("opensc-tool", "--name")
        assert "5354554e54000001" in desk.tool("opensc-tool", "--serial").lower().replace(" ", "").replace(":", "")


@pytest.mark.parametrize("profile", ["proid-q", "tokenme", "eobcanka", "zzzs-pk"])
def test_every_card_is_listed(profile: str) -> None:
    with desk_with_own_socket(profile, applet="myeid") as desk, desk_with_own_socket(profile) as as_ever:
        for wanted in ("--list-pins", "--list-keys", "--list-certificates"):
            assert without_tries(desk.tool("pkcs15-tool", wanted)) == as_ever.tool("pkcs15-tool", wanted)


def without_tries(shown: str) -> str:
    """From 0.24 on this driver asks for tries, and IsoApplet's does not."""
    return "".join(line for line in shown.splitlines(keepends=True) if "Tries left" not in line)


# A ProID+Q


def test_pin_tries_and_unblocking(desk: Desk) -> None:
    desk.refused("pkcs11-tool", "--login", "--pin", "wrong", "--list-objects")
    assert desk.tries() == (2, 5, 3)
    desk.tool(*changing("pin", PIN, "a-new-1"))
    for _ in range(3):
        desk.refused(*verifying("pin", PIN))
    assert desk.code("pin").state is CodeStatus.BLOCKED
    desk.tool(*unblocking("pin", PUK, "a-new-2"))
    desk.tool(*verifying("pin", "a-new-2"))


def test_a_code_of_nine_characters_does_not_pass_the_driver(desk: Desk) -> None:
    before = len(desk.status_words(Instruction.CHANGE_REFERENCE_DATA))
    desk.refused(*changing("pin", PIN, "nine-char"))
    assert len(desk.status_words(Instruction.CHANGE_REFERENCE_DATA)) == before
    assert desk.tries() == (3, 5, 3)


@pytest.mark.parametrize("kind", ["rsa/1024", "rsa/2048", "ec/prime256v1", "ec/secp384r1", "ec/secp521r1"])
def test_keys_of_the_general_area(desk: Desk, kind: str) -> None:
    desk.make_key("10", kind)
    key = desk.key("10")
    assert (key.area, key.origin) == ("general", Origin.MADE)
    signs(desk, "10", PIN, kind)


@pytest.mark.fact("PQ-03", "PQ-13")
def test_the_cc_area_has_two_places_and_a_key_signs_with_qpin(desk: Desk) -> None:
    desk.make_qualified_key("21")
    desk.make_qualified_key("22")
    assert [key.area for key in desk.seen.keys] == ["cc", "cc"]
    desk.refused(*desk.qualified_key_command("23"), typing=QUALIFIED_TYPING)
    assert desk.status_words(Instruction.GENERATE_ASYMMETRIC_KEY_PAIR)[-1] == 0x6A84
    assert desk.seen.areas["cc"].used == 2
    signs(desk, "21", QPIN, "ec", "ProID+Q (QPIN)")


def test_a_certificate_joins_its_key_and_all_can_be_deleted(desk: Desk) -> None:
    desk.make_key("10", "rsa/2048")
    issue_certificate(desk, "10")
    desk.tool(*storing("10", PIN))
    desk.reset()
    assert desk.key("10").paired
    desk.tool(*deleting("10", "privkey,pubkey,cert", PIN))
    desk.reset()
    assert desk.seen.keys == []


def test_keys_that_the_other_driver_made_do_not_get_in_the_way() -> None:
    with desk_with_own_socket("proid-q") as desk:
        desk.make_key("10")
        content = desk.card.content
    with desk_with_own_socket("proid-q", applet="myeid") as desk:
        desk.card.change_content(lambda _: content)
        desk.make_key("11")
        assert [key.identifier for key in desk.seen.keys] == ["10", "11"]
        signs(desk, "11", PIN, "ec")


@pytest.mark.parametrize(("profile", "pin", "identifier"), [("zzzs-pk", "1234", "01")])
def test_a_key_from_the_factory_signs(profile: str, pin: str, identifier: str) -> None:
    with desk_with_own_socket(profile, applet="myeid") as desk:
        desk.tool(*desk.signing(identifier, pin, mechanism="SHA256-RSA-PKCS"))
        desk.check_signature(identifier, "SHA256-RSA-PKCS", certified=True)


# From an empty card to one with everything, and back


def test_a_card_is_made_up_step_by_step(empty: Desk) -> None:
    empty.tool("pkcs15-init", "--create-pkcs15", "--so-pin", SO_PIN, "--so-puk", SO_PUK)
    assert empty.code("so-pin").state is CodeStatus.SET
    assert empty.code("pin").state is CodeStatus.NOT_SET
    empty.tool(
        "pkcs15-init", "--store-pin", "--id", "01", "--label", "PIN", "--pin", USER_PIN, "--puk", USER_PUK,
        "--so-pin", SO_PIN,
    )  # fmt: skip
    pin, puk = empty.code("pin"), empty.code("puk")
    assert (pin.state, pin.tries_limit, puk.tries_limit) == (CodeStatus.SET, 3, 10)
    assert empty.card.is_open
    empty.tool("pkcs15-init", "--finalize")
    assert not empty.card.is_open
    empty.refused(
        "pkcs15-init", "--generate-key", "ec/prime256v1", "--auth-id", "01", "--pin", "12345678", "--id", "10"
    )
    assert empty.code("pin").tries_left == 2
    assert empty.seen.keys == []


@pytest.mark.parametrize(
    "kind",
    [
        "rsa/512", "rsa/768", "rsa/1024", "rsa/1536", "rsa/2048", "rsa/3072", "rsa/4096",
        "ec/prime192v1", "ec/prime256v1", "ec/secp384r1", "ec/secp521r1",
    ],
)  # fmt: skip
def test_keys_made_on_the_card_sign(made_up: Desk, kind: str) -> None:
    made_up.tool("pkcs15-init", "--generate-key", kind, *MAKE, "--id", "10", "--label", "made")
    assert made_up.key("10").origin is Origin.MADE
    signs(made_up, "10", USER_PIN, kind)


@pytest.mark.parametrize("bits", [1024, 1536, 2048, 3072, 4096])
def test_rsa_keys_brought_in_sign_and_decipher(made_up: Desk, bits: int) -> None:
    private = rsa.generate_private_key(65537, bits)
    made_up.write("key.pem", as_pem(private))
    made_up.tool("pkcs15-init", "--store-private-key", "key.pem", *MAKE, "--id", "10", "--key-usage", "sign,decrypt")
    assert made_up.key("10").origin is Origin.IMPORTED
    signs(made_up, "10", USER_PIN, "rsa")
    made_up.write("secret", b"a secret")
    public = made_up.public_key("10")
    made_up.openssl("pkeyutl", "-encrypt", "-pubin", "-inkey", public, "-in", "secret", "-out", "cryptogram")
    decipher = ("--decrypt", "--id", "10", "--mechanism", "RSA-PKCS", "--input-file", "cryptogram")
    made_up.tool("pkcs11-tool", *LOG_IN, *decipher, "--output-file", "plain")
    assert (made_up.folder / "plain").read_bytes() == b"a secret"


@pytest.mark.parametrize(
    "curve", [ec.SECP192R1, ec.SECP256R1, ec.SECP384R1, ec.SECP521R1], ids=["192", "256", "384", "521"]
)
def test_ec_keys_brought_in_sign(made_up: Desk, curve: type[ec.EllipticCurve]) -> None:
    made_up.write("key.pem", as_pem(ec.generate_private_key(curve())))
    made_up.tool("pkcs15-init", "--store-private-key", "key.pem", *MAKE, "--id", "10")
    assert made_up.key("10").origin is Origin.IMPORTED
    signs(made_up, "10", USER_PIN, "ec")


def test_key_agreement(made_up: Desk) -> None:
    made_up.tool("pkcs11-tool", *LOG_IN, "--keypairgen", "--key-type", "EC:prime256v1", "--id", "10", "--usage-derive")
    other = ec.generate_private_key(ec.SECP256R1())
    public = other.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    made_up.write("other.der", public)
    made_up.write("other.pem", as_pem(other))
    derive = ("--derive", "--mechanism", "ECDH1-DERIVE", "--id", "10", "--input-file", "other.der")
    made_up.tool("pkcs11-tool", *LOG_IN, *derive, "--output-file", "shared")
    own = made_up.public_key("10")
    made_up.openssl("pkeyutl", "-derive", "-inkey", "other.pem", "-peerkey", own, "-out", "expected")
    assert (made_up.folder / "shared").read_bytes() == (made_up.folder / "expected").read_bytes()


@pytest.mark.parametrize("bits", [128, 256])
def test_an_aes_key_enciphers_and_deciphers(made_up: Desk, bits: int) -> None:
    key = bytes(range(bits // 8))
    made_up.write("aes", key)
    made_up.tool(
        "pkcs15-init", "--store-secret-key", "aes", "--secret-key-algorithm", f"aes/{bits}", *MAKE, "--id", "90",
        "--label", "brought in",
    )  # fmt: skip
    assert [key.origin for key in made_up.seen.keys] == [Origin.IMPORTED]
    made_up.write("text", bytes(range(256)) * 4)
    cipher = ("--id", "90", "--mechanism", "AES-CBC-PAD", "--iv", INITIAL)
    made_up.tool("pkcs11-tool", *LOG_IN, "--encrypt", *cipher, "--input-file", "text", "--output-file", "cryptogram")
    made_up.openssl(
        "enc", "-d", f"-aes-{bits}-cbc", "-K", key.hex(), "-iv", INITIAL, "-in", "cryptogram", "-out", "plain"
    )
    assert (made_up.folder / "plain").read_bytes() == bytes(range(256)) * 4
    made_up.tool("pkcs11-tool", *LOG_IN, "--decrypt", *cipher, "--input-file", "cryptogram", "--output-file", "again")
    assert (made_up.folder / "again").read_bytes() == bytes(range(256)) * 4


@pytest.mark.parametrize("bits", [1024, 2048])
def test_keys_come_and_go_wrapped(made_up: Desk, bits: int) -> None:
    """RSA unwraps a first AES key, which unwraps a second one, which goes out again wrapped with the first."""
    made_up.tool(
        "pkcs15-init", "--generate-key", f"rsa/{bits}", *MAKE, "--id", "70", "--key-usage", "keyEncipherment,decrypt"
    )
    made_up.write("first", AES_KEY)
    made_up.write("second", bytes(range(100, 116)))
    public = made_up.public_key("70")
    made_up.openssl("pkeyutl", "-encrypt", "-pubin", "-inkey", public, "-in", "first", "-out", "first.wrapped")
    made_up.tool(
        "pkcs11-tool", *LOG_IN, "--unwrap", "--mechanism", "RSA-PKCS", "--id", "70", "--input-file", "first.wrapped",
        "--key-type", "AES:16", "--application-id", "75", "--application-label", "first", "--usage-wrap",
    )  # fmt: skip
    key = ("-aes-128-cbc", "-K", AES_KEY.hex(), "-iv", INITIAL)
    made_up.openssl("enc", *key, "-in", "second", "-out", "second.wrapped")
    made_up.tool(
        "pkcs11-tool", *LOG_IN, "--unwrap", "--mechanism", "AES-CBC-PAD", "--id", "75", "--iv", INITIAL,
        "--input-file", "second.wrapped", "--key-type", "AES:16", "--application-id", "76",
        "--application-label", "second", "--usage-decrypt", "--extractable",
    )  # fmt: skip
    made_up.tool(
        "pkcs11-tool", *LOG_IN, "--wrap", "--mechanism", "AES-CBC-PAD", "--id", "75", "--iv", INITIAL,
        "--application-id", "76", "--output-file", "exported",
    )  # fmt: skip
    made_up.openssl("enc", "-d", *key, "-in", "exported", "-out", "plain")
    assert (made_up.folder / "plain").read_bytes() == bytes(range(100, 116))


def test_certificates_and_data_objects(made_up: Desk) -> None:
    made_up.tool("pkcs15-init", "--generate-key", "rsa/2048", *MAKE, "--id", "10")
    issue_certificate(made_up, "10")
    made_up.tool("pkcs15-init", "--store-certificate", "10.crt", *MAKE, "--id", "10")
    made_up.write("open", b"for everybody")
    made_up.write("private", b"with PIN only")
    for name, *options in (("open",), ("private", "--auth-id", "01")):
        storing = ("--store-data", name, "--label", name, "--application-name", "TEST", "--pin", USER_PIN)
        made_up.tool("pkcs15-init", *storing, *options)
    made_up.reset()
    assert made_up.key("10").paired
    assert "for everybody" in made_up.tool("pkcs15-tool", "--read-data-object", "open", "--raw")
    made_up.refused("pkcs15-tool", "--read-data-object", "private", "--raw")
    read = ("--read-data-object", "private", "--verify-pin", "--auth-id", "01", "--pin", USER_PIN, "--raw")
    assert "with PIN only" in made_up.tool("pkcs15-tool", *read)


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


def test_what_is_deleted_is_gone(made_up: Desk) -> None:
    made_up.write("key.pem", as_pem(new_key("ec")))
    made_up.tool("pkcs15-init", "--store-private-key", "key.pem", *MAKE, "--id", "10")
    made_up.tool("pkcs15-init", "--delete-objects", "privkey,pubkey", "--id", "10", *MAKE)
    assert made_up.seen.keys == []
    assert "Private" not in made_up.tool("pkcs15-tool", "--dump")


def test_the_card_is_emptied_with_the_so_pin(made_up: Desk) -> None:
    made_up.tool("pkcs15-init", "--generate-key", "ec/prime256v1", *MAKE, "--id", "10")
    made_up.refused("pkcs15-init", "--erase-card", "--secret", "@FF=12345678")
    assert made_up.code("so-pin").tries_left == 2
    assert len(made_up.seen.keys) == 1
    made_up.tool("pkcs15-init", "--erase-card", "--secret", f"@FF={SO_PIN}")
    assert made_up.seen.keys == []
    assert made_up.code("pin").state is CodeStatus.NOT_SET
    assert made_up.card.is_open
    made_up.tool("pkcs15-init", "--create-pkcs15", "--so-pin", SO_PIN, "--so-puk", SO_PUK)


def test_a_personalised_card_is_not_emptied(desk: Desk) -> None:
    before = desk.card.content
    desk.refused("pkcs15-init", "--erase-card", "--so-pin", SO_PIN)
    assert desk.card.content.files == before.files
