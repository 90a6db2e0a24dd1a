"""Facts of the source documents that are plain in the law or in what a profile tells people."""

from __future__ import annotations

import pytest
from stuntcard.profile.load import load_profile

EOBCANKA = load_profile("eobcanka")


def notes(profile: str) -> str:
    return " ".join(note.text.en for note in load_profile(profile).notes)


@pytest.mark.fact("PQ-01", "PQ-04", "PQ-28")
def test_what_proid_q_tells_people() -> None:
    told = notes("proid-q")
    for word in ("qualified device", "signatures", "seals", "eIDAS", "EAL4+", "FIPS 140-2", "level 3"):
        assert word in told
    for word in ("contactless", "magnetic stripe", "PKCS#11", "proidqcm11.dll"):
        assert word in told


@pytest.mark.fact("TM-01", "TM-10")
def test_what_tokenme_tells_people() -> None:
    profile = load_profile("tokenme")
    assert "USB token" in profile.about.en
    told = notes("tokenme")
    for word in ("qualified device for signatures", "Bit4id PKI Manager", "store TokenME", ".pfx", "old commercial"):
        assert word in told


@pytest.mark.fact("EO-28")
def test_what_eobcanka_tells_people() -> None:
    assert EOBCANKA.parts["identification"].codes == ("dok", "iok")
    assert set(EOBCANKA.parts["signing"].codes) == {"puk", "pin", "qpin"}
    assert "needs none of PUK, PIN and QPIN" in notes("eobcanka")
