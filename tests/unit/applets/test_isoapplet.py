from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from stuntcard.card.keys import generate_ec
from stuntcard.iso7816 import tlv

from tests.unit.card.cards import (
    AODF,
    CDF,
    EC,
    ECDSA,
    FACTORY,
    ISOAPPLET,
    MANAGE,
    NOT_ALLOWED,
    NOT_USABLE,
    ODF,
    OK,
    PIN,
    PRKDF,
    PUK,
    QPIN,
    SIGN,
    Client,
    certificate_entry,
    curve_parameters,
    directory,
    encoded,
    key_entry,
    logged_in,
    new_card,
    proid_q,
    unchanged,
)

EACH_CODE = pytest.mark.parametrize("reference", [PIN, PUK, QPIN], ids=["pin", "puk", "qpin"])
SESSION_ENDS = pytest.mark.parametrize(
    "ends", [ISOAPPLET, MANAGE, None], ids=["selected anew", "other applet", "reset"]
)


def end_session(client: Client, how: str | None) -> None:
    if how is None:
        client.card.reset()
    else:
        client.send(how)


# Versions, and the two kinds of ECDSA


def test_who_read_version_0_6_gets_a_hash_and_a_signature() -> None:
    client = Client()
    client.fetch(ISOAPPLET)
    client.verify(PIN)
    public = generated(client, 1)
    signature, sw = client.sign(1, b"a text of any length, which the card hashes")
    assert sw == OK
    public.verify(signature, b"a text of any length, which the card hashes", ec.ECDSA(hashes.SHA1()))


def test_who_read_version_1_0_gets_a_signature_over_the_digest() -> None:
    client = Client()
    client.fetch(ISOAPPLET)
    client.fetch("00CA010100")
    client.verify(PIN)
    public = generated(client, 1)
    digest = hashlib.sha256(b"a text").digest()
    signature, sw = client.sign(1, digest)
    assert sw == OK
    public.verify(signature, digest, ec.ECDSA(Prehashed(hashes.SHA256())))


def test_the_version_read_last_counts_also_after_a_reset() -> None:
    client = Client()
    client.fetch("00CA010100")
    client.card.reset()
    client.send(ISOAPPLET)  # its answer is not fetched, as from OpenSC 0.24 on
    client.verify(PIN)
    public = generated(client, 1)
    digest = hashlib.sha256(b"a text").digest()
    public.verify(client.sign(1, digest)[0], digest, ec.ECDSA(Prehashed(hashes.SHA256())))


def generated(client: Client, reference: int) -> ec.EllipticCurvePublicKey:
    """The public key of a new key on P-256."""
    client.environment(0x00, EC, reference)
    answer, sw = client.chained("460000", encoded(curve_parameters("secp256r1")))
    assert sw == OK
    point = tlv.find(tlv.parse_one(answer)[0].children(), 0x86)
    assert point is not None
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


# SELECT and the files


def test_everything_can_be_read_without_a_code() -> None:
    client = Client()
    assert client.read(ODF).rstrip(b"\0").hex().upper().startswith("A00A300804063F0050154402")
    assert len(client.read(AODF)) == 1024
    assert client.read(PRKDF) == bytes(2048)


def new_file(fid: str, size: int = 16, kind: str = "01", rights: str = "") -> str:
    """CREATE FILE of a file of this identifier."""
    fields = f"8002{size:04X}8201{kind}8302{fid}" + (f"8608{rights}" if rights else "")
    return f"00E00000{len(fields) // 2 + 2:02X}6F{len(fields) // 2:02X}{fields}"


def test_codes_can_be_changed_on_a_card_whose_directory_of_codes_was_deleted() -> None:
    client = logged_in(PIN)
    client.select("3F005015")
    assert client.send("00E40000024401") == OK
    assert client.change(PIN, FACTORY[PIN], "new pin") == OK
    assert client.reset_code(QPIN, FACTORY[PUK], "new qpin") == OK


# Giving a code


@pytest.mark.fact("PQ-02")
@EACH_CODE
def test_the_factory_values_are_right(reference: int) -> None:
    client = Client()
    assert client.verify(reference, {PIN: "12345678", PUK: "87654321", QPIN: "12345678"}[reference]) == OK
    assert client.query(reference) == OK


@pytest.mark.fact("PQ-05")
def test_the_factory_pin_logs_in_so_that_it_can_be_changed() -> None:
    client = logged_in(PIN)
    assert client.make_key(1) == OK
    assert client.change(PIN, "12345678", "4711") == OK
    assert client.verify(PIN, "12345678") == "63C2"
    assert client.verify(PIN, "4711") == OK


def test_a_query_tells_the_tries_and_costs_none() -> None:
    client = Client()
    for _ in range(5):
        assert client.query(PIN) == "63C3"
        assert client.query(PUK) == "63C5"
        assert client.query(QPIN) == "63C3"
    client.verify(PIN, "wrong")
    assert client.query(PIN) == "63C2"


def test_a_code_that_is_not_set_answers_otherwise_than_a_blocked_one() -> None:
    profile = proid_q()
    qpin = profile.codes["qpin"].model_copy(update={"factory": None})
    profile = profile.model_copy(update={"codes": {**profile.codes, "qpin": qpin}})
    client = Client(new_card(profile))
    assert client.query(QPIN) == NOT_USABLE
    assert client.verify(QPIN, "12345678") == NOT_USABLE
    assert client.change(QPIN, "12345678", "new qpin") == NOT_USABLE
    assert client.reset_code(QPIN, FACTORY[PUK], "new qpin") == "6985"
    assert client.card.state.codes["qpin"].tries_left == 3


# Changing


def test_a_changed_code_has_to_be_given_again() -> None:
    client = logged_in(PIN)
    client.change(PIN, FACTORY[PIN], "4711")
    assert client.query(PIN) == "63C3"
    assert client.make_key(1) == NOT_ALLOWED


# Unblocking


def test_nothing_unblocks_the_puk() -> None:
    client = Client()
    client.block(PUK)
    assert client.reset_code(PUK, FACTORY[PUK], "8765432100") == "6985"


# The end


@pytest.mark.fact("PQ-06")
@pytest.mark.parametrize("alive", [PIN, PUK, QPIN], ids=["pin", "puk", "qpin"])
def test_two_blocked_codes_are_not_the_end(alive: int) -> None:
    client = Client()
    for reference in {PIN, PUK, QPIN} - {alive}:
        client.block(reference)
    assert client.verify(alive) == OK


# Single use of QPIN


@pytest.mark.fact("PQ-03")
def test_qpin_is_asked_for_at_every_signature() -> None:
    client = logged_in(PIN, QPIN)
    assert client.make_key(1) == OK
    assert client.sign(1)[1] == NOT_ALLOWED
    for _ in range(2):
        client.verify(QPIN)
        assert client.sign(1)[1] == OK
        assert client.query(QPIN) == "63C3"
        assert client.sign(1)[1] == NOT_ALLOWED


@pytest.mark.fact("PQ-03")
def test_qpin_is_asked_for_to_make_a_key_in_its_area() -> None:
    client = logged_in(PIN)
    client.make_key(1)
    client.verify(QPIN)
    client.make_key(2)
    client.make_key(3)
    assert [item.area for item in client.items] == ["general", "cc", "general"]


def test_qpin_alone_makes_no_key_and_is_not_used_up_by_trying() -> None:
    client = logged_in(QPIN)
    assert client.make_key(1) == NOT_ALLOWED
    assert client.query(QPIN) == OK


def test_pin_signs_as_often_as_one_likes_and_uses_no_qpin_up() -> None:
    client = logged_in(PIN)
    client.make_key(1)
    client.verify(QPIN)
    assert [client.sign(1)[1] for _ in range(3)] == [OK] * 3
    assert client.query(QPIN) == OK


def test_pin_is_no_qpin() -> None:
    client = logged_in(PIN, QPIN)
    client.make_key(1)
    assert client.query(PIN) == OK
    assert client.sign(1)[1] == NOT_ALLOWED


def test_a_signature_that_fails_uses_no_qpin_up() -> None:
    client = logged_in(PIN, QPIN)
    client.make_key(1)
    client.verify(QPIN)
    assert client.sign(1, b"\1" * 20, algorithm=0x11)[1] == "6A80"  # RSA with an EC key
    assert client.sign(1)[1] == OK


@SESSION_ENDS
def test_rights_end_with_the_session(ends: str | None) -> None:
    client = logged_in(PIN, QPIN)
    end_session(client, ends)
    client.send(ISOAPPLET)
    assert client.query(PIN) == "63C3"
    assert client.query(QPIN) == "63C3"
    assert client.make_key(1) == NOT_ALLOWED


# The CC area


def full_cc_area() -> Client:
    """Two keys in the CC area, both listed; PIN and QPIN given."""
    client = logged_in(PIN, QPIN)
    assert client.make_key(1) == OK
    assert client.verify(QPIN) == OK
    assert client.make_key(2) == OK
    client.list_keys(key_entry(1, b"one"), key_entry(2, b"two"))
    client.leave()
    assert client.verify(QPIN) == OK
    return client


@pytest.mark.fact("PQ-13")
def test_a_third_key_in_the_cc_area_is_refused_and_nothing_changes() -> None:
    client = full_cc_area()
    with unchanged(client):
        assert client.make_key(3) == "6A84"
    assert client.import_key(3, generate_ec(ec.SECP256R1())) == "6A84"
    assert client.query(QPIN) == OK
    assert client.sign(1)[1] == OK


@pytest.mark.fact("PQ-14")
def test_keys_without_certificates_take_the_places_too() -> None:
    client = logged_in(PIN, QPIN)
    client.make_key(1)
    client.verify(QPIN)
    client.make_key(2)
    assert [item.paired for item in client.items] == [False, False]
    client.verify(QPIN)
    assert client.make_key(3) == "6A84"


@pytest.mark.fact("PQ-13")
def test_a_key_and_its_certificate_share_one_place() -> None:
    client = logged_in(PIN, QPIN)
    client.make_key(1)
    client.list_keys(key_entry(1, b"one"))
    client.list_certificates(certificate_entry(b"one"))
    client.leave()
    assert [item.paired for item in client.items] == [True]
    assert client.used("cc") == 1
    client.verify(QPIN)
    assert client.make_key(2) == OK


def test_a_key_listed_no_more_is_gone_and_its_place_free() -> None:
    client = full_cc_area()
    client.list_keys(key_entry(2, b"two"))
    client.leave()
    assert client.used("cc") == 1
    assert client.sign(1)[1] == "6A88"
    assert client.make_key(3) == OK
    assert [item.number for item in client.items] == [2, 3]


def test_a_place_stays_taken_while_the_certificate_is_there() -> None:
    client = full_cc_area()
    client.list_certificates(certificate_entry(b"one"))
    client.list_keys(key_entry(2, b"two"))
    client.leave()
    assert client.used("cc") == 2
    assert client.make_key(3) == "6A84"
    client.list_certificates()
    client.leave()
    assert client.used("cc") == 1
    assert client.make_key(3) == OK


def test_a_full_cc_area_leaves_the_general_one_free() -> None:
    client = full_cc_area()
    client.card.reset()
    client.verify(PIN)
    assert client.make_key(3) == OK
    assert client.items[-1].area == "general"


# Keys never listed


@pytest.mark.fact("PQ-14")
def test_a_key_never_listed_holds_its_place_also_when_its_reference_is_taken_again() -> None:
    client = logged_in(PIN, QPIN)
    client.make_key(1)
    client.verify(QPIN)
    assert client.make_key(1) == OK
    client.list_keys(key_entry(1, b"one"))
    client.leave()
    assert [(item.number, item.listed) for item in client.items] == [(1, False), (2, True)]
    assert client.used("cc") == 2
    client.verify(QPIN)
    assert client.make_key(2) == "6A84"


def test_such_a_key_is_cleared_by_listing_it_by_its_spare_reference_and_unlisting_it() -> None:
    client = logged_in(PIN, QPIN)
    client.make_key(1)
    client.verify(QPIN)
    client.make_key(1)
    client.list_keys(key_entry(1, b"one"), key_entry(0x40, b"left over"))
    client.leave()
    client.list_keys(key_entry(1, b"one"))
    client.leave()
    assert [(item.number, item.listed) for item in client.items] == [(2, True)]
    assert client.used("cc") == 1


def test_the_reference_names_the_later_key() -> None:
    client = logged_in(PIN)
    client.fetch("00CA010100")
    generated(client, 1)
    later = generated(client, 1)
    digest = bytes(range(32))
    later.verify(client.sign(1, digest)[0], digest, ec.ECDSA(Prehashed(hashes.SHA256())))


def test_a_listed_reference_is_not_taken_again() -> None:
    client = full_cc_area()
    client.card.reset()
    assert client.make_key(1) == "6982"  # which tells a stranger nothing
    client.verify(PIN)
    with unchanged(client):
        assert client.make_key(1) == "6A89"


# Half-written directories


def rewritings() -> Iterator[tuple[str, list[bytes], list[bytes]]]:
    """What a directory listed before, and what it will list: keys 1, 2 and 3 less some, with labels of all lengths."""
    for name, labels in (
        ("alike", ["key"] * 3),
        ("long first", ["k" * 60, "key", "k"]),
        ("long last", ["k", "", "k" * 60]),
    ):
        one, two, three = (key_entry(n + 1, bytes([n + 1]) * 20, label=label) for n, label in enumerate(labels))
        yield f"first of three, {name}", [one, two, three], [two, three]
        yield f"second of three, {name}", [one, two, three], [one, three]
        yield f"third of three, {name}", [one, two, three], [one, two]
        yield f"two of three, {name}", [one, two, three], [two]
        yield f"one added, {name}", [one, two], [one, two, three]


@pytest.mark.parametrize(("before", "after"), [pytest.param(b, a, id=name) for name, b, a in rewritings()])
@pytest.mark.parametrize("part", [1, 7, 32, 64, 128, 240])
@pytest.mark.parametrize("interruption", ["reset", "left"])
def test_a_directory_written_in_parts_with_a_reset_between_any_two_loses_no_key(
    before: list[bytes], after: list[bytes], part: int, interruption: str
) -> None:
    client = logged_in(PIN)
    for reference in (1, 2, 3):
        assert client.make_key(reference) == OK
    client.list_keys(*before)
    client.leave()
    staying = {client.items[position].number for position in range(3) if references(before, after, position + 1)}
    whole = directory(after)
    written = len(b"".join(before + after)) + part
    for at in range(0, written, part):
        client.verify(PIN)
        client.select(PRKDF)
        piece = whole[at : at + part]
        assert client.send(f"00D6{at:04X}{len(piece):02X}{piece.hex()}") == OK
        if interruption == "reset":
            client.card.reset()
        else:
            client.leave()
        assert staying <= {item.number for item in client.items}
    assert {item.number for item in client.items} == staying
    assert all(client.sign(number)[1] == OK for number in staying if client.verify(PIN) == OK)


def references(before: list[bytes], after: list[bytes], reference: int) -> bool:
    """Whether a key stays: it is listed afterwards, or never was."""

    def lists(entries: list[bytes]) -> bool:
        return any(bytes([reference]) * 20 in entry for entry in entries)

    return lists(after) or not lists(before)


@pytest.mark.parametrize("rubbish", [b"\x30", b"\xff" * 40, b"\x30\x82\xff\xff", b"\0" * 20 + b"\x01"])
def test_an_unreadable_directory_takes_no_key_away(rubbish: bytes) -> None:
    client = full_cc_area()
    client.write(PRKDF, rubbish)
    client.card.reset()
    assert len(client.items) == 2


@pytest.mark.parametrize("path", [PRKDF, CDF, ODF])
def test_a_deleted_directory_takes_no_key_away(path: str) -> None:
    client = full_cc_area()
    client.select("3F005015")
    assert client.send(f"00E4000002{path[-4:]}") == OK
    client.card.reset()
    assert len(client.items) == 2


def test_a_directory_made_anew_takes_no_key_away_before_something_is_written_there() -> None:
    client = full_cc_area()
    client.select("3F005015")
    client.send("00E40000024402")
    assert client.send(new_file("4402", size=2048)) == OK
    client.card.reset()
    assert len(client.items) == 2


# The rest


@pytest.mark.parametrize("length", ["08", "10", "FF", "00"])
def test_a_challenge_is_as_long_as_asked_for_and_never_the_same(length: str) -> None:
    client = Client()
    one, other = (client.send(f"00840000{length}") for _ in range(2))
    assert one[-4:] == OK
    assert len(one) == 2 * (int(length, 16) or 256) + 4
    assert one != other


def test_signing_needs_an_environment_for_signing() -> None:
    client = logged_in(PIN)
    client.make_key(1)
    client.card.reset()
    client.verify(PIN)
    assert client.send("002A9E9A0401020304") == "6985"
    client.environment(0xB8, 0x11, 1)
    assert client.send("002A9E9A0401020304") == "6985"
    client.environment(SIGN, ECDSA, 1)
    assert client.send("002A9E9A") == "6700"
    assert client.send("002A9E9A0401020304")[-4:-2] == "61"


# What a stranger can't do


def test_a_key_is_not_looked_at_before_the_law_lets_it_in() -> None:
    client = Client()
    assert client.environment(0x00, 0xF3, 1) == OK
    huge = ((1 << 9689) - 1, (1 << 9941) - 1, 1, 3, 3)
    fields = [(0x92 + index, number.to_bytes(1300)) for index, number in enumerate(huge)]
    _, sw = client.chained("DB3FFF", tlv.encode(0x7F48, encoded(fields)))
    assert sw == "6A80"
    # Parts of the right length that are no key's: only who is logged in learns so.
    fields = [(0x92 + index, b"\xff" * 128) for index in range(5)]
    assert client.chained("DB3FFF", tlv.encode(0x7F48, encoded(fields)))[1] == "6982"
    client.verify(PIN)
    assert client.chained("DB3FFF", tlv.encode(0x7F48, encoded(fields)))[1] == "6A80"


def test_a_file_created_without_rights_is_the_holders() -> None:
    client = logged_in(PIN)
    client.select("3F005015")
    assert client.send("00E0000009 6F07 820138 83027101".replace(" ", "")) == OK
    client.card.reset()
    client.select("3F0050157101")
    assert client.send(new_file("3101")) == "6982"


def test_memory_never_runs_over_also_where_the_profile_gives_none() -> None:
    client = logged_in(PIN)
    client.select("3F005015")
    answers = []
    for number in range(40):
        client.select("3F005015")
        answers.append(client.send(new_file(f"{0x7200 + number:04X}", size=0x7FFF)))
    assert answers == [OK] * 30 + ["6A84"] * 10


@pytest.mark.parametrize("first_entry_written", [False, True])
def test_a_directory_created_anew_and_cut_off_is_never_judged(first_entry_written: bool) -> None:
    client = full_cc_area()
    one, two = key_entry(1, b"one"), key_entry(2, b"two")
    client.select("3F0050154402")
    client.verify(PIN)
    assert client.send("00E40000") == OK
    client.select("3F005015")
    assert client.send(new_file("4402", size=2048)) == OK
    if first_entry_written:
        client.select("3F0050154402")
        client.send(f"00D60000{len(one):02X}" + one.hex())
    client.card.reset()
    assert [item.listed for item in client.items] == [True, True]
    client.verify(PIN)
    client.list_keys(one, two)
    client.leave()
    assert client.used("cc") == 2
