"""Whether what should come of a scenario came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stuntcard.card.content import Content
from stuntcard.card.view import CardView
from stuntcard.iso7816.instructions import Instruction
from stuntcard.messages import Messages
from stuntcard.policy.conditions import Seen, all_hold
from stuntcard.policy.law import unblocking_code
from stuntcard.profile.model import Bounds, Profile
from stuntcard.scenario.exchanges import Exchange
from stuntcard.scenario.facts import Fact, facts
from stuntcard.scenario.model import ExchangeExpected, Expectations, Expected, Scenario

_MUTE = "mute"
_UNBLOCK = Instruction.RESET_RETRY_COUNTER.name


@dataclass(frozen=True, slots=True)
class Outcome:
    """One expectation: what was expected, whether it is met, and what was found."""

    expected: str
    met: bool
    found: str


def outcomes(
    expect: Expectations, profile: Profile, seen: CardView, exchanges: Sequence[Exchange], messages: Messages
) -> tuple[Outcome, ...]:
    """What became of each expectation."""
    of_exchanges = (_of_exchange(one, profile, exchanges, messages) for one in expect.exchange)
    return (*_of_state(expect, seen, messages), *of_exchanges)


def is_cured(scenario: Scenario, profile: Profile, content: Content) -> bool:
    """Whether the trouble is over, of a scenario that has a cure."""
    return bool(scenario.cured) and all_hold(profile, Seen(content.state, content.numbers), scenario.cured)


def expected_in_words(expect: Expectations, messages: Messages) -> tuple[str, ...]:
    """What is expected, each in a line."""
    state = tuple(f"{path}: {_shown(expected, messages)}" for path, expected in expect.state.items())
    return (*state, *(_exchange_in_words(expected, messages) for expected in expect.exchange))


def _of_state(expect: Expectations, seen: CardView, messages: Messages) -> Iterator[Outcome]:
    found = facts(seen)
    for path, expected in expect.state.items():
        fact = found.get(path)
        yield Outcome(f"{path}: {_shown(expected, messages)}", _is(fact, expected), _shown(fact, messages))


def _is(fact: Fact, expected: Expected) -> bool:
    if isinstance(expected, Bounds):
        return isinstance(fact, int) and not isinstance(fact, bool) and expected.admit(fact)
    # To Python 1 is True; to whoever writes a scenario it is not.
    return type(fact) is type(expected) and fact == expected


def _of_exchange(
    expected: ExchangeExpected, profile: Profile, exchanges: Sequence[Exchange], messages: Messages
) -> Outcome:
    count = sum(_fits(expected, profile, exchange) for exchange in exchanges)
    met = expected.count.admit(count) if isinstance(expected.count, Bounds) else count == expected.count
    return Outcome(_exchange_in_words(expected, messages), met, str(count))


def _exchange_in_words(expected: ExchangeExpected, messages: Messages) -> str:
    shown = messages.text("expected-mute") if expected.status == _MUTE else expected.status
    status = f"-> {shown}" if shown is not None else None
    words = [part for part in (expected.command, expected.code, status) if part is not None]
    return messages.text("expected-exchange", what=" ".join(words), count=_shown(expected.count, messages))


def _fits(expected: ExchangeExpected, profile: Profile, exchange: Exchange) -> bool:
    if expected.command is not None and expected.command != exchange.name:
        return False
    if expected.code is not None and expected.code not in _codes(profile, exchange):
        return False
    return expected.status is None or _status_fits(expected.status, exchange.status)


def _codes(profile: Profile, exchange: Exchange) -> set[str | None]:
    """The code that P2 names; and of RESET RETRY COUNTER the one that is given for it."""
    if exchange.reference is None:
        return set()
    named = {name for name, code in profile.codes_on_chip.items() if exchange.reference in code.references}
    given = {unblocking_code(profile, name) for name in named} if exchange.name == _UNBLOCK else set()
    return named | given


def _status_fits(pattern: str, status: str) -> bool:
    return len(pattern) == len(status) and all(p in ("X", s) for p, s in zip(pattern, status, strict=True))


def _shown(value: Expected | None, messages: Messages) -> str:
    if isinstance(value, Bounds):
        least, most = value.at_least, value.at_most
        if most is None:
            return messages.text("expected-at-least", number=least)
        return messages.text("expected-between" if least else "expected-at-most", number=most, least=least, most=most)
    if isinstance(value, bool):
        return messages.text("expected-true" if value else "expected-false")
    return messages.text("expected-nothing") if value is None else str(value)
