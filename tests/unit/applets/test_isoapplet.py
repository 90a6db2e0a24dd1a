from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from stuntcard.iso7816 import tlv

from tests.unit.card.cards import (
    EC,
    ISOAPPLET,
    OK,
    PIN,
    PRKDF,
    QPIN,
    Client,
    curve_parameters,
    directory,
    encoded,
    key_entry,
    logged_in,
)

# Versions, and the two kinds of ECDSA


VERSION_0_6, VERSION_1_0 = (ISOAPPLET,), ("00CA010100",)
"""How a client reads that the applet hashes itself, and that it takes a digest."""
HASHED, DIGESTED = ec.ECDSA(hashes.SHA1()), ec.ECDSA(Prehashed(hashes.SHA256()))


@pytest.mark.parametrize(
    ("read", "algorithm"),
    [
        (VERSION_0_6, HASHED),
        (VERSION_0_6 + VERSION_1_0, DIGESTED),
        (VERSION_1_0 + VERSION_0_6, HASHED),
        (VERSION_1_0, DIGESTED),  # the answer to SELECT is not fetched after the reset, as from OpenSC 0.24 on
    ],
)
def test_the_version_read_last_says_what_is_signed_also_after_a_reset(
    read: tuple[str, ...], algorithm: ec.ECDSA
) -> None:
    client = Client()
    for command in read:
        client.fetch(command)
    client.card.reset()
    client.send(ISOAPPLET)
    client.verify(PIN)
    public = generated(client, 1)
    text = hashlib.sha256(b"a text").digest()
    public.verify(client.sign(1, text)[0], text, algorithm)


def generated(client: Client, reference: int) -> ec.EllipticCurvePublicKey:
    """The public key of a new key on P-256."""
    client.environment(0x00, EC, reference)
    answer, sw = client.chained("460000", encoded(curve_parameters("secp256r1")))
    assert sw == OK
    point = tlv.find(tlv.parse_one(answer)[0].children(), 0x86)
    assert point is not None
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def test_a_public_key_comes_with_its_curve_as_it_was_sent_and_one_point() -> None:
    client = logged_in(PIN)
    client.environment(0x00, EC, 1)
    curve = list(curve_parameters("secp256r1"))
    answer, sw = client.chained("460000", encoded([*curve, (0x86, b"of somebody else")]))
    assert sw == OK
    fields = [(field.tag, field.value) for field in tlv.parse_one(answer)[0].children()]
    (point,) = [value for tag, value in fields if tag == 0x86]
    assert (point[0], len(point)) == (0x04, 65)
    assert fields == sorted([*curve, (0x86, point)])


# SELECT and the files


def new_file(fid: str, size: int = 16, kind: str = "01", rights: str = "") -> str:
    """CREATE FILE of a file of this identifier."""
    fields = f"8002{size:04X}8201{kind}8302{fid}" + (f"8608{rights}" if rights else "")
    return f"00E00000{len(fields) // 2 + 2:02X}6F{len(fields) // 2:02X}{fields}"


# Giving a code


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


# Keys never listed


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


# The rest


@pytest.mark.parametrize("length", ["08", "10", "FF", "00"])
def test_a_challenge_is_as_long_as_asked_for_and_never_the_same(length: str) -> None:
    client = Client()
    one, other = (client.send(f"00840000{length}") for _ in range(2))
    assert one[-4:] == OK
    assert len(one) == 2 * (int(length, 16) or 256) + 4
    assert one != other


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
