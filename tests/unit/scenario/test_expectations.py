"""What should come of a scenario, held against what came of it."""

from __future__ import annotations

from typing import Any

import pytest
from stuntcard.card.view import view
from stuntcard.messages import Messages
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Language
from stuntcard.scenario.build import build
from stuntcard.scenario.exchanges import Exchange, ExchangeList
from stuntcard.scenario.expectations import Outcome, expected_in_words, outcomes
from stuntcard.scenario.facts import facts, known_paths
from stuntcard.scenario.load import load_scenario
from stuntcard.scenario.model import Expectations
from stuntcard.trace.record import COMMAND, RESET

PROFILE = load_profile("proid-q")
SEEN = view(PROFILE, build(load_scenario("proid-q-cc-area-unpaired-key")).card.content)
EXCHANGES = [
    Exchange(bytes.fromhex("00A4040000"), bytes.fromhex("6A82")),
    Exchange(bytes.fromhex("0020000104") + b"1234", bytes.fromhex("63C2")),
    Exchange(bytes.fromhex("0020000104") + b"1234", bytes.fromhex("63C1")),
    Exchange(bytes.fromhex("002C000320") + b"x" * 32, bytes.fromhex("63C4")),
    Exchange(bytes.fromhex("0020000304") + b"1234", b""),
    Exchange(bytes.fromhex("00FF000000"), bytes.fromhex("6D00")),
]


def outcome(**expect: Any) -> Outcome:
    (found,) = outcomes(Expectations.model_validate(expect), PROFILE, SEEN, EXCHANGES, Messages(Language.ENGLISH))
    return found


@pytest.mark.parametrize(
    ("path", "expected", "met", "found"),
    [
        ("life_cycle", "operational", True, "operational"),
        ("life_cycle", "dead", False, "operational"),
        ("codes.pin.state", "set", True, "set"),
        ("codes.pin.tries_left", 3, True, "3"),
        ("codes.pin.must_change", False, True, "false"),
        ("areas.cc.used", 2, True, "2"),
        ("areas.cc.unpaired", 1, True, "1"),
        ("areas.cc.paired", {"at_least": 1}, True, "1"),
        ("areas.cc.paired", {"at_least": 2}, False, "1"),
        ("areas.cc.paired", {"at_most": 0}, False, "1"),
        ("areas.general.places", 1, False, "nothing"),
        ("keys.21.paired", True, True, "true"),
        ("keys.21.origin", "made", True, "made"),
        ("keys.99.paired", True, False, "nothing"),
    ],
)
def test_of_the_state(path: str, expected: object, met: bool, found: str) -> None:
    seen = outcome(**{path: expected})
    assert (seen.met, seen.found) == (met, found)


def test_one_is_not_true() -> None:
    assert not outcome(**{"areas.cc.unpaired": True}).met
    assert not outcome(**{"codes.pin.must_change": 0}).met


@pytest.mark.parametrize(
    ("expected", "met", "found"),
    [
        ({"command": "VERIFY"}, True, "3"),
        ({"command": "VERIFY", "code": "pin"}, True, "2"),
        ({"command": "VERIFY", "code": "pin", "status": "63C1"}, True, "1"),
        ({"command": "VERIFY", "code": "pin", "status": "63CX", "count": 2}, True, "2"),
        ({"command": "VERIFY", "status": "9000"}, False, "0"),
        ({"command": "VERIFY", "status": "9000", "count": 0}, True, "0"),
        ({"status": "mute"}, True, "1"),
        ({"code": "puk"}, True, "1"),
        ({"command": "RESET_RETRY_COUNTER", "code": "qpin", "status": "63C4"}, True, "1"),
        ({"count": {"at_least": 2, "at_most": 5}}, False, "6"),
    ],
)
def test_of_the_exchange(expected: dict[str, object], met: bool, found: str) -> None:
    seen = outcome(exchange=expected)
    assert (seen.met, seen.found) == (met, found)


def test_expectations_in_words() -> None:
    expect = Expectations.model_validate(
        {
            "codes.pin.must_change": True,
            "areas.cc.used": {"at_most": 1},
            "exchange": [{"command": "VERIFY", "code": "pin", "status": "63CX"}, {"status": "mute", "count": 2}],
        }
    )
    assert expected_in_words(expect, Messages(Language.ENGLISH)) == (
        "codes.pin.must_change: true",
        "areas.cc.used: at most 1",
        "exchange VERIFY pin -> 63CX: at least 1",
        "exchange -> mute: 2",
    )


def test_every_fact_of_a_card_has_a_path_that_is_known() -> None:
    paths = known_paths(PROFILE)
    assert all(paths.knows(path) for path in facts(SEEN))
    assert not paths.knows("codes.tpin.state")
    assert paths.nearest("codes.pin.tries").startswith("did you mean codes.pin.tries_left or ")
    assert paths.nearest("xyzzy") == "expected a path such as codes.pin.state"


def test_commands_without_a_name_or_a_header_are_kept_too() -> None:
    kept = ExchangeList()
    kept.record(RESET, 0, 0, b"", b"\x3b\x00")
    kept.record(COMMAND, 0, 0, b"\x00", b"\x67\x00")
    kept.record(COMMAND, 0, 0, b"\x00\xff\x00\x00", b"")
    assert [(one.name, one.status, one.reference) for one in kept.exchanges] == [
        ("00", "6700", None),
        ("FF", "mute", None),
    ]
