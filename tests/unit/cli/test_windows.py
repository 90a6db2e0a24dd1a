"""`stuntcard windows reg`."""

from __future__ import annotations

from pathlib import Path

from stuntcard.applets.registry import ATRS
from stuntcard.profile.load import load_profile, shipped_names

from tests.unit.cli.command_line import stuntcard

OPENSC = r'"80000001"="C:\\Program Files\\OpenSC Project\\OpenSC\\minidriver\\opensc-minidriver.dll"'
IN_BOX = '"80000001"="msclmd.dll"'


def written(atr: str) -> str:
    return "hex:" + ",".join(f"{octet:02x}" for octet in bytes.fromhex(atr))


def test_every_atr_of_every_card_is_entered_once() -> None:
    shown = stuntcard("windows", "reg")
    assert (shown.returncode, shown.stderr) == (0, "")
    atrs = {load_profile(name).atr.value for name in shipped_names()} | set(ATRS.values())
    assert sorted(line for line in shown.stdout.splitlines() if line.startswith('"ATR"')) == sorted(
        f'"ATR"={written(atr)}' for atr in atrs
    )


def test_who_drives_a_card() -> None:
    lines = stuntcard("windows", "reg", "zzzs-pk").stdout.splitlines()
    drivers = {}
    for atr, driver in zip(
        (line for line in lines if line.startswith('"ATR"')),
        (line for line in lines if "80000001" in line),
        strict=True,
    ):
        drivers[atr.removeprefix('"ATR"=')] = driver
    assert drivers == {
        written(ATRS["myeid"]): OPENSC,
        written(ATRS["oseid"]): OPENSC,
        written(ATRS["gids"]): IN_BOX,
        written(ATRS["piv"]): IN_BOX,
        written(load_profile("zzzs-pk").atr.value): OPENSC,
    }


def test_the_file_is_such_as_regedit_writes(tmp_path: Path) -> None:
    file = tmp_path / "cards.reg"
    assert stuntcard("windows", "reg", "--output", str(file), "--minidriver", "own.dll").stdout == ""
    content = file.read_bytes()
    assert content.startswith(b"\xff\xfeW\0i\0n\0")
    text = content.decode("utf-16")
    assert text.startswith("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\")
    assert '"80000001"="own.dll"' in text
    assert "\n" not in text.replace("\r\n", "")


def test_what_was_entered_is_taken_out() -> None:
    entered = [line for line in stuntcard("windows", "reg").stdout.splitlines() if line.startswith("[")]
    removed = [line for line in stuntcard("windows", "reg", "--remove").stdout.splitlines() if line.startswith("[")]
    assert removed == [line.replace("[", "[-") for line in entered]


def test_what_can_not_be_written() -> None:
    wrong = stuntcard("windows", "reg", "nobody")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("there is no profile 'nobody'")
    place = stuntcard("windows", "reg", "--output", "/nowhere/cards.reg")
    assert place.returncode == 2
    assert place.stderr == "--output /nowhere/cards.reg: can't be written: No such file or directory\n"
