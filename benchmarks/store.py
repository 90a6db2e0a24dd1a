"""What keeping a card costs: a wrong and a right VERIFY in memory, and stored with each durability.

`python benchmarks/store.py [DIRECTORY]`: the cards are stored in DIRECTORY, whose disk is what is measured (else in a
directory of the user's data). Each figure is the median and the 95th percentile of one VERIFY, the best of several
interleaved rounds. A right PIN after a right one changes nothing but the session, and so writes nothing.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from stuntcard.applets.registry import APPLETS  # noqa: E402
from stuntcard.card.card import Card  # noqa: E402
from stuntcard.profile.load import load_profile, profile_path, read_profile_text  # noqa: E402
from stuntcard.profile.places import home_directory  # noqa: E402
from stuntcard.store import library  # noqa: E402
from stuntcard.store.database import Durability  # noqa: E402

ROUNDS, EXCHANGES = 5, 300
PROFILE = "proid-q"
RIGHT = bytes.fromhex("0020000110") + b"12345678".ljust(16, b"\xff")
WRONG = bytes.fromhex("0020000110") + b"11111111".ljust(16, b"\xff")
Figure = tuple[float, float]


def main(directory: Path) -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory(dir=directory) as home, ExitStack() as stack:
        os.environ["STUNTCARD_HOME"] = home
        cards = {"in memory": Card(load_profile(PROFILE), APPLETS)}
        for durability in (Durability.FAST, Durability.FULL):
            path = profile_path(PROFILE)
            library.add_card(durability, library.factory_card(read_profile_text(path), str(path), durability))
            file = stack.enter_context(library.open_card(durability))
            cards[f"stored, {durability}"] = Card(file.stored.profile, APPLETS, file.stored.content, file)
        figures: dict[str, list[tuple[Figure, Figure]]] = {name: [] for name in cards}
        for _ in range(ROUNDS):
            for name, card in cards.items():
                figures[name].append(_round(card))
        sync = min(_sync(Path(home)) for _ in range(ROUNDS))
    print(f"{'':14} {'a VERIFY that writes (wrong or right after wrong)':>52}   {'a VERIFY that writes nothing':>30}")
    for name, rounds in figures.items():
        writing, reading = min(writing for writing, _ in rounds), min(reading for _, reading in rounds)
        print(f"{name:14} {_say(writing):>52}   {_say(reading):>30}")
    print(f"{'(the disk: 4 KiB written and forced)':52} {_say(sync)}")


def _round(card: Card) -> tuple[Figure, Figure]:
    writing: list[float] = []
    reading: list[float] = []
    for _ in range(EXCHANGES):
        for command, times in ((WRONG, writing), (RIGHT, writing), (RIGHT, reading)):
            start = time.perf_counter()
            card.transmit(command)
            times.append(time.perf_counter() - start)
    return _figure(writing), _figure(reading)


def _sync(directory: Path) -> Figure:
    times = []
    with (directory / "sync").open("wb", buffering=0) as stream:
        for _ in range(EXCHANGES):
            start = time.perf_counter()
            stream.write(bytes(4096))
            os.fdatasync(stream.fileno())
            times.append(time.perf_counter() - start)
    return _figure(times)


def _figure(times: list[float]) -> Figure:
    return statistics.median(times) * 1e6, statistics.quantiles(times, n=20)[-1] * 1e6


def _say(figure: Figure) -> str:
    return f"median {figure[0]:7.1f} us   p95 {figure[1]:7.1f} us"


if __name__ == "__main__":
    parent = Path(sys.argv[1]) if len(sys.argv) > 1 else home_directory()
    parent.mkdir(parents=True, exist_ok=True)
    main(parent)
