from __future__ import annotations

from typing import NoReturn

import pytest
from stuntcard.trace.decode import Decoded, Decoder

from tests.unit.trace.sessions import CODES

DIRECTORY = bytes.fromhex("6F04820238FF9000")
FILE = bytes.fromhex("6F04820201FF9000")


def words(*exchanges: tuple[str, str]) -> list[str]:
    """What each command is about."""
    decoder = Decoder(CODES)
    return [decoder.decode(bytes.fromhex(sent), bytes.fromhex(answer)).about for sent, answer in exchanges]


def last(*exchanges: tuple[str, str]) -> str:
    return words(*exchanges)[-1]


def test_a_command_in_words() -> None:
    decoded = Decoder(CODES).decode(bytes.fromhex("0020000304") + bytes(4), bytes.fromhex("63C2"))
    assert decoded == Decoded("VERIFY", "verification failed, tries left: 2", 0x63C2, code="QPIN")
    assert decoded.as_dict() == {
        "command": "VERIFY",
        "code": "QPIN",
        "status": "verification failed, tries left: 2",
    }


@pytest.mark.parametrize(
    ("command", "about"),
    [
        ("0020000104" + "00" * 4, "PIN"),
        ("0020008104" + "00" * 4, "PIN"),
        ("0020000904" + "00" * 4, "code 09"),
        ("00200001", "PIN how it stands"),
        ("8C24001114" + "00" * 20, "IOK"),
        ("002A9E9A01AA", "compute digital signature"),
        ("002241B60680011184010F", "signature, key 0F"),
        ("00CA010103", "object 0101"),
        ("805A0102", "CLA 80, P1-P2 0102"),
        ("10DB3FFF0100", "object 3FFF (more follows)"),
    ],
)
def test_what_a_command_is_about(command: str, about: str) -> None:
    assert last((command, "9000")) == about


def test_the_current_file_follows_each_select() -> None:
    assert words(
        ("00A4040C0CF276A288BCFBA69D34F31001", "9000"),
        ("00A40000025015", DIRECTORY.hex()),
        ("00A40000024402", FILE.hex()),
        ("00B0010000", "9000"),
        ("00A40000024404", FILE.hex()),
        ("00D6000001AA", "9000"),
        ("00A40000023F00", DIRECTORY.hex()),
    ) == ["IsoApplet", "5015 PKCS#15", "5015/4402 PrKDF", "5015/4402 PrKDF from 256", "5015/4404 CDF",
          "5015/4404 CDF from 0", "MF"]  # fmt: skip


def test_a_failed_select_leaves_the_current_file() -> None:
    select = ("00A4080C022F00", "9000")
    assert last(select, ("00A4080C021234", "6A82"), ("00B0000000", "9000")) == "2F00 EF.DIR from 0"


def test_a_directory_is_known_by_the_answer_fetched_later() -> None:
    select = ("00A4080004" + "50151111", "6108")
    fetch = ("00C0000008", DIRECTORY.hex())
    assert last(select, fetch, ("00A4020C022222", "9000")) == "5015/1111/2222"


def test_a_reset_makes_the_current_file_unknown() -> None:
    decoder = Decoder(CODES)
    decoder.decode(bytes.fromhex("00A4080C022F00"), b"\x90\x00")
    decoder.reset()
    assert decoder.decode(bytes.fromhex("00B0000000"), b"\x69\x86").about == "from 0"


def test_no_answer_has_no_status_word() -> None:
    decoded = Decoder({}).decode(bytes.fromhex("00B0000000"), b"")
    assert (decoded.status, decoded.sw) == ("no answer", None)


def test_a_root_that_says_it_is_no_directory_is_one() -> None:
    root = ("00A40000023F00", "6F038201019000")
    assert words(root, ("00A4080C045015" + "4402", "9000")) == ["MF", "5015/4402 PrKDF"]


class BrokenNames(dict[int, str]):
    def get(self, *_: object) -> NoReturn:
        raise LookupError


def test_what_the_decoder_fails_at_is_marked_and_it_goes_on() -> None:
    decoder = Decoder(BrokenNames())
    failed = decoder.decode(bytes.fromhex("0020000108") + bytes(8), b"\x63\xc2")
    assert (failed.command, failed.status, failed.sw) == ("a command that can't be read", "63C2", 0x63C2)
    assert decoder.decode(bytes.fromhex("00A40000023F00"), b"\x90\x00").about == "MF"
