"""A card shown as GIDS, through OpenSC's driver of that name: what it takes, and what comes of it on the card."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.iso7816.instructions import Instruction
from stuntcard.policy.state import Origin
from stuntcard.profile.model import CodeStatus

from tests.clients.commands import changing, unblocking, verifying
from tests.clients.desk import LETTER, PIN, Desk, desk_with_own_socket

APPLET = "gids"
MECHANISM = "SHA256-RSA-PKCS"
USER_CODE, UNBLOCKING_CODE = "80", "81"
CONTAINER = "b081"


@pytest.fixture
def health_card() -> Iterator[Desk]:
    """A ZZZS-PK that shows PEP."""
    with desk_with_own_socket("zzzs-pk", applet="gids") as desk:
        yield desk


@pytest.fixture
def token() -> Iterator[Desk]:
    with desk_with_own_socket("tokenme", applet="gids") as desk:
        yield desk


def with_pin(*arguments: str, pin: str = PIN) -> tuple[str, ...]:
    """A command of pkcs15-init; OpenSC's driver writes its files without asking for a code by itself."""
    return ("pkcs15-init", *arguments, "--verify-pin", "--auth-id", USER_CODE, "--pin", pin)


def making(label: str, usage: str = "sign,decrypt") -> tuple[str, ...]:
    return with_pin("--generate-key", "rsa/2048", "--label", label, "--key-usage", usage)


def certify(desk: Desk, identifier: str, subject: str) -> None:
    """A certificate for a key of the card, made off it, and stored."""
    public = desk.public_key(identifier)
    desk.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ca.key")
    desk.openssl("req", "-new", "-key", "ca.key", "-subj", f"/CN={subject}", "-out", "request")
    desk.openssl(
        "x509", "-req", "-in", "request", "-force_pubkey", public, "-signkey", "ca.key", "-days", "30",
        "-out", f"{identifier}.crt",
    )  # fmt: skip
    desk.tool(*with_pin("--store-certificate", f"{identifier}.crt", "--id", identifier))


def seen_by_isoapplet(desk: Desk) -> Card:
    """The same card through its own command set."""
    return Card(seen_through(desk.card.profile, "isoapplet"), APPLETS, desk.card.content)


# What is shown


def test_the_driver_is_taken_and_shows_the_area(health_card: Desk) -> None:
    assert "GIDS Smart Card" in health_card.tool("opensc-tool", "--name")
    shown = health_card.tool("pkcs15-tool", "--dump")
    assert "Serial number  : 70657000000000005354554e54000004" in shown
    assert "Private RSA Key [PEP]" in shown
    assert "X.509 Certificate [PEP]" in shown
    assert "KPEP" not in shown
    assert re.search(r"serial num +: 5354554e54000004", health_card.tool("pkcs11-tool", "--list-slots"))
    assert "Tries left     : 3" in shown


def test_its_files_are_such_as_a_prepared_card_has(health_card: Desk) -> None:
    shown = health_card.tool("gids-tool")
    for name in ("\\cardid", "\\cardapps", "\\cardcf", "mscp\\cmapfile", "mscp\\kxc00"):
        assert f"File: {name}" in shown
    assert "unable to read" not in shown
    assert "Valid container,Default container" in shown
    assert "keyref:               0xb081" in shown


@pytest.mark.parametrize("area", ["general", "cc"])
def test_an_area_without_rsa_keys_shows_none(area: str) -> None:
    with desk_with_own_socket("proid-q", applet=f"gids:{area}") as desk:
        assert "Private" not in desk.tool("pkcs15-tool", "--dump")
        assert "no container found" in desk.tool("gids-tool")


# The factory's key


@pytest.mark.fact("PK-01")
def test_pep_signs_and_openssl_agrees(health_card: Desk) -> None:
    health_card.tool(*health_card.signing("00", "1234", mechanism=MECHANISM))
    health_card.check_signature("00", MECHANISM, certified=True)
    assert "CKR_PIN_INCORRECT" in health_card.refused(*health_card.signing("00", "9999", mechanism=MECHANISM))


@pytest.mark.fact("PK-09")
def test_nothing_is_added_to_a_card_that_takes_nothing(health_card: Desk) -> None:
    before = health_card.card.content
    health_card.refused(*with_pin("--generate-key", "rsa/2048", pin="1234"))
    assert health_card.card.content.keys == before.keys
    assert health_card.card.files == before.files


@pytest.mark.fact("PK-01", "PK-02", "PK-03")
def test_pin_is_changed_blocked_and_unblocked(health_card: Desk) -> None:
    health_card.tool(*changing(USER_CODE, "1234", "4321"))
    for left in ("2", "1", "0"):
        health_card.refused(*verifying(USER_CODE, "9999"))
        assert health_card.status_words(Instruction.VERIFY)[-1] == int(f"63C{left}", 16)
    assert health_card.code("pep-pin").state is CodeStatus.BLOCKED
    assert "CKR_PIN_LOCKED" in health_card.refused(*health_card.signing("00", "4321", mechanism=MECHANISM))
    assert "user PIN locked" in health_card.tool("pkcs11-tool", "--list-slots")
    health_card.tool(*unblocking(USER_CODE, "87654321", "1111"))
    health_card.tool(*health_card.signing("00", "1111", mechanism=MECHANISM))


@pytest.mark.fact("PK-04")
def test_five_wrong_puks_end_pep(health_card: Desk) -> None:
    for _ in range(5):
        health_card.refused(*unblocking(USER_CODE, "00000000", "1111"))
    assert health_card.seen.parts["pep"].lost
    assert "Authentication method blocked" in health_card.refused(*unblocking(USER_CODE, "87654321", "1111"))


@pytest.mark.fact("PQ-06")
def test_blocked_codes_of_both_areas_kill_the_chip() -> None:
    with desk_with_own_socket("proid-q", applet="gids") as desk:
        for _ in range(3):
            desk.refused(*verifying(USER_CODE, "00000000"))
        for _ in range(5):
            desk.refused(*unblocking(USER_CODE, "00000000", PIN))
        assert desk.seen.life_cycle == "operational", "QPIN still is not blocked"
        content = desk.card.content
    with desk_with_own_socket("proid-q", applet="gids:cc", content=content) as desk:
        for _ in range(3):
            desk.refused(*verifying(USER_CODE, "00000000"))
        assert desk.seen.life_cycle == "dead"
        desk.refused("pkcs15-tool", "--dump")


# Keys of the client's own


@pytest.mark.fact("PQ-18")
def test_a_key_is_made_used_certified_and_deleted(desk: Desk) -> None:
    desk.tool(*making("my key"))
    desk.reset()
    (key,) = desk.seen.keys
    assert (key.area, key.origin, key.identifier) == ("general", Origin.MADE, CONTAINER.upper())
    desk.signs("00", PIN, mechanism=MECHANISM)
    certify(desk, "00", "somebody")
    desk.check_signature("00", MECHANISM, certified=True)
    desk.reset()
    assert desk.key(CONTAINER).paired
    desk.write("secret", b"a secret")
    desk.openssl("pkeyutl", "-encrypt", "-pubin", "-inkey", "00.pem", "-in", "secret", "-out", "cryptogram")
    desk.tool(
        "pkcs11-tool", "--login", "--pin", PIN, "--decrypt", "--id", "00", "--mechanism", "RSA-PKCS",
        "--input-file", "cryptogram", "--output-file", "plain",
    )  # fmt: skip
    assert (desk.folder / "plain").read_bytes() == b"a secret"
    desk.tool(*with_pin("--delete-objects", "cert", "--id", "00"))
    desk.tool(*with_pin("--delete-objects", "privkey", "--id", "00"))
    desk.reset()
    assert desk.seen.keys == []
    assert "Empty container" in desk.tool("gids-tool")


def test_keys_are_brought_in_beside_each_other(desk: Desk) -> None:
    desk.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "their.key", "-out", "their.crt",
                 "-subj", "/CN=somebody", "-days", "30")  # fmt: skip
    desk.tool(*making("first", "sign"))
    desk.tool(*with_pin("--store-private-key", "their.key", "--label", "second", "--key-usage", "sign"))
    desk.tool(*with_pin("--store-certificate", "their.crt", "--id", "01"))
    assert [key.origin for key in desk.seen.keys] == [Origin.MADE, Origin.IMPORTED]
    desk.tool(*desk.signing("01", PIN, mechanism=MECHANISM))
    desk.write("text", LETTER)
    desk.openssl("x509", "-in", "their.crt", "-noout", "-pubkey", "-out", "their.pem")
    desk.openssl("dgst", "-sha256", "-verify", "their.pem", "-signature", "signature", "text")
    shown = desk.tool("gids-tool")
    assert "mscp\\ksc01" in shown
    assert shown.count("Valid container") == 2


def test_the_other_command_sets_see_the_same_card(desk: Desk) -> None:
    desk.tool(*making("my key"))
    certify(desk, "00", "somebody")
    content = seen_by_isoapplet(desk).content
    with desk_with_own_socket("proid-q", content=content) as other:
        shown = other.tool("pkcs15-tool", "--dump")
        assert "Private RSA Key [my key]" in shown
        assert "X.509 Certificate [my key]" in shown
        other.signs(CONTAINER, PIN, mechanism=MECHANISM)
        other.tool("pkcs15-init", "--generate-key", "rsa/2048", "--auth-id", "01", "--pin", PIN, "--id", "10",
                   "--label", "another")  # fmt: skip
        other.make_key("11")
        content = other.card.content
    with desk_with_own_socket("proid-q", applet="gids", content=content) as back:
        shown = back.tool("pkcs15-tool", "--list-keys")
        assert "Private RSA Key [my key]" in shown
        assert "Private RSA Key [another]" in shown
        assert "key 11" not in shown, "no key on a curve"
        back.signs("01", PIN, mechanism=MECHANISM)
        back.tool(*making("third"))
        back.signs("02", PIN, mechanism=MECHANISM)


@pytest.mark.fact("TM-02")
def test_a_full_token_takes_no_more_and_works_on(token: Desk) -> None:
    for number in range(4):
        token.tool(*making(f"key {number}"))
        certify(token, f"{number:02}", f"somebody {number}")
    before = token.card.content
    token.refused(*making("one more"))
    answers = [exchange.status_word for exchange in token.watched.exchanges]
    assert 0x6A84 in answers
    assert token.card.content.keys == before.keys
    token.signs("03", PIN, mechanism=MECHANISM)


def test_qpin_is_asked_for_each_signature_of_the_cc_area() -> None:
    """OpenSC's driver can't tell that it holds for one: its cache gives QPIN again, where a program lets it."""
    with desk_with_own_socket("proid-q") as desk:
        desk.make_qualified_key("21", "rsa/2048")
        content = desk.card.content
    with desk_with_own_socket("proid-q", applet="gids:cc", content=content) as desk:
        desk.signs("00", PIN, mechanism=MECHANISM)
        assert "qpin" not in desk.card.state.verified


# What there is not


def test_there_is_no_administrator(desk: Desk) -> None:
    key = "00" * 24
    refusal = desk.refused("gids-tool", "--unblock", "--admin-key", key, "--pin", "1111")
    assert "AUTHENTICATE_ADMIN" in refusal
    assert desk.status_words(Instruction.MANAGE_SECURITY_ENVIRONMENT) == [0x6A81]


def test_a_card_in_its_holders_hands_is_not_prepared_anew(desk: Desk) -> None:
    before = desk.card.content
    shown = desk.tool(
        "gids-tool", "--initialize", "--admin-key", "00" * 24, "--pin", "1234", "--serial-number", "AA" * 16
    )
    assert "GIDS_INITIALIZE, *) failed" in shown
    assert desk.card.content == before
