from __future__ import annotations

from stuntcard.trace.replay import ReplayCard

from tests.unit.trace.sessions import (
    ATR,
    READ,
    RIGHT_PIN,
    SELECT_APPLET,
    SELECT_KEYS,
    WRONG_QPIN,
    Exchange,
    session,
)

SELECT_CERTIFICATES = ("00A4080C0450154404", "9000")


class Player:
    """A replay, and what it reported."""

    def __init__(self, exchanges: list[Exchange], *, lenient: bool = False, masked: bool = True) -> None:
        self.reports: list[str] = []
        self.card = ReplayCard(session(exchanges, masked=masked), self.reports.append, lenient=lenient)

    def __call__(self, command: str) -> str:
        return self.card.transmit(bytes.fromhex(command)).hex().upper()


def test_strict_plays_the_session() -> None:
    play = Player([SELECT_APPLET, READ])
    assert (play.card.atr, play.card.power_on(), play.card.reset()) == (ATR, ATR, ATR)
    assert [play(SELECT_APPLET[0]), play(READ[0])] == ["9000", READ[1]]
    assert (play.card.answered, play.card.mismatches, play.reports) == (2, 0, [])


def test_strict_stays_where_it_was_until_the_right_command_comes() -> None:
    play = Player([SELECT_APPLET, READ])
    assert play(READ[0]) == "6F00"
    assert play.reports == [
        "command 1: expected 00A4040C0CF276A288BCFBA69D34F31001 (SELECT IsoApplet: done), got 00B0000004; answered 6F00"
    ]
    assert [play(SELECT_APPLET[0]), play(READ[0])] == ["9000", READ[1]]


def test_strict_ends_with_the_trace() -> None:
    play = Player([READ])
    play(READ[0])
    assert play(READ[0]) == "6F00"
    assert play.reports == ["got 00B0000004, but the trace ended after its 1 commands; answered 6F00"]


def test_a_masked_code_is_any_code_of_its_length() -> None:
    play = Player([RIGHT_PIN])
    assert play("0020000110" + "AB" * 15) == "6F00"
    assert play("0020000110" + "AB" * 16) == "9000"
    assert "ABAB" not in play.reports[0]


def test_an_unmasked_code_is_that_code() -> None:
    play = Player([RIGHT_PIN], masked=False)
    assert [play("0020000110" + "AB" * 16), play(RIGHT_PIN[0])] == ["6F00", "9000"]


def test_lenient_gives_answers_in_turn_and_the_last_again() -> None:
    query = "00200003"
    play = Player([(query, "63C3"), WRONG_QPIN, (query, "63C2")], lenient=True)
    assert [play(query) for _ in range(3)] == ["63C3", "63C2", "63C2"]


def test_lenient_tells_files_apart() -> None:
    certificate = (READ[0], "AABBCCDD9000")
    play = Player([SELECT_KEYS, READ, SELECT_CERTIFICATES, certificate], lenient=True)
    play(SELECT_CERTIFICATES[0])
    assert play(READ[0]) == certificate[1]
    play(SELECT_KEYS[0])
    assert play(READ[0]) == READ[1]


def test_lenient_fetches_what_the_command_before_left() -> None:
    fetch = "00C0000002"
    play = Player([("00A40800022F00", "6102"), (fetch, "11119000"), ("00CA010100", "6102"), (fetch, "22229000")],
                  lenient=True)  # fmt: skip
    play("00CA010100")
    assert play(fetch) == "22229000"
    play("00A40800022F00")
    assert play(fetch) == "11119000"


def test_lenient_does_not_know_what_was_never_sent() -> None:
    play = Player([READ], lenient=True)
    assert play("00DEADBE") == "6D00"
    assert play.reports == ["got 00DEADBE, which the trace does not have; answered 6D00"]


def test_a_mute_card_is_mute_again() -> None:
    assert Player([("00200001", "")])("00200001") == ""
