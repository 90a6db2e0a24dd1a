from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.profile.load import load_profile
from stuntcard.readers.slot import Slot
from stuntcard.running.pcsc import WholeName, numbered_name, pcsc_server, reader_name


def test_the_readers_name_tells_the_card() -> None:
    assert reader_name(load_profile("proid-q")) == "Stuntcard ProID+Q 00 00"


@pytest.mark.parametrize(
    ("label", "shown"),
    [("eObčanka", "eObcanka"), ("Łódź", "_odz"), ("a\nb", "a_b"), ("卡", "_"), ("x" * 200, "x" * 100)],
)
def test_a_readers_name_is_ascii_and_fits(label: str, shown: str) -> None:
    assert numbered_name(label, 10) == f"Stuntcard {shown} 0A 00"


def test_all_readers_of_a_server_have_names_of_their_own(tmp_path: Path) -> None:
    pcsc_server(tmp_path / "s", [("eObčanka", Slot())] * 16)
    with pytest.raises(ValueError, match="at most 16 readers"):
        pcsc_server(tmp_path / "s", [("eObčanka", Slot())] * 17)


def test_a_reader_may_have_a_name_of_another_maker() -> None:
    assert numbered_name(WholeName("Yubico Schlüssel"), 2) == "Yubico Schlussel 02 00"
