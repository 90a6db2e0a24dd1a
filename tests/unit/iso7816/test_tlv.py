import pytest
from hypothesis import given
from hypothesis import strategies as st
from stuntcard.iso7816.tlv import Tlv, TlvError, encode, encode_length, find, parse, parse_one


@pytest.mark.parametrize(
    ("length", "field"),
    [
        (0, "00"),
        (0x7F, "7F"),
        (0x80, "8180"),
        (0xFF, "81FF"),
        (0x100, "820100"),
        (0xFFFF, "82FFFF"),
        (0x10000, "83010000"),
        (0xFFFFFFFF, "84FFFFFFFF"),
    ],
)
def test_lengths(length: int, field: str) -> None:
    assert encode_length(length) == bytes.fromhex(field)


@pytest.mark.parametrize("length", [-1, 1 << 32])
def test_lengths_out_of_range_are_refused(length: int) -> None:
    with pytest.raises(TlvError, match=f"^a length is 0 to 4294967295, not {length}$"):
        encode_length(length)


@pytest.mark.parametrize(
    ("tag", "value", "raw"),
    [
        (0x01, b"", "0100"),
        (0x81, b"\x01\x00", "81020100"),
        (0x04, b"", "0400"),
        (0x58, b"\x58", "580158"),
        (0x5F1E, b"", "5F1E00"),  # more bytes than needed
        (0x5F2D, b"cs", "5F2D026373"),
        (0x7F49, b"\x81\x00", "7F49028100"),
        (0x5F8101, b"x", "5F81010178"),
        (0xFF20, b"", "FF2000"),
        (0x53, bytes(200), "5381C8" + "00" * 200),
    ],
)
def test_objects(tag: int, value: bytes, raw: str) -> None:
    assert encode(tag, value) == bytes.fromhex(raw)
    assert Tlv(tag, value).encode() == bytes.fromhex(raw)
    assert parse(bytes.fromhex(raw)) == (Tlv(tag, value),)


@pytest.mark.parametrize(
    ("tags", "complaint"),
    [
        ((0, -1, 0x1000000, 0x1F818181), "^tag (-?0x[0-9a-f]+) is not 1 to 3 bytes$"),
        ((0x8182, 0x5F2D01), "^[0-9A-F]+ is not one tag$"),
        ((0x5F, 0x7F81), "^the tag at 0 breaks off$"),
    ],
)
def test_numbers_that_are_not_one_tag_are_refused(tags: tuple[int, ...], complaint: str) -> None:
    for tag in tags:
        with pytest.raises(TlvError, match=complaint):
            encode(tag, b"")


def test_file_control_information_is_taken_apart() -> None:
    (fci,) = parse(bytes.fromhex("6F0E 80020010 820101 83025015 8A0105"))
    assert fci.tag == 0x6F
    assert fci.constructed
    children = fci.children()
    assert children == (
        Tlv(0x80, b"\x00\x10"),
        Tlv(0x82, b"\x01"),
        Tlv(0x83, b"\x50\x15"),
        Tlv(0x8A, b"\x05"),
    )
    assert not children[0].constructed
    assert find(children, 0x83) == b"\x50\x15"
    assert find(children, 0x84) is None


def test_find_gives_the_first_of_equal_tags_and_does_not_look_inside() -> None:
    tlvs = parse(bytes.fromhex("3003810100 810101 810102"))
    assert find(tlvs, 0x81) == b"\x01"


def test_the_class_bit_of_the_first_tag_byte_tells_constructed() -> None:
    assert Tlv(0x7F49, b"").constructed
    assert not Tlv(0x5F49, b"").constructed


def test_parse_one_gives_the_rest() -> None:
    assert parse_one(bytes.fromhex("8101AA9000")) == (Tlv(0x81, b"\xaa"), b"\x90\x00")


def test_nothing_is_no_objects() -> None:
    assert parse(b"") == ()


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        ("81", "^a tag is there, but no length follows$"),
        ("8102AA", "2 bytes by its length, but 1 follow"),
        ("81 80", "length byte 80"),
        ("81 85 0000000001 AA", "length byte 85"),
        ("81 FF", "length byte FF"),
        ("81 82 01", "^a length breaks off$"),
        ("5F", "breaks off"),
        ("5F81", "breaks off"),
        ("5F818101", "longer than 3 bytes"),
        ("0000", "no tag"),
        ("8100 00", "no tag"),
    ],
)
def test_malformed_objects_are_refused(raw: str, complaint: str) -> None:
    with pytest.raises(TlvError, match=complaint):
        parse(bytes.fromhex(raw))


def test_parse_one_of_nothing_is_refused() -> None:
    with pytest.raises(TlvError, match=r"^a data object was expected, but no byte is left$"):
        parse_one(b"")


def test_padding_is_skipped_only_when_asked_for() -> None:
    raw = bytes.fromhex("00 8101AA 0000 8201BB FFFF")
    assert parse(raw, padding=b"\x00\xff") == (Tlv(0x81, b"\xaa"), Tlv(0x82, b"\xbb"))
    with pytest.raises(TlvError):
        parse(raw, padding=b"\x00")
    with pytest.raises(TlvError):
        parse(raw)


def test_padding_inside_a_constructed_object() -> None:
    assert Tlv(0x30, bytes.fromhex("00810100")).children(padding=b"\x00") == (Tlv(0x81, b"\x00"),)


@pytest.mark.parametrize("raw", ["818101AA", "81820001AA", "8183000001AA", "5F1E00", "5F800100"])
def test_only_strict_reading_refuses_more_bytes_than_needed(raw: str) -> None:
    assert len(parse(bytes.fromhex(raw))) == 1
    assert Tlv(0x30, bytes.fromhex(raw)).children() == (parse_one(bytes.fromhex(raw))[0],)
    with pytest.raises(TlvError, match="more bytes than it needs"):
        parse(bytes.fromhex(raw), strict=True)
    with pytest.raises(TlvError, match="more bytes than it needs"):
        parse_one(bytes.fromhex(raw), strict=True)
    with pytest.raises(TlvError, match="more bytes than it needs"):
        Tlv(0x30, bytes.fromhex(raw)).children(strict=True)


@pytest.mark.parametrize("raw", ["5F1F00", "5F810100", "5381C8" + "00" * 200])
def test_strict_reading_takes_the_bytes_that_are_needed(raw: str) -> None:
    assert len(parse(bytes.fromhex(raw), strict=True)) == 1


def test_nothing_is_padding_and_nothing_strict_unless_asked_for() -> None:
    raw = bytes.fromhex("580158")
    assert parse(raw) == Tlv(0x30, raw).children() == (Tlv(0x58, b"\x58"),)


def test_a_length_of_four_bytes() -> None:
    assert parse(bytes.fromhex("81 84 00000001 AA")) == (Tlv(0x81, b"\xaa"),)


def _tag(first: int, number: int) -> int:
    """A tag of class and kind as in `first`, with this tag number, in as few bytes as may be."""
    if number < 31:
        return first & 0xE0 | number
    if number < 0x80:
        return (first | 0x1F) << 8 | number
    return (first | 0x1F) << 16 | (number >> 7 | 0x80) << 8 | number & 0x7F


TAGS = st.builds(_tag, st.integers(0, 7).map(lambda top: top << 5), st.integers(0, 0x3FFF)).filter(bool)
TLVS = st.builds(Tlv, TAGS, st.binary(max_size=300))


@given(st.lists(TLVS, max_size=5))
def test_objects_survive_the_way_through_bytes(tlvs: list[Tlv]) -> None:
    raw = b"".join(tlv.encode() for tlv in tlvs)
    assert parse(raw, strict=True) == tuple(tlvs)


@given(TLVS, st.binary(max_size=20))
def test_parse_one_leaves_alone_what_follows(tlv: Tlv, rest: bytes) -> None:
    assert parse_one(tlv.encode() + rest, strict=True) == (tlv, rest)


@given(st.binary(max_size=60), st.sampled_from([b"", b"\x00", b"\x00\xff"]))
def test_any_bytes_parse_or_are_refused(raw: bytes, padding: bytes) -> None:
    try:
        tlvs = parse(raw, padding=padding, strict=True)
    except TlvError:
        return
    if not padding:
        assert b"".join(tlv.encode() for tlv in tlvs) == raw
