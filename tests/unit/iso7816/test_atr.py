from functools import reduce
from operator import xor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stuntcard.iso7816.atr import (
    Atr,
    AtrError,
    Convention,
    InterfaceBytes,
    build_atr,
    check_atr,
    parse_atr,
)

PROID_Q = bytes.fromhex("3B7E9400008025A00000002856801012000114")
TOKENME = bytes.fromhex("3B9F118131FE9F006B42495434494420332E30009000CF")
EOBCANKA = bytes.fromhex("3B7E9400008025D20310010056000000020200")
MYEID = bytes.fromhex("3BF51800008131FE454D794549449A")
ZZZS_PK = bytes.fromhex("3B7F96000080318065B085040120F20002829000")


def test_proid_q_offers_t0_only_and_so_has_no_tck() -> None:
    atr = parse_atr(PROID_Q)
    assert atr == Atr(
        Convention.DIRECT,
        (InterfaceBytes(ta=0x94, tb=0x00, tc=0x00),),
        bytes.fromhex("8025A00000002856801012000114"),
        None,
    )
    assert atr.protocols == (0,)


def test_tokenme_offers_t1_in_two_levels_and_its_tck_is_right() -> None:
    atr = parse_atr(TOKENME)
    assert atr == Atr(
        Convention.DIRECT,
        (InterfaceBytes(ta=0x11, td=0x81), InterfaceBytes(td=0x31), InterfaceBytes(ta=0xFE, tb=0x9F)),
        b"\x00kBIT4ID 3.0\x00\x90\x00",
        0xCF,
    )
    assert atr.protocols == (1,)


@pytest.mark.parametrize("raw", [PROID_Q, TOKENME, EOBCANKA, ZZZS_PK, MYEID])
def test_a_real_atr_is_built_again_from_its_parts(raw: bytes) -> None:
    atr = parse_atr(raw)
    assert build_atr(atr.historical, atr.protocols, interface=atr.levels) == raw


@pytest.mark.parametrize(
    ("historical", "protocols", "interface", "raw"),
    [
        (b"", (0,), [], "3B00"),
        (b"", (1,), [], "3B800181"),
        (b"MyEID", (1,), [], "3B85014D79454944F8"),
        (b"", (0, 1), [], "3B80800101"),
        (b"", (0, 15), [InterfaceBytes(ta=0x11)], "3B9011800F0E"),
        (b"", (0,), [InterfaceBytes(), InterfaceBytes(tc=0x0A)], "3B80400A"),
        (b"", (0,), [InterfaceBytes(tc=0xFF)], "3B40FF"),
    ],
)
def test_built_atrs(historical: bytes, protocols: tuple[int, ...], interface: list[InterfaceBytes], raw: str) -> None:
    assert build_atr(historical, protocols, interface=interface).hex().upper() == raw


def test_an_atr_has_t1_and_the_direct_convention_unless_told_otherwise() -> None:
    assert build_atr(b"a").hex().upper() == "3B810161E1"
    assert build_atr(b"a", (0,), convention=Convention.INVERSE).hex().upper() == "3F0161"


def test_an_atr_of_33_bytes_is_the_longest() -> None:
    longest = build_atr(bytes(15), (0,), interface=[*[InterfaceBytes(1, 2, 3)] * 4, InterfaceBytes()])
    assert len(longest) == 33
    check_atr(longest)


def test_t15_is_no_protocol_but_calls_for_a_tck() -> None:
    atr = parse_atr(bytes.fromhex("3B9011800F0E"))
    assert atr.protocols == (0,)
    assert atr.tck == 0x0E


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        ("", "at least two bytes, TS and T0; this one has 0"),
        ("3B", "this one has 1"),
        ("0300", "TS is 3B or 3F, not 03"),
        (PROID_Q.hex() + "00" * 15, "at most 33 bytes, this one has 34"),
        ("3B10", "breaks off before TA1"),
        ("3B8080", "breaks off before TD2"),
        (PROID_Q[:-1].hex(), "announces 14 historical bytes, but 13 follow"),
        (TOKENME[:-1].hex(), "^TCK is missing; an ATR that names another protocol than T=0 ends with it$"),
        (TOKENME[:-1].hex() + "CE", "TCK is CE, but should be CF"),
        (TOKENME.hex() + "00", "bytes too many at the end of the ATR: 1$"),
        (PROID_Q.hex() + "12", "bytes too many at the end of the ATR: 1; one for T=0 only has no TCK"),
        ("3B800F8F", "^TD1 names T=15, which is not a protocol$"),
    ],
)
def test_a_wrong_atr_is_told_what_is_wrong(raw: str, complaint: str) -> None:
    with pytest.raises(AtrError, match=complaint):
        check_atr(bytes.fromhex(raw))


def test_parts_that_make_no_atr_are_refused() -> None:
    with pytest.raises(AtrError, match="at most 15 historical bytes, not 16"):
        build_atr(bytes(16))
    with pytest.raises(AtrError, match="protocols are"):
        build_atr(b"", ())
    with pytest.raises(AtrError, match="protocols are"):
        build_atr(b"", (16,))
    with pytest.raises(AtrError, match="T=15"):
        build_atr(b"", (15,))
    with pytest.raises(AtrError, match="interface bytes are"):
        build_atr(b"", interface=[InterfaceBytes(ta=256)])
    with pytest.raises(AtrError, match="at most 33 bytes"):
        build_atr(bytes(15), interface=[InterfaceBytes(1, 2, 3)] * 6)


OPTIONAL_BYTE = st.none() | st.integers(0, 255)
LEVELS = st.lists(st.builds(InterfaceBytes, OPTIONAL_BYTE, OPTIONAL_BYTE, OPTIONAL_BYTE), max_size=3)
PROTOCOLS = st.builds(lambda first, more: (first, *more), st.integers(0, 14), st.lists(st.integers(0, 15), max_size=2))


@given(st.binary(max_size=15), PROTOCOLS, LEVELS, st.sampled_from(Convention))
def test_an_atr_survives_the_way_through_bytes(
    historical: bytes, protocols: tuple[int, ...], levels: list[InterfaceBytes], convention: Convention
) -> None:
    raw = build_atr(historical, protocols, interface=levels, convention=convention)
    atr = parse_atr(raw)
    assert atr.convention == convention
    assert atr.historical == historical
    assert atr.protocols == tuple(t for t in dict.fromkeys(protocols) if t != 15)
    assert [(level.ta, level.tb, level.tc) for level in atr.levels[: len(levels)]] == [
        (level.ta, level.tb, level.tc) for level in levels
    ]
    assert all(level == InterfaceBytes(td=level.td) for level in atr.levels[len(levels) :])
    assert (atr.tck is not None) == any(protocols)
    if any(protocols):
        assert reduce(xor, raw[1:]) == 0


@given(st.binary(max_size=40))
def test_any_bytes_are_an_atr_or_are_refused(tail: bytes) -> None:
    raw = b"\x3b" + tail
    try:
        atr = parse_atr(raw)
    except AtrError:
        return
    following = [level.td & 0x0F for level in atr.levels if level.td is not None]
    assert build_atr(atr.historical, following or (0,), interface=atr.levels) == raw
