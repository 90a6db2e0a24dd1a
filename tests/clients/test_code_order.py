"""What OpenSC makes of the names and the order of a card's codes (docs/profiles.md)."""

from __future__ import annotations

import os
from pathlib import Path

from stuntcard.profile.load import profile_path

from tests.clients.stuntcard_command import StuntcardCommand


def labels(profile: str | Path) -> list[str]:
    listed = StuntcardCommand(dict(os.environ))("exec", str(profile), "--", "pkcs11-tool", "-L").stdout.splitlines()
    return [line.partition(": ")[2] for line in listed if "token label" in line]


def reordered(folder: Path, main: str) -> Path:
    """ProID+Q with QPIN before the others, and PIN called otherwise."""
    text = profile_path("proid-q").read_text("utf-8")
    first, second, end = (text.index(mark) for mark in ("  pin:\n", "  qpin:\n", "areas:\n"))
    file = folder / "reordered.yaml"
    codes = text[second:end].rstrip() + "\n" + text[first:second].replace("name: PIN\n", f"name: {main}\n")
    file.write_text(f"{text[:first]}{codes}{text[end:]}".replace("id: proid-q", "id: reordered"), "utf-8")
    return file


def test_slots_are_in_the_order_of_codes_and_the_one_called_pin_has_the_plain_label(tmp_path: Path) -> None:
    assert labels("proid-q") == ["ProID+Q", "ProID+Q (QPIN)"]
    assert labels(reordered(tmp_path, "PIN")) == ["ProID+Q (QPIN)", "ProID+Q"]
    assert labels(reordered(tmp_path, "Main")) == ["ProID+Q (QPIN)", "ProID+Q (Main)"]
