"""PIV beyond its tables of commands and answers (exchanges/*.piv-*.apdu)."""

from __future__ import annotations

import gzip

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card import pkcs15
from stuntcard.card.card import Card
from stuntcard.card.keys import Key, generate_ec, generate_rsa
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.transport import Protocol
from stuntcard.policy.state import Origin
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Memory

from tests.unit.applets import piv_client
from tests.unit.applets.piv_client import authenticate, authenticated, generate, get, public_key, put, sign
from tests.unit.card.cards import OK, PRKDF, CardClient, Client, certificate_entry, key_entry, new_card

PIN = "3132333435363738"
CERTIFICATE = bytes.fromhex("3003020101")


def piv(profile: str = "proid-q", applet: str = "piv:general", before: Card | None = None) -> CardClient:
    """A client of a fresh card, or of one as it was left behind."""
    card = new_card(seen_through(load_profile(profile), applet), None if before is None else before.content)
    client = CardClient(card)
    card.reset()
    assert piv_client.WORDS["piv"](client) == OK
    return client


def unlocked(profile: str = "proid-q", applet: str = "piv:general", before: Card | None = None) -> CardClient:
    """The same, once the management key and the factory's PIN were given."""
    client = piv(profile, applet, before)
    assert client.send(f"0020008008{PIN}") == OK
    assert authenticate(client) == OK
    return client


# Keys


def test_rsa_does_the_same_to_sign_and_to_decipher() -> None:
    client = unlocked()
    assert generate(client, "9D", "07") == OK
    key = public_key(client, "9D")
    assert isinstance(key, rsa.RSAPublicKey)
    block = b"\0" + bytes(range(255))
    numbers = key.public_numbers()
    cryptogram = pow(int.from_bytes(block), numbers.e, numbers.n).to_bytes(256)
    data, sw = authenticated(client, "87079D", 0x81, cryptogram)
    assert (data, sw) == (tlv.encode(0x7C, tlv.encode(0x82, block)), OK)
    assert authenticated(client, "87079D", 0x81, b"\xff" * 256) == (b"", "6A80")


@pytest.mark.parametrize(("algorithm", "curve"), [("11", ec.SECP256R1()), ("14", ec.SECP384R1())])
def test_a_key_on_a_curve_agrees_with_another(algorithm: str, curve: ec.EllipticCurve) -> None:
    client = unlocked()
    assert generate(client, "9D", algorithm) == OK
    own, other = public_key(client, "9D"), generate_ec(curve)
    assert isinstance(own, ec.EllipticCurvePublicKey)
    point = other.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    data, sw = authenticated(client, f"87{algorithm}9D", 0x85, point)
    assert (data, sw) == (tlv.encode(0x7C, tlv.encode(0x82, other.exchange(ec.ECDH(), own))), OK)


def test_the_answer_to_making_a_key_is_its_public_part() -> None:
    client = unlocked()
    data, _ = client.fetch("0047009A05AC0380011400")
    point = tlv.find(tlv.parse_one(data)[0].children(), 0x86) or b""
    key = public_key(client, "9A")
    assert key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) == point


def imported(client: CardClient, slot: str, key: Key) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        parts = (numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp)
        data = b"".join(tlv.encode(1 + i, part.to_bytes(128)) for i, part in enumerate(parts))
        return client.chained(f"FE07{slot}", data, answered=False)[1]
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return client.chained(f"FE11{slot}", tlv.encode(6, key.private_numbers().private_value.to_bytes(32)))[1]


@pytest.mark.parametrize(
    ("key", "usage"), [(generate_rsa(2048), "0264"), (generate_ec(ec.SECP256R1()), "072080")], ids=["rsa", "ec"]
)
def test_a_key_is_brought_in_and_listed_for_what_it_can_do(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, usage: str
) -> None:
    client = unlocked()
    assert imported(client, "82", key) == OK
    assert public_key(client, "82").public_numbers() == key.public_key().public_numbers()
    assert sign(client, "82") == OK
    assert [item.key for item in client.card.state.items] == [Origin.IMPORTED]
    (entry,) = pkcs15.read_entries(client.card.files.at(bytes.fromhex(PRKDF)).content) or ()
    assert (tlv.find(entry.children()[1].children(), 0x03) or b"").hex() == usage


def test_a_key_is_brought_in_with_the_policy_of_its_slot_or_not_at_all() -> None:
    client = unlocked()
    value = generate_ec(ec.SECP256R1()).private_numbers().private_value.to_bytes(32)
    always = tlv.encode(6, value) + bytes.fromhex("AA0103")
    assert [client.chained(f"FE11{slot}", always)[1] for slot in ("9C", "9A")] == [OK, "6A80"]


def test_parts_that_make_no_key_change_nothing() -> None:
    client = unlocked()
    assert generate(client, "9A", "11") == OK
    before = client.card.content
    parts = b"".join(tlv.encode(1 + i, b"\xff" * 128) for i in range(5))
    assert client.chained("FE079A", parts, answered=False)[1] == "6A80"
    assert client.card.content == before


def test_keys_of_a_card_that_is_full_are_refused() -> None:
    """TokenME's memory: a key on a curve takes a block, and so does what each file goes beyond."""
    client = unlocked("tokenme", "piv")
    answers = [generate(client, f"{slot:02X}", "07") for slot in range(0x82, 0x96)]
    made = answers.count(OK)
    assert 0 < made < len(answers)
    assert answers == [OK] * made + ["6A84"] * (len(answers) - made)
    assert len(client.card.state.items) == made


def test_a_key_stays_where_the_one_that_is_to_take_its_place_has_no_room() -> None:
    memory = Memory(bytes=700, block=250, assumed="A key on a curve fits, and no RSA key.")
    profile = seen_through(load_profile("tokenme"), "piv").model_copy(update={"memory": memory})
    client = CardClient(new_card(profile))
    assert piv_client.WORDS["piv"](client) == OK
    assert (client.send(f"0020008008{PIN}"), authenticate(client)) == (OK, OK)
    assert generate(client, "9A", "11") == OK
    before = client.card.content
    assert generate(client, "9A", "07") == "6A84"
    assert client.card.content == before
    assert sign(client, "9A") == OK
    assert generate(client, "9A", "14") == OK


# The same card through other command sets


def elsewhere(client: CardClient | None = None) -> Client:
    """A fresh ProID+Q, or another client's card, as its other programs see it; PIN was given."""
    other = Client(
        new_card(seen_through(load_profile("proid-q"), "isoapplet"), None if client is None else client.card.content)
    )
    other.card.reset()
    assert other.verify("pin") == OK
    return other


def test_what_piv_made_is_listed_for_the_others_and_signs_through_them() -> None:
    client = unlocked()
    assert generate(client, "9A", "11") == OK
    assert put(client, "5FC105", tlv.encode(0x70, CERTIFICATE)) == OK
    other = elsewhere(client)
    (entry,) = pkcs15.read_keys(pkcs15.PRIVATE_KEYS, [other.read(PRKDF)]) or ()
    assert (entry.reference, entry.identifier) == (0x9A, b"\x9a")
    assert [(item.listed, item.paired) for item in other.card.state.items] == [(True, True)]
    assert other.verify("pin") == OK
    assert other.sign(0x9A, bytes(20), 0x21)[1] == OK


def test_a_key_that_others_list_no_more_leaves_its_slot() -> None:
    client = unlocked()
    assert generate(client, "9A", "11") == OK
    other = elsewhere(client)
    other.list_keys()
    other.card.reset()
    assert piv(before=other.card).fetch("00F7009A00")[1] == "6A88"


def test_a_key_that_was_never_listed_stands_in_no_slot() -> None:
    """It has no name by which its certificate could be found."""
    other = elsewhere()
    assert other.make_key(3) == OK
    other.card.reset()
    assert piv(before=other.card).fetch("00F7009A00")[1] == "6A88"


def with_others_keys(*identifiers: bytes) -> Client:
    """A ProID+Q with keys in its CC area, made and listed through IsoApplet."""
    client = elsewhere()
    for reference, _ in enumerate(identifiers):
        assert client.verify("qpin") == OK
        assert client.make_key(reference) == OK
    client.list_keys(*(key_entry(reference, identifier) for reference, identifier in enumerate(identifiers)))
    client.card.reset()
    assert [item.area for item in client.card.state.items] == ["cc"] * len(identifiers)
    return client


@pytest.mark.fact("PQ-03")
def test_keys_of_the_cc_area_stand_where_programs_ask_for_the_pin_each_time() -> None:
    client = piv(applet="piv:cc", before=with_others_keys(b"one", b"two").card)
    assert [client.fetch(f"00F700{slot}00")[1] for slot in ("9A", "9C", "9D", "82", "83")] == [
        "6A88", OK, "6A88", OK, "6A88",
    ]  # fmt: skip
    for slot in ("9C", "82"):
        assert sign(client, slot) == "6982"
        assert client.send(f"0020008008{PIN}") == OK
        assert sign(client, slot) == OK
        assert sign(client, slot) == "6982"


def test_keys_of_another_area_are_not_there() -> None:
    client = piv(applet="piv:general", before=with_others_keys(b"one").card)
    assert {client.fetch(f"00F700{slot:02X}00")[1] for slot in (0x9A, 0x9C, 0x9D, 0x9E, *range(0x82, 0x96))} == {"6A88"}


def test_a_key_made_in_a_slot_that_anothers_key_has_takes_its_place() -> None:
    """Which of the two a client meant, it knows no better than by the slot."""
    other = elsewhere()
    assert other.make_key(3) == OK
    other.list_keys(key_entry(3, b"mine"))
    other.card.reset()
    client = unlocked(before=other.card)
    before = public_key(client, "9A").public_numbers()
    assert generate(client, "9A", "11") == OK
    assert public_key(client, "9A").public_numbers() != before
    client.card.reset()
    assert [(item.area, item.listed) for item in client.card.state.items] == [("general", True)]


@pytest.mark.fact("PQ-14")
def test_in_an_area_that_is_full_a_key_may_take_the_place_of_another_and_no_new_slot() -> None:
    """Its two places are taken; who gave both codes, for which PIV has no way, makes a key in a slot that is filled."""
    client = unlocked(applet="piv:cc", before=with_others_keys(b"one", b"two").card)
    client.card.verify("pin", b"12345678")
    made = []
    for slot in ("9A", "9C"):
        assert client.send(f"0020008008{PIN}") == OK
        made.append(generate(client, slot, "11"))
    assert made == ["6A84", OK]
    assert [(item.area, item.number) for item in client.card.state.items] == [("cc", 2), ("cc", 3)]


# Certificates


def test_a_certificate_may_come_compressed() -> None:
    client = unlocked()
    content = tlv.encode(0x70, gzip.compress(CERTIFICATE)) + bytes.fromhex("710101FE00")
    assert put(client, "5FC105", content) == OK
    assert get(client, "5FC105") == (bytes.fromhex("530C7005") + CERTIFICATE + bytes.fromhex("710100FE00"), OK)


@pytest.mark.parametrize(
    "packed",
    [b"no gzip", gzip.compress(CERTIFICATE)[:-4], gzip.compress(tlv.encode(0x30, bytes(20_000)))],
    ids=["other", "cut", "long"],
)
def test_what_does_not_unpack_to_a_certificate_is_refused(packed: bytes) -> None:
    client = unlocked()
    before = client.card.content
    assert put(client, "5FC105", tlv.encode(0x70, packed) + bytes.fromhex("710101")) == "6A80"
    assert client.card.content == before


def test_the_certificate_is_not_read_where_its_file_is_not() -> None:
    """An entry of the directory may name any file; that lets nobody read what its own access keeps."""
    other = elsewhere()
    secret = bytes.fromhex("30020500")
    other.select("3F005015")
    rights = "FF" + "90" * 7
    assert other.send(f"00E00000 17 6215 80020004 820101 83023101 8608{rights}".replace(" ", "")) == OK
    assert other.send(f"00D6000004{secret.hex()}") == OK
    other.list_certificates(certificate_entry(b"\x9a", file=0x3101))
    client = piv(before=other.card)
    assert get(client, "5FC105") == (b"", "6A82")
    assert client.send(f"0020008008{PIN}") == OK
    assert get(client, "5FC105")[0][4:8] == secret


def test_what_the_directories_have_no_room_for_is_not_stored() -> None:
    client = unlocked()
    other = elsewhere(client)
    entries = [certificate_entry(b"theirs %02d" % number) for number in range(100)]
    other.list_certificates(*entries[: 2048 // len(entries[0]) - 1])
    before = unlocked(before=other.card)
    files = set(before.card.files.files)
    answers = [put(before, f"5FC1{tag:02X}", tlv.encode(0x70, CERTIFICATE)) for tag in (0x05, 0x0A, 0x0B, 0x01)]
    assert (answers[0], answers[-1]) == (OK, "6A84")
    assert len(set(before.card.files.files) - files) == answers.count(OK)
    slots = [f"{slot:02X}" for slot in (0x9A, 0x9C, 0x9D, 0x9E, *range(0x82, 0x96))]
    made = [generate(before, slot, "11") for slot in slots]
    assert set(made) <= {OK, "6A84"}
    assert len(before.card.state.items) == made.count(OK)


# Cards and readers


def test_every_card_and_area_tells_another_number() -> None:
    told = set()
    for name in ("proid-q", "tokenme", "eobcanka", "zzzs-pk"):
        for area in load_profile(name).areas:
            client = piv(name, f"piv:{area}")
            told |= {get(client, "5FC102")[0][29:45], get(client, "5FC107")[0][11:25]}
    assert len(told) == 2 * (2 + 1 + 3 + 2)


@pytest.mark.parametrize("protocol", [Protocol.T0, Protocol.T1])
def test_long_answers_come_in_parts_whatever_the_protocol(protocol: Protocol) -> None:
    client = piv("zzzs-pk", "piv:pep")
    client.card.choose_protocol(protocol)
    data, sw = get(client, "5FC105")
    assert (len(data), sw) == (813, OK)


def test_an_answer_is_kept_waiting_for_a_client_that_asked_without_le() -> None:
    client = piv("zzzs-pk", "piv:pep")
    data, sw = client.fetch("00CB3FFF055C035FC105")
    assert (len(data), sw) == (813, OK)


def test_another_application_answers_none_of_these_commands() -> None:
    """OpenSC asks for the discovery object to find out whether PIV is selected still."""
    client = piv()
    assert client.send("00A4040C07F05354554E5401") == OK
    assert client.fetch("00CB3FFF035C017E00")[1] == "6D00"
    assert client.send("00A4040C05A000000308").endswith(OK)
    assert client.fetch("00CB3FFF035C017E00")[1] == OK


def test_a_card_whose_profile_shows_no_area_answers_nothing_of_it() -> None:
    profile = load_profile("proid-q").model_copy(update={"applets": ("piv", "manage")})
    client = CardClient(Card(profile, APPLETS))
    for command in ("00200080", "00F7009A00", "00F7008000", "00CB3FFF055C035FC10200"):
        assert client.fetch(command) == (b"", "6985")


def test_a_file_that_is_no_management_key_is_taken_for_none() -> None:
    """The holder can make any file through other command sets, and delete one to have the first key back."""
    client = unlocked()
    assert client.send("00FFFFFF13089B10" + "AB" * 16) == OK
    other = elsewhere(client)
    assert other.select("3F005015") == OK
    assert other.send("00E4000002509B") == OK
    assert other.send("00E000000D620B80020004820101 8302509B".replace(" ", "")) == OK
    again = piv(before=other.card)
    assert again.fetch("00F7009B00") == (bytes.fromhex("010103 02020001 050101"), OK)
    assert authenticate(again) == OK
