"""What stays out of a trace. A code, a key or a deciphered text must not be in it, however it was sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stuntcard.iso7816.apdu import CHAINING_BIT, Command
from stuntcard.trace.mask import Mask, data_field

OK = b"\x90\x00"
SECRET = b"s3cr3t-c0de-0f-16"

BY_COMMAND = {
    "VERIFY": (0x20, 0x0001),
    "VERIFY, TLV": (0x21, 0x0001),
    "CHANGE REFERENCE DATA": (0x24, 0x0001),
    "RESET RETRY COUNTER": (0x2C, 0x0001),
    "PUT DATA of a private key": (0xDB, 0x3FFF),
    "PUT DATA of an IsoApplet before that": (0xDA, 0x0100),
    "ENVELOPE": (0xC2, 0x0000),
    "IMPORT KEY of Yubico's": (0xFE, 0x079A),
    "SET MANAGEMENT KEY of Yubico's": (0xFF, 0xFFFF),
    "DISABLE VERIFICATION REQUIREMENT": (0x26, 0x0001),
}
by_command = pytest.mark.parametrize(("ins", "p1p2"), BY_COMMAND.values(), ids=BY_COMMAND)


def lines(*exchanges: tuple[bytes, bytes]) -> str:
    mask = Mask()
    return "\n".join(" ".join(mask.write(command, answer)) for command, answer in exchanges)


def hidden(text: str, secret: bytes = SECRET) -> bool:
    return secret.hex().upper() not in text


@by_command
@pytest.mark.parametrize("cla", [0x00, 0x01, 0x0C, 0x80, 0x8C])
def test_data_is_masked_in_every_class_and_header_and_length_stay(ins: int, p1p2: int, cla: int) -> None:
    command = Command(cla, ins, p1p2 >> 8, p1p2 & 0xFF, SECRET)
    start = f"{cla:02X}{ins:02X}{p1p2:04X}{len(SECRET):02X}"
    assert lines((command.encode(), OK)) == start + "**" * len(SECRET) + " 9000"


@by_command
def test_data_is_masked_in_every_form_of_length(ins: int, p1p2: int) -> None:
    p1, p2 = divmod(p1p2, 256)
    for le in (None, 256, 65536):
        for extended in (False, True):
            assert hidden(lines((Command(0, ins, p1, p2, SECRET, le, extended).encode(), OK)))


@by_command
def test_data_is_masked_in_each_part_of_a_chain(ins: int, p1p2: int) -> None:
    p1, p2 = divmod(p1p2, 256)
    parts = [Command(CHAINING_BIT, ins, p1, p2, SECRET[:8]), Command(0, ins, p1, p2, SECRET[8:])]
    text = lines(*((part.encode(), OK) for part in parts))
    assert hidden(text, SECRET[:8])
    assert hidden(text, SECRET[8:])


@by_command
def test_data_is_masked_when_the_length_is_wrong_or_missing(ins: int, p1p2: int) -> None:
    start = bytes([0, ins, *divmod(p1p2, 256)])
    for length in (b"", b"\x03", b"\xff", b"\x00", b"\x00\x00", b"\x00\x00\x03", b"\x00\x00\x00"):
        assert hidden(lines((start + length + SECRET, b"\x67\x00")), SECRET[1:])


def test_a_deciphered_text_is_masked_also_when_it_is_fetched_in_parts() -> None:
    decipher = bytes.fromhex("002A80860500AABBCCDD")
    fetch = bytes.fromhex("00C0000010")
    text = lines((decipher, b"\x61\x20"), (fetch, SECRET + b"\x61\x01"), (fetch, b"\x6c\x01"), (fetch, SECRET + OK))
    assert text.splitlines() == [
        "002A80860500AABBCCDD 6120",
        "00C0000010 " + "**" * len(SECRET) + "6101",
        "00C0000010 6C01",
        "00C0000010 " + "**" * len(SECRET) + "9000",
    ]


def test_after_another_command_answers_are_shown_again() -> None:
    text = lines((bytes.fromhex("002A8086020000"), OK), (bytes.fromhex("00B0000001"), b"\xab" + OK))
    assert text.endswith("AB9000")


def test_what_ciphers_and_signs_is_shown() -> None:
    assert lines((bytes.fromhex("002A9E9A01AA"), b"\xbb" + OK)) == "002A9E9A01AA BB9000"


def test_a_status_query_has_nothing_to_mask() -> None:
    assert lines((bytes.fromhex("00200001"), b"\x63\xc3")) == "00200001 63C3"


def test_a_card_of_its_own_ways_can_have_more_masked() -> None:
    assert Mask({0x5A}).write(bytes.fromhex("805A000002ABCD"), OK) == ("805A000002****", "9000")


@given(st.integers(0, 255), st.integers(0, 65535), st.binary(min_size=1, max_size=300), st.booleans())
def test_the_data_field_is_found(ins: int, le: int, data: bytes, extended: bool) -> None:
    command = Command(0, ins, 0, 0, data, le or None, extended).encode()
    field = data_field(command)
    assert command[field.start : field.stop] == data


@given(st.binary(max_size=300))
def test_anything_can_be_written(command: bytes) -> None:
    text, answer = Mask().write(command, b"")
    assert (len(text), answer) == (2 * len(command), "")


@pytest.mark.parametrize("slot", [0x9A, 0x9D, 0x9E, 0x82, 0x95])
def test_what_a_key_of_piv_may_have_deciphered_is_masked(slot: int) -> None:
    decipher = Command(0x00, 0x87, 0x07, slot, bytes.fromhex("7C06820081020102"), 256).encode()
    assert hidden(lines((decipher, SECRET + OK)))


def test_a_signature_of_piv_and_the_proof_of_its_management_key_are_shown() -> None:
    for slot in (0x9C, 0x9B):
        sign = Command(0x00, 0x87, 0x11, slot, bytes.fromhex("7C06820081020102"), 256).encode()
        assert not hidden(lines((sign, SECRET + OK)))


# What MyEID's command set has beside the others


def test_a_text_to_encipher_and_a_key_agreed_on_are_masked() -> None:
    encipher = Command(CHAINING_BIT, 0x2A, 0x84, 0x80, SECRET, 16).encode()
    assert hidden(lines((encipher, bytes(16) + OK)))
    assert "00" * 16 in lines((encipher, bytes(16) + OK)), "a cryptogram is no secret"
    agree = Command(0x00, 0x86, 0x00, 0x00, bytes.fromhex("7C0385010A"), 32).encode()
    assert hidden(lines((agree, SECRET + OK)))
