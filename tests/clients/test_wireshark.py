"""An exported trace as Wireshark's own dissectors read it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from stuntcard.trace.pcapng import as_pcapng

from tests.programs import shown
from tests.unit.trace.sessions import ATR, READ, RIGHT_PIN, SELECT_KEYS, WRONG_QPIN, session

pytestmark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed (Debian: tshark)")

FIELDS = ("frame.protocols", "gsm_sim.apdu.sw", "_ws.col.Info", "frame.comment")


def test_wireshark_takes_apdus_and_atr_apart(tmp_path: Path) -> None:
    file = tmp_path / "session.pcapng"
    file.write_bytes(b"".join(as_pcapng(session([SELECT_KEYS, READ, RIGHT_PIN, WRONG_QPIN]))))
    options = [argument for field in FIELDS for argument in ("-e", field)]
    lines = shown("tshark", "-r", file, "-T", "fields", *options).splitlines()
    atr, select, read, right, wrong = (line.split("\t") for line in lines)
    assert atr[0] == "exported_pdu"
    assert atr[2].startswith("ATR")
    assert atr[3] == f"POWER ON: ATR {ATR.hex().upper()}"
    assert {line[0] for line in (select, read, right, wrong)} == {"ip:udp:gsmtap:gsm_sim"}
    assert [int(line[1], 16) for line in (select, read, right, wrong)] == [0x9000, 0x9000, 0x9000, 0x63C2]
    assert "SELECT" in select[2]
    assert "READ BINARY" in read[2]
    assert "VERIFY" in right[2]
    assert wrong[3] == "VERIFY QPIN: wrong, 2 tries left (masked bytes are shown as 00)"
