from __future__ import annotations

from stuntcard.profile.load import load_profile
from stuntcard.running.pcsc import reader_name


def test_the_readers_name_tells_the_card() -> None:
    assert reader_name(load_profile("proid-q")) == "Stuntcard ProID+Q 00 00"
