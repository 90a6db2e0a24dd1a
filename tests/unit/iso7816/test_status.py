import pytest
from stuntcard.iso7816.status import StatusWord, bytes_remaining, describe, tries_left, wrong_le


@pytest.mark.parametrize(
    ("made", "sw"),
    [
        (tries_left(0), 0x63C0),
        (tries_left(3), 0x63C3),
        (tries_left(15), 0x63CF),
        (bytes_remaining(1), 0x6101),
        (bytes_remaining(255), 0x61FF),
        (bytes_remaining(256), 0x6100),
        (bytes_remaining(4000), 0x6100),
        (wrong_le(1), 0x6C01),
        (wrong_le(255), 0x6CFF),
        (wrong_le(256), 0x6C00),
    ],
)
def test_status_words_that_carry_a_number(made: int, sw: int) -> None:
    assert made == sw


@pytest.mark.parametrize(
    ("function", "number"),
    [
        (tries_left, -1),
        (tries_left, 16),
        (bytes_remaining, 0),
        (wrong_le, 0),
        (wrong_le, 257),
    ],
)
def test_numbers_that_do_not_fit_are_refused(function: object, number: int) -> None:
    assert callable(function)
    with pytest.raises(ValueError, match=str(number)):
        function(number)


@pytest.mark.parametrize(
    ("sw", "words"),
    [
        (0x9000, "done"),
        (0x6983, "authentication method blocked"),
        (0x63C2, "verification failed, tries left: 2"),
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
