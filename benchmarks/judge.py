"""What the judge of an exercise costs a card: `python benchmarks/judge.py`. See docs/performance.md."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stuntcard.card.card import Card
from stuntcard.exercises.live import LiveAttempt
from stuntcard.exercises.load import load_exercise
from stuntcard.exercises.start import make_ready

EXERCISES = ("proid-q-qpin-blocked", "proid-q-hand-over", "tokenme-both-on-one-day")
ROUNDS, COMMANDS = 9, 400
SELECT = bytes.fromhex("00A404000CF276A288BCFBA69D34F31001")
VERIFY = bytes.fromhex("0020000108")


def main() -> None:
    """Measures a few exercises, turn by turn with a card that nobody judges."""
    for name in EXERCISES:
        began = time.perf_counter()
        ready = make_ready(load_exercise(name))
        made = time.perf_counter() - began
        ratios, judged = [], []
        for _ in range(ROUNDS):
            alone = _microseconds(ready.new_card(), ready.built.values["pin"])
            card = ready.new_card()
            attempt = LiveAttempt(ready, card)
            judged.append(_microseconds(card, ready.built.values["pin"]))
            ratios.append(judged[-1] / alone)
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            attempt.judgement()
            times.append(time.perf_counter() - began)
        print(
            f"{name}: made ready once in {made:.2f} s; VERIFY with the judge {min(judged):.0f} µs,"
            f" {statistics.median(ratios):.2f} of one without; how it stands: first {1e3 * times[0]:.2f} ms,"
            f" then {1e6 * statistics.median(times[1:]):.0f} µs"
        )


def _microseconds(card: Card, pin: str) -> float:
    """The median of the PIN given, wrong and right: the card's state changes with each."""
    given = [VERIFY[:4] + bytes([len(value)]) + value.encode() for value in ("9" * len(pin), pin)]
    card.power_on()
    card.transmit(SELECT)
    assert [card.transmit(one)[0] for one in given] == [0x63, 0x90]
    took: list[float] = []
    for number in range(COMMANDS):
        took.append(_timed(card, given, number))
    return 1e6 * statistics.median(took)


def _timed(card: Card, commands: Sequence[bytes], number: int) -> float:
    began = time.perf_counter()
    card.transmit(commands[number % len(commands)])
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
