"""Who types what, and what comes of it."""

from __future__ import annotations

import threading

import pytest
from stuntcard.readers.pinpad.pad import EntryError, Failure, KeysError, PinPad, Prompt, parse_keys
from stuntcard.readers.pinpad.structures import Ends, Entry

ENTRY = Entry(4, 8, Ends.WITH_OK, 30, 30)


def always() -> bool:
    return True


def typed(text: str, entry: Entry = ENTRY) -> str:
    return PinPad([parse_keys(text)]).enter(Prompt.CODE, entry, always)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12345678", "12345678"),
        ("1234 ok", "1234"),
        ("12 34", "1234"),
        ("1235 correction 4", "1234"),
        ("correction 1234", "1234"),
        ("123456789", "12345678"),  # it beeps at the ninth
    ],
)
def test_keys_make_a_code(text: str, code: str) -> None:
    assert typed(text) == code


@pytest.mark.parametrize(
    ("text", "failure", "sw"),
    [
        ("12 cancel", Failure.CANCELLED, 0x6401),
        ("cancel", Failure.CANCELLED, 0x6401),
        ("123", Failure.WRONG_LENGTH, 0x6403),
        ("ok", Failure.WRONG_LENGTH, 0x6403),
    ],
)
def test_keys_make_none(text: str, failure: Failure, sw: int) -> None:
    with pytest.raises(EntryError) as raised:
        typed(text)
    assert (raised.value.failure, failure.value) == (failure, sw)


def test_the_longest_code_needs_no_ok() -> None:
    assert typed("12345678 cancel", Entry(4, 8, Ends.AT_MAX | Ends.WITH_OK, 30, 30)) == "12345678"


@pytest.mark.parametrize("text", ["none", "12"])
def test_nobody_types_in_time(text: str) -> None:
    pad = PinPad([parse_keys(text)] if text == "none" else ())
    waiting = threading.Timer(0.1, lambda: pad.press(parse_keys("12 ok")) if text == "12" else None)
    waiting.start()
    with pytest.raises(EntryError) as raised:
        pad.enter(Prompt.CODE, Entry(4, 8, Ends.AT_MAX, 1, 1), always)
    assert raised.value.failure is Failure.TIMED_OUT
    waiting.join()


def test_time_may_be_what_ends_a_code() -> None:
    assert typed("1234 ok", Entry(4, 8, Ends.IN_TIME, 1, 1)) == "1234"


def test_people_type_when_they_are_asked() -> None:
    pad = PinPad()
    assert not pad.press(parse_keys("0000"))  # lost: nothing was asked for
    codes: list[str] = []
    entering = threading.Thread(target=lambda: codes.extend(pad.enter(p, ENTRY, always) for p in Prompt))
    entering.start()
    for prompt, code in zip(Prompt, ("1111", "2222", "3333", "4444"), strict=True):
        while pad.asked is not prompt:
            pass
        assert pad.press(parse_keys(code))
    entering.join()
    assert codes == ["1111", "2222", "3333", "4444"]
    assert pad.asked is None


def test_whose_card_is_gone_is_asked_no_more() -> None:
    pad = PinPad()
    with pytest.raises(EntryError) as raised:
        pad.enter(Prompt.CODE, ENTRY, lambda: False)
    assert raised.value.failure is Failure.CANCELLED
    assert pad.asked is None


@pytest.mark.parametrize("text", ["12a4", "1234 enter", "-1", "١٢٣٤"])
def test_what_names_no_keys(text: str) -> None:
    with pytest.raises(KeysError) as raised:
        parse_keys(text)
    assert text not in str(raised.value)


def test_keys_are_not_shown() -> None:
    assert "1234" not in repr(parse_keys("1234"))
