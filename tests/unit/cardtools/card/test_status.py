"""What a card tells of itself, read; and what is no such answer, refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from cardtools.card.errors import BadAnswerError
from cardtools.card.status import (
    AreaStatus,
    CardStatus,
    Characters,
    CodeState,
    CodeStatus,
    KeyStatus,
    PartStatus,
    parse_status,
)
from cardtools.common.terms import KeyOrigin
from hypothesis import given
from hypothesis import strategies as st

CARD = "80 01 01 81 07 70726F69642D71 82 08 5354554E54000001 83 01 05"
PIN = (
    "80 03 70696E 81 03 50494E 82 01 01 83 01 01 84 01 02 85 01 03 86 01 03 87 01 01 88 01 04 89 01 0F 8A 01 00 "
    "8B 03 70756B"
)
CC = "80 02 6363 81 07 43432061726561 82 04 7170696E 83 01 02 84 01 00"
PEP = "80 03 706570 81 03 504550 82 01 00"
KEY = "80 01 07 81 02 6363 82 01 00 83 01 01 84 01 01 85 01 02 86 01 21"
CERTIFICATE_ALONE = "80 01 08 81 02 6363 82 01 FF 83 01 00 84 01 00"


def template(tag: str, content: str) -> str:
    return f"{tag} {len(bytes.fromhex(content)):02X} {content}"


def entries(tag: str, *bodies: str) -> str:
    return template(tag, " ".join(template("A0", body) for body in bodies))


def answers(**other: str) -> dict[int, bytes]:
    told = {
        "E0": template("E0", CARD),
        "E1": entries("E1", PIN),
        "E2": entries("E2", CC),
        "E3": entries("E3", PEP),
        "E4": entries("E4", KEY, CERTIFICATE_ALONE),
    } | other
    return {int(tag, 16): bytes.fromhex(text) for tag, text in told.items()}


def test_a_card_is_read_field_by_field() -> None:
    assert parse_status(answers()) == CardStatus(
        profile="proid-q",
        serial="5354554E54000001",
        dead=False,
        codes=(
            CodeStatus(
                "pin", "PIN", 1, CodeState.SET, 2, 3, 3, True, 4, 15, False, "puk", Characters.PRINTABLE, True
            ),
        ),
        areas=(AreaStatus("cc", "CC area", "qpin", 2, 0),),
        parts=(PartStatus("pep", "PEP", False),),
        keys=(
            KeyStatus(7, "cc", KeyOrigin.MADE, True, True, 2, b"\x21"),
            KeyStatus(8, "cc", None, False, False, None, None),
        ),
    )  # fmt: skip


def test_later_fields_are_read_where_there_are_any_and_unknown_ones_skipped() -> None:
    told = parse_status(answers(E1=entries("E1", f"{PIN} 8C 01 01 8D 01 00 5F2D 04 00000000")))
    [code] = told.codes
    assert (code.characters, code.changeable) == (Characters.DIGITS, False)


def test_a_code_off_the_chip_has_no_reference_and_is_not_changed_here() -> None:
    bok = PIN.replace("82 01 01 ", "").replace("8B 03 70756B", "")
    [code] = parse_status(answers(E1=entries("E1", bok))).codes
    assert (code.reference, code.changeable, code.unblocked_by) == (None, False, None)


def test_entries_are_found_by_id() -> None:
    told = parse_status(answers())
    assert told.code("pin").name == "PIN"
    assert told.area("cc").full is False
    assert told.part("pep").lost is False
    key = told.key(b"\x21")
    assert key is not None
    assert key.number == 7
    assert told.key(b"\x22") is None
    with pytest.raises(KeyError):
        told.code("tpin")


@pytest.mark.parametrize(
    "changed",
    [
        {"E0": ""},
        {"E0": "E1 00"},
        {"E0": "E0 03 81 01 FF"},
        {"E1": "E1 02 A0 00"},
        {"E1": entries("E1", PIN.replace("83 01 01", "83 01 07"))},
        {"E1": entries("E1", PIN)[:-2]},
        {"E4": "E4 00 E4 00"},
        {"E4": entries("E4", KEY.replace("82 01 00", "82 01 03"))},
    ],
)
def test_an_answer_that_is_none_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(BadAnswerError):
        parse_status(answers(**changed))


@given(st.sampled_from([0xE0, 0xE1, 0xE2, 0xE3, 0xE4]), st.data())
def test_whatever_a_card_answers_is_read_or_refused(tag: int, data: st.DataObject) -> None:
    told = answers()
    good = told[tag]
    at = data.draw(st.integers(0, len(good) - 1))
    end = data.draw(st.integers(at, len(good)))
    told[tag] = good[:at] + data.draw(st.binary(max_size=8)) + good[end:]
    with suppress(BadAnswerError):
        assert isinstance(parse_status(told), CardStatus)
