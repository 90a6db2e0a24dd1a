"""Kills a card's emulator again and again, and looks each time what is left of the card.

A program of its own: it forks, and so must have no threads, and its disk is the faulty one. Each round a child opens
the stored card and drives it; it reports each answer before it sends the next command. When it is dead, a twin of the
card, in memory only, goes the same way up to the last answer that was reported. What is stored must be what the twin
is then, or what one more command, the one under way, makes of it.

    python crash_driver.py MODE ROUNDS SEED

prints what happened, as one JSON object.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import json
import logging
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import BinaryIO, NoReturn

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from stuntcard.applets.registry import APPLETS  # noqa: E402
from stuntcard.card.card import Card  # noqa: E402
from stuntcard.card.content import Content  # noqa: E402
from stuntcard.card.keeper import KeepError  # noqa: E402
from stuntcard.policy.state import Origin  # noqa: E402
from stuntcard.profile.load import parse_profile, profile_path, read_profile_text  # noqa: E402
from stuntcard.store import database, library  # noqa: E402
from stuntcard.store.database import CardFile, Durability, StoredCard  # noqa: E402
from stuntcard.store.places import cards_directory  # noqa: E402

from tests.unit.store.faulty_disk import Act, FaultyDisk  # noqa: E402
from tests.unit.store.workload import Driver, comparable  # noqa: E402

CARD = "victim"
MEMORY_FAILURE = b"\x65\x81"
OPENED = b"\xff"
COMMANDS = 150
"""A child that nothing else killed kills itself after so many."""
LONGEST_START, LONGEST_WORK = 0.03, 0.02
"""Seconds after which a child is killed at the latest, from its start and from when it has opened the card."""

# Reading the same YAML a thousand times would take most of the time.
setattr(database, "parse_profile", functools.cache(parse_profile))  # noqa: B010


@dataclass(frozen=True, slots=True)
class Report:
    """One command that was answered: whether each thing to keep was kept, and the status word."""

    kept: bytes
    status_word: bytes


class Stopped(Exception):  # noqa: N818
    """The twin has gone as far as it should."""


class Child:
    """Drives the stored card, and reports; each way to die is a method of its own."""

    def __init__(self, mode: str, number: int, seed: int, pipe: int) -> None:
        self._mode, self._number, self._seed, self._pipe = mode, number, seed, pipe
        self._random = Random(seed + 1)
        self._disk = FaultyDisk()
        self._kept = bytearray()
        self._keeps = self._commands = 0
        self._die_at_keep = self._random.randrange(1, 30) if mode in ("before-commit", "after-commit") else 0

    def run(self) -> NoReturn:
        if self._mode == "call":
            # One call after the other, before it, in its midst and after it.
            act = (Act.KILL_BEFORE, Act.KILL_HALFWAY, Act.KILL_AFTER)[self._number % 3]
            self._disk.arm(act, 1 + self._number // 3 % 100)
        if self._mode.startswith("power"):
            self._disk.arm(self._random.choice((Act.KILL_BEFORE, Act.KILL_AFTER)), self._random.randrange(40, 200))
            self._disk.shadow(cards_directory().parent / "shadow")
        with library.open_card(CARD) as file:
            self._file = file
            os.write(self._pipe, OPENED)
            self._fail_soon()
            card = Card(file.stored.profile, APPLETS, file.stored.content, self)
            card.power_on()
            for _ in Driver(card, functools.partial(self._transmit, card), Random(self._seed)).drive():
                pass
        raise AssertionError

    def keep(self, old: Content, new: Content, *, tried: bool = False) -> None:
        """What the card asks of its keeper."""
        self._keeps += 1
        if self._mode == "before-commit" and self._keeps == self._die_at_keep:
            _die()
        try:
            self._file.keep(old, new, tried=tried)
        except KeepError:
            self._kept.append(0)
            raise
        self._kept.append(1)
        if self._mode == "after-commit" and self._keeps == self._die_at_keep:
            _die()

    def _transmit(self, card: Card, command: bytes) -> bytes:
        if self._commands == COMMANDS * 2 // 3:
            self._recover()
        if self._commands == COMMANDS:
            _die()
        answer = card.transmit(command)
        os.write(self._pipe, bytes([len(self._kept)]) + bytes(self._kept) + answer[-2:])
        self._kept.clear()
        self._commands += 1
        return answer

    def _fail_soon(self) -> None:
        """Has the disk fail from some moment on, as the mode wants it."""
        nth = self._random.randrange(1, 60)
        match self._mode:
            case "io-error":
                act = self._random.choice((Act.FAIL_ONCE, Act.FAIL_FROM_THEN_ON))
                self._disk.arm(act, nth, errno.EIO)
            case "no-space":
                self._disk.arm(Act.FAIL_FROM_THEN_ON, nth, errno.ENOSPC)
            case "file-limit":
                largest = max(path.stat().st_size for path in cards_directory().iterdir())
                _limit_file_size(largest + self._random.randrange(40_000))

    def _recover(self) -> None:
        """Room was made, or the disk was mended."""
        if self._mode in ("io-error", "no-space"):
            self._disk.heal()
        if self._mode == "file-limit":
            _limit_file_size(resource.RLIM_INFINITY)


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _limit_file_size(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class Twin:
    """A card in memory that goes the way of the child, as far as that has reported it."""

    def __init__(self, stored: StoredCard, reports: list[Report], seed: int) -> None:
        self.under_way: list[Content] = []
        """What the card was or may be, from the last answer on."""
        self.history = [stored.content]
        self._reports = iter(reports)
        self._kept: Iterator[int] | None = iter(())
        self._report = next(self._reports, None)
        self._kept = iter(self._report.kept) if self._report else None
        if self._kept is None:
            self.under_way = [stored.content]
        card = Card(stored.profile, APPLETS, stored.content, self)
        card.power_on()
        with contextlib.suppress(Stopped):
            for _ in Driver(card, functools.partial(self._transmit, card), Random(seed)).drive():
                pass

    def keep(self, _: Content, new: Content, *, tried: bool = False) -> None:  # noqa: ARG002 - the protocol of keepers
        """Fails where the child's failed."""
        if self._kept is None:
            self.under_way.append(new)
        elif not next(self._kept):
            raise KeepError
        self.history.append(new)

    def _transmit(self, card: Card, command: bytes) -> bytes:
        answer = card.transmit(command)
        report = self._report
        if report is None:
            raise Stopped
        failed = report.status_word == MEMORY_FAILURE
        assert answer[-2:] == report.status_word, (command.hex(), answer.hex(), report)
        assert not failed or 0 in report.kept
        self._report = next(self._reports, None)
        self._kept = iter(self._report.kept) if self._report else None
        if self._kept is None:
            self.under_way = [card.content]
        return answer


COUNTED = ("rounds", "killed", "opened", "answers", "memory_failures", "dead", "ahead", "with_made_keys", "with_pairs")


class Parent:
    """Starts children, sees them die, and looks at what is left."""

    def __init__(self, mode: str, seed: int) -> None:
        self._mode = mode
        self._random = Random(seed)
        self._durability = Durability.FAST if mode.startswith("power-fast") or seed % 2 else Durability.FULL
        if mode == "power-full":
            self._durability = Durability.FULL
        self.counts = dict.fromkeys(COUNTED, 0)
        self._before: StoredCard = self._new_card()

    def round(self, number: int) -> None:
        """One child's life."""
        if self._before.content.state.dead:
            self.counts["dead"] += 1
            library.delete_card(CARD)
            self._before = self._new_card()
        seed = self._random.randrange(2**32)
        opened, reports = self._child(number, seed)
        self.counts["rounds"] += 1
        self.counts["opened"] += opened
        self.counts["answers"] += len(reports)
        self.counts["memory_failures"] += sum(report.status_word == MEMORY_FAILURE for report in reports)
        twin = Twin(self._before, reports, seed)
        if self._mode.startswith("power"):
            self._put_back_what_the_disk_holds()
        with library.open_card(CARD) as file:
            self._before = file.stored
            self._check(file, twin)
        items = self._before.content.state.items
        self.counts["with_made_keys"] += any(item.key is Origin.MADE for item in items)
        self.counts["with_pairs"] += any(item.paired for item in items)
        if self._mode.startswith("power"):
            self._start_shadow()

    def _check(self, file: CardFile, twin: Twin) -> None:
        # With `fast`, a power cut may take the last changes back; it leaves what was once true, all of it.
        allowed = twin.history if self._mode == "power-fast" else twin.under_way
        found = comparable(file.stored.content, by_chance=False)
        places = [place for place, content in enumerate(allowed) if comparable(content, by_chance=False) == found]
        assert places, f"what is stored is neither what was answered nor what was under way ({self.counts})"
        self.counts["ahead"] += bool(self._mode != "power-fast" and places[0])

    def _child(self, number: int, seed: int) -> tuple[bool, list[Report]]:
        reading, writing = os.pipe()
        # The card has tens of thousands of answers to give; none of them may wait for us.
        child = os.fork()
        if child == 0:
            os.close(reading)
            _in_child(lambda: Child(self._mode, number, seed, writing).run())
        os.close(writing)
        with os.fdopen(reading, "rb") as stream:
            received = self._kill(child, number, stream) if self._mode == "time" else b""
            received += stream.read()
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"the child ended by itself: {os.waitstatus_to_exitcode(status)}"
        assert os.WTERMSIG(status) == signal.SIGKILL
        self.counts["killed"] += 1
        return received[:1] == OPENED, list(_reports(received[1:]))

    def _kill(self, child: int, number: int, stream: BinaryIO) -> bytes:
        """Kills a child at a random moment: of its whole life, or for three in four after it has opened the card."""
        received = stream.read(1) if number % 4 else b""
        time.sleep(self._random.uniform(0, LONGEST_WORK if number % 4 else LONGEST_START))
        os.kill(child, signal.SIGKILL)
        return received

    def _new_card(self) -> StoredCard:
        path = profile_path("proid-q")
        library.add_card(CARD, library.factory_card(read_profile_text(path), str(path), self._durability))
        if self._mode.startswith("power"):
            self._start_shadow()
        return library.read_card(CARD)

    def _start_shadow(self) -> None:
        """A disk that holds for sure what is there now."""
        shadow = cards_directory().parent / "shadow"
        shadow.mkdir(exist_ok=True)
        _copy(cards_directory(), shadow)

    def _put_back_what_the_disk_holds(self) -> None:
        _copy(cards_directory().parent / "shadow", cards_directory())


def _copy(from_: Path, to: Path) -> None:
    for path in to.glob(f"{CARD}.card*"):
        path.unlink()
    for path in from_.glob(f"{CARD}.card*"):
        # The index of the log is in memory; after a power cut it is made anew.
        if not path.name.endswith(("-shm", ".part")):
            (to / path.name).write_bytes(path.read_bytes())


def _reports(received: bytes) -> Iterator[Report]:
    """All whole ones; the kill may have cut the last."""
    while received and len(received) >= 3 + received[0]:
        length = received[0]
        yield Report(received[1 : 1 + length], received[1 + length : 3 + length])
        received = received[3 + length :]


def _in_child(run: Callable[[], NoReturn]) -> NoReturn:
    """A child must never go on as the parent."""
    try:
        run()
    except BaseException as error:
        print(f"child: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(1)


def main(mode: str, rounds: int, seed: int) -> None:
    """Runs so many rounds, and prints what happened."""
    logging.disable()
    parent = Parent(mode, seed)
    for number in range(rounds):
        parent.round(number)
    print(json.dumps(parent.counts))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
