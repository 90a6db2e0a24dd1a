import pytest
from hypothesis import given
from hypothesis import strategies as st
from stuntcard.iso7816.apdu import ApduError, Command, Response, parse_command, parse_response

LONG = bytes(range(256)) * 2

FORMS = [
    ("1", "00A40000", Command(0x00, 0xA4, 0x00, 0x00)),
    ("2S", "00B0010210", Command(0x00, 0xB0, 0x01, 0x02, b"", 0x10)),
    ("2S, Le 1", "00B0000001", Command(0x00, 0xB0, 0x00, 0x00, b"", 1)),
    ("2S, Le 256", "00B0000000", Command(0x00, 0xB0, 0x00, 0x00, b"", 256)),
    ("2E", "00B00000000100", Command(0x00, 0xB0, 0x00, 0x00, b"", 256, extended=True)),
    ("2E, Le 65536", "00B00000000000", Command(0x00, 0xB0, 0x00, 0x00, b"", 65536, extended=True)),
    ("3S", "002000810431323334", Command(0x00, 0x20, 0x00, 0x81, b"1234")),
    ("3S, Lc 255", "00D60000FF" + "AB" * 255, Command(0x00, 0xD6, 0x00, 0x00, b"\xab" * 255)),
    ("3E", "00D60000000200" + LONG.hex(), Command(0x00, 0xD6, 0x00, 0x00, LONG, extended=True)),
    ("3E, one byte", "00D6000000000155", Command(0x00, 0xD6, 0x00, 0x00, b"\x55", extended=True)),
    ("4S", "00A40000023F0000", Command(0x00, 0xA4, 0x00, 0x00, b"\x3f\x00", 256)),
    ("4S, Le 5", "00A40000023F0005", Command(0x00, 0xA4, 0x00, 0x00, b"\x3f\x00", 5)),
    ("4E", "002A9E9A000200" + LONG.hex() + "0100", Command(0, 0x2A, 0x9E, 0x9A, LONG, 256, extended=True)),
    ("4E, Le 65536", "002A9E9A000001550000", Command(0, 0x2A, 0x9E, 0x9A, b"\x55", 65536, extended=True)),
]


@pytest.mark.parametrize(("raw", "command"), [form[1:] for form in FORMS], ids=[form[0] for form in FORMS])
def test_the_seven_forms(raw: str, command: Command) -> None:
    assert parse_command(bytes.fromhex(raw)) == command
    assert command.encode() == bytes.fromhex(raw)


@pytest.mark.parametrize(
    ("raw", "sw"),
    [
        ("", 0x6700),
        ("00", 0x6700),
        ("00A400", 0x6700),
        ("FF", 0x6700),
        ("00D600000201", 0x6700),  # Lc 2, one byte follows
        ("00D6000002010203FF", 0x6700),  # Lc 2, four bytes follow: Le cannot have two
        ("00B000000000", 0x6700),  # an extended Le broken off
        ("00D600000000001122", 0x6700),  # extended Lc 0
        ("00D6000000000211", 0x6700),  # extended Lc 2, one byte follows
        ("00D60000000002112233", 0x6700),  # extended Lc 2, then one byte of Le
        ("00D600000000021122334455", 0x6700),  # extended Lc 2, then three bytes of Le
        ("FFA40000", 0x6E00),
        ("FFCA000000", 0x6E00),
        ("00600000", 0x6D00),
        ("009F000000", 0x6D00),
    ],
)
def test_malformed_commands_name_their_status_word(raw: str, sw: int) -> None:
    with pytest.raises(ApduError) as caught:
        parse_command(bytes.fromhex(raw))
    assert caught.value.sw == sw


def test_a_t0_verify_without_data_reads_as_case_2() -> None:
    # T=0 has five header bytes always; the instruction alone tells that P3 = 00 means no data here.
    assert parse_command(bytes.fromhex("0020008100")) == Command(0x00, 0x20, 0x00, 0x81, b"", 256)


@pytest.mark.parametrize(
    ("cla", "chained", "channel", "secure_messaging", "proprietary"),
    [
        (0x00, False, 0, False, False),
        (0x03, False, 3, False, False),
        (0x10, True, 0, False, False),
        (0x0C, False, 0, True, False),
        (0x04, False, 0, True, False),
        (0x1D, True, 1, True, False),
        (0x30, False, 0, False, False),  # reserved
        (0x40, False, 4, False, False),
        (0x4F, False, 19, False, False),
        (0x50, True, 4, False, False),
        (0x60, False, 4, True, False),
        (0x71, True, 5, True, False),
        (0x80, False, 0, False, True),
        (0x9C, False, 0, False, True),
    ],
)
def test_what_the_class_byte_says(
    cla: int, chained: bool, channel: int, secure_messaging: bool, proprietary: bool
) -> None:
    command = Command(cla, 0xA4, 0, 0)
    assert command.chained == chained
    assert command.channel == channel
    assert command.secure_messaging == secure_messaging
    assert command.proprietary == proprietary


def test_p1p2_is_one_number() -> None:
    assert Command(0x00, 0xB0, 0x12, 0x34).p1p2 == 0x1234


def test_lengths_too_great_for_the_short_form_are_sent_extended() -> None:
    assert Command(0, 0xB0, 0, 0, b"", 257).encode() == bytes.fromhex("00B00000000101")
    assert Command(0, 0xD6, 0, 0, bytes(256)).encode() == bytes.fromhex("00D60000000100") + bytes(256)
    assert Command(0, 0xD6, 0, 0, bytes(65535)).encode() == bytes.fromhex("00D6000000FFFF") + bytes(65535)


def test_a_command_without_data_and_le_has_no_lengths_of_either_form() -> None:
    assert Command(0x00, 0xA4, 0x00, 0x00, extended=True).encode() == bytes.fromhex("00A40000")


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (Command(0, 0xB0, 0, 0, b"", 0), "Le is 1 to 65536 or absent, not 0"),
        (Command(0, 0xB0, 0, 0, b"", 65537), "Le is 1 to 65536 or absent, not 65537"),
        (Command(0, 0xD6, 0, 0, bytes(65536)), "a command carries at most 65535 bytes of data, not 65536"),
        (Command(0, 0xD6, 0, 256), r"bytes must be in range\(0, 256\)"),
    ],
)
def test_what_cannot_be_encoded_is_refused(command: Command, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}$"):
        command.encode()


def test_an_apdu_error_says_what_it_means() -> None:
    assert str(ApduError(0x6700)) == "6700: wrong length"


def test_responses() -> None:
    assert Response(0x9000).encode() == bytes.fromhex("9000")
    assert Response(0x6282, b"\x01\x02").encode() == bytes.fromhex("01026282")
    assert parse_response(bytes.fromhex("01026282")) == Response(0x6282, b"\x01\x02")
    assert parse_response(bytes.fromhex("6A82")) == Response(0x6A82)


@pytest.mark.parametrize("raw", [b"", b"\x90"])
def test_a_response_without_status_word_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="at least two bytes"):
        parse_response(raw)


BYTE = st.integers(0, 255)


@given(
    cla=st.integers(0, 254),
    ins=BYTE.filter(lambda ins: ins >> 4 not in (6, 9)),
    p1=BYTE,
    p2=BYTE,
    data=st.one_of(st.binary(max_size=300), st.sampled_from([bytes(255), bytes(256), bytes(65535)])),
    le=st.one_of(st.none(), st.sampled_from([1, 255, 256, 257, 65535, 65536]), st.integers(1, 65536)),
    extended=st.booleans(),
)
def test_a_command_survives_the_way_through_bytes(
    cla: int, ins: int, p1: int, p2: int, data: bytes, le: int | None, extended: bool
) -> None:
    parsed = parse_command(Command(cla, ins, p1, p2, data, le, extended).encode())
    assert (parsed.cla, parsed.ins, parsed.p1, parsed.p2) == (cla, ins, p1, p2)
    assert (parsed.data, parsed.le) == (data, le)


@given(st.binary(max_size=600))
def test_bytes_that_parse_encode_to_the_same_bytes(raw: bytes) -> None:
    try:
        command = parse_command(raw)
    except ApduError:
        return
    assert command.encode() == raw


@given(st.binary(max_size=300), st.integers(0, 0xFFFF))
def test_a_response_survives_the_way_through_bytes(data: bytes, sw: int) -> None:
    assert parse_response(Response(sw, data).encode()) == Response(sw, data)
