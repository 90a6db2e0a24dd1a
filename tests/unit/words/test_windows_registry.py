"""The file that tells Windows which driver a card is for, byte by byte."""

from __future__ import annotations

from stuntcard.words.windows_registry import CardEntry, registry_file

CARD = CardEntry("Stuntcard ProID+Q", bytes.fromhex("3B7E94"), r"C:\Program Files\drivers\driver.dll")
KEY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Cryptography\Calais\SmartCards\Stuntcard ProID+Q"


def test_a_card_is_entered() -> None:
    assert registry_file([CARD]).split("\r\n") == [
        "Windows Registry Editor Version 5.00",
        "",
        f"[{KEY}]",
        '"ATR"=hex:3b,7e,94',
        '"ATRMask"=hex:ff,ff,ff',
        '"Crypto Provider"="Microsoft Base Smart Card Crypto Provider"',
        '"Smart Card Key Storage Provider"="Microsoft Smart Card Key Storage Provider"',
        r'"80000001"="C:\\Program Files\\drivers\\driver.dll"',
        "",
        "",
    ]


def test_a_card_is_taken_out_again() -> None:
    assert registry_file([CARD], remove=True) == f"Windows Registry Editor Version 5.00\r\n\r\n[-{KEY}]\r\n\r\n"


def test_a_name_stays_in_its_key() -> None:
    odd = CardEntry(r"a\b", b"\x3b", 'a"b')
    written = registry_file([odd])
    assert r"SmartCards\a/b]" in written
    assert r'"80000001"="a\"b"' in written
