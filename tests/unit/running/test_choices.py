"""Readers as `--reader` names them."""

from __future__ import annotations

import pytest
from stuntcard.running.choices import PcscChoice, ReaderChoice, ReaderChoiceError, VpcdChoice, parse_reader


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("pcsc", PcscChoice()),
        ("vpcd", VpcdChoice("localhost", 35963)),
        ("vpcd:host", VpcdChoice("host", 35963)),
        ("vpcd:host:35964", VpcdChoice("host", 35964)),
        ("vpcd::35964", VpcdChoice("localhost", 35964)),
        ("vpcd:[::1]:35964", VpcdChoice("::1", 35964)),
    ],
)
def test_readers(text: str, choice: ReaderChoice) -> None:
    assert parse_reader(text) == choice


@pytest.mark.parametrize("text", ["", "usb", "pcsc:1", "vpcd:host:0", "vpcd:host:65536", "vpcd:host:x", "VPCD"])
def test_readers_that_there_are_not(text: str) -> None:
    with pytest.raises(ReaderChoiceError, match="expected pcsc, or vpcd"):
        parse_reader(text)
