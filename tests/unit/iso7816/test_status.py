from collections.abc import Callable

import pytest
from stuntcard.iso7816.status import StatusWord, bytes_remaining, describe, tries_left, wrong_le


@pytest.mark.parametrize(
    ("function", "numbers"),
    [
        (tries_left, {0: 0x63C0, 3: 0x63C3, 15: 0x63CF}),
        (bytes_remaining, {1: 0x6101, 255: 0x61FF, 256: 0x6100, 4000: 0x6100}),
        (wrong_le, {1: 0x6C01, 255: 0x6CFF, 256: 0x6C00}),
    ],
)
def test_status_words_that_carry_a_number(function: Callable[[int], int], numbers: dict[int, int]) -> None:
    assert {number: function(number) for number in numbers} == numbers


@pytest.mark.parametrize(
    ("function", "number"),
    [(tries_left, -1), (tries_left, 16), (bytes_remaining, 0), (wrong_le, 0), (wrong_le, 257)],
)
def test_numbers_that_do_not_fit_are_refused(function: Callable[[int], int], number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        function(number)


@pytest.mark.parametrize(
    ("sw", "words"),
    [
        (0x9000, "done"),
        (0x6983, "authentication method blocked"),
        (0x63C2, "verification failed, tries left: 2"),
        (0x63C3, "verification failed, tries left: 3"),
        (0x6111, "bytes waiting for GET RESPONSE: 17"),
        (0x6110, "bytes waiting for GET RESPONSE: 16"),
        (0x6100, "bytes waiting for GET RESPONSE: 256 or more"),
        (0x6C05, "wrong Le, the right one is 5"),
        (0x6C00, "wrong Le, the right one is 256"),
        (0x9123, "unknown status word 9123"),
        (0x0001, "unknown status word 0001"),
    ],
)
def test_describe(sw: int, words: str) -> None:
    assert describe(sw) == words


def test_every_named_status_word_is_described() -> None:
    assert [sw.name for sw in StatusWord if "unknown" in describe(sw)] == []
    assert len({describe(sw) for sw in StatusWord}) == len(StatusWord)
