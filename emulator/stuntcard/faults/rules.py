"""Faults: what shall go wrong with a card, and with which of its commands.

A rule says of which commands it speaks (Match), on which occasions (Occasion), and what happens then (an effect). Rules
are values; what has to be counted is counted in Faults, where rules are set, listed and cleared while the card runs.
Two runs with the same commands and the same rules are struck in the same places, also by rules with a probability.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from stuntcard.profile.model import Profile

SECONDS_MAX = 3600.0


class FaultError(ValueError):
    """A rule that makes no sense, or can't be understood; says why, and what to do."""


class When(StrEnum):
    """Whether a command takes effect before its fault strikes."""

    BEFORE = "before"
    """The fault comes first: the command is not carried out."""
    AFTER = "after"
    """The command is carried out, and only the answer suffers."""


# What happens


@dataclass(frozen=True, slots=True)
class ReplaceStatus:
    """The client gets this status word, and nothing else; or with the data that the card answered."""

    status_word: int
    when: When = When.BEFORE
    keep_data: bool = False


@dataclass(frozen=True, slots=True)
class Delay:
    """The answer comes so many seconds late; it may be that the command itself begins late."""

    seconds: float
    when: When = When.BEFORE


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No answer comes, and after so many seconds the reader gives up, as for a mute card."""

    seconds: float
    when: When = When.BEFORE


@dataclass(frozen=True, slots=True)
class Corrupt:
    """So many bits of the answer are flipped, wherever in it they are."""

    bits: int = 1


@dataclass(frozen=True, slots=True)
class Cut:
    """Only the first so many bytes of the answer arrive."""

    length: int = 1


@dataclass(frozen=True, slots=True)
class Remove:
    """The card is taken out, and put back after so many seconds; not at all when None."""

    back_after: float | None = None
    when: When = When.BEFORE


@dataclass(frozen=True, slots=True)
class Unplug:
    """The reader goes, and comes back after so many seconds; not at all when None."""

    back_after: float | None = None
    when: When = When.BEFORE


@dataclass(frozen=True, slots=True)
class Tear:
    """The power fails for a moment: right before the command's first change would be kept, or right after its last."""

    when: When = When.BEFORE


@dataclass(frozen=True, slots=True)
class AnswerToReset:
    """When it is given power or a reset, the card answers with these bytes and no others; with none it is mute."""

    atr: bytes = b""


@dataclass(frozen=True, slots=True)
class LeaveService:
    """The service through which clients reach the reader ends, and is there again after so many seconds."""

    back_after: float
    when: When = When.BEFORE


@dataclass(frozen=True, slots=True)
class EndIdleTransaction:
    """If a transaction is open afterwards and idle for so many seconds, it is ended and the card reset."""

    seconds: float


Effect = (
    ReplaceStatus
    | Delay
    | NoAnswer
    | Corrupt
    | Cut
    | Remove
    | Unplug
    | Tear
    | AnswerToReset
    | LeaveService
    | EndIdleTransaction
)


# To which commands


@dataclass(frozen=True, slots=True)
class Circumstances:
    """A command, and where it reaches the card. The bytes of the header are None when it is too short for one."""

    cla: int | None
    ins: int | None
    p1p2: int | None
    part: bool = False
    """Whether more parts of the same command follow (command chaining)."""
    applet: str = ""
    codes: frozenset[str] = frozenset()
    """The codes that are given or set."""
    area: str | None = None
    """The area of the key that is used, or to be made."""


@dataclass(frozen=True, slots=True)
class Match:
    """The commands that a rule speaks of: those that have all that is not None.

    A command sent in several parts is matched by its last one, unless CLA is given.
    """

    ins: int | None = None
    cla: int | None = None
    p1p2: int | None = None
    applet: str | None = None
    code: str | None = None
    area: str | None = None

    def covers(self, seen: Circumstances) -> bool:
        """Whether a command is one of them."""
        return (
            not (seen.part and self.cla is None)
            and self.ins in (None, seen.ins)
            and self.cla in (None, seen.cla)
            and self.p1p2 in (None, seen.p1p2)
            and self.applet in (None, seen.applet)
            and (self.code is None or self.code in seen.codes)
            and self.area in (None, seen.area)
        )


@dataclass(frozen=True, slots=True)
class Occasion:
    """Of the commands that match, those that are struck: the nth, every nth, some by chance, or all.

    `first`: the number of the first that is struck, and all behind it. `after`: seconds from when the rule was set in
    which it does not yet count. Raises FaultError for what makes no sense.
    """

    nth: int | None = None
    every: int | None = None
    probability: float | None = None
    after: float = 0.0
    first: int | None = None

    def __post_init__(self) -> None:
        numbers = {"nth": self.nth, "from": self.first, "every": self.every}
        given = [name for name, number in {**numbers, "probability": self.probability}.items() if number is not None]
        if len(given) > 1:
            raise FaultError(f"{' and '.join(given)} can't go together; give one of them")
        for name, number in numbers.items():
            if number is not None and number < 1:
                raise FaultError(f"{name}={number}: commands are counted from 1")
        if self.probability is not None and not 0.0 <= self.probability <= 1.0:
            raise FaultError(f"probability={self.probability:g}: give a number from 0 to 1")

    def strikes(self, count: int, chance: float) -> bool:
        """Whether the command is struck that is the `count`th match; `chance` is a random number below 1."""
        if self.nth is not None:
            return count == self.nth
        if self.first is not None:
            return count >= self.first
        if self.every is not None:
            return count % self.every == 0
        return self.probability is None or chance < self.probability


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault. What chance decides comes of `seed` alone. Raises FaultError for what makes no sense."""

    effect: Effect
    match: Match = field(default_factory=Match)
    occasion: Occasion = field(default_factory=Occasion)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.strikes_resets and self.match != Match():
            raise FaultError("a card's answer to reset is no answer to a command; leave out what says to which")

    @property
    def strikes_resets(self) -> bool:
        """Whether it strikes when the card is given power or a reset, and no command."""
        return isinstance(self.effect, AnswerToReset)


def check_names(rule: Rule, profile: Profile) -> None:
    """Raises FaultError when a rule names an applet, a code or an area that cards of this profile have not."""
    named = rule.match
    for what, name, known in (
        ("applet", named.applet, tuple(profile.applets)),
        ("code", named.code, tuple(profile.codes_on_chip)),
        ("area", named.area, tuple(profile.areas)),
    ):
        if name is not None and name not in known:
            raise FaultError(f"{what}={name}: {profile.name} has no such {what}; there are: {', '.join(known)}")


# Counting


@dataclass(frozen=True, slots=True)
class Strike:
    """An effect that is due now, of the rule with this number; `seed` is what it may take its random numbers from."""

    number: int
    effect: Effect
    seed: int


@dataclass(frozen=True, slots=True)
class ArmedFault:
    """A rule that is set: its number, how many commands it matched, and how many of them it struck."""

    number: int
    rule: Rule
    matched: int
    struck: int


class _Counter:
    """One rule's counting."""

    def __init__(self, number: int, rule: Rule, now: float) -> None:
        self.number = number
        self.rule = rule
        self._due = now + rule.occasion.after
        self._random = Random(rule.seed)  # noqa: S311 - shall be the same each time
        self.matched = 0
        self.struck = 0

    def strike(self, seen: Circumstances | None, now: float) -> Strike | None:
        if now < self._due or self.rule.strikes_resets is not (seen is None):
            return None
        if seen is not None and not self.rule.match.covers(seen):
            return None
        self.matched += 1
        # Drawn for each match, struck or not: the next ones shall not depend on it.
        chance, seed = self._random.random(), self._random.getrandbits(32)
        if not self.rule.occasion.strikes(self.matched, chance):
            return None
        self.struck += 1
        return Strike(self.number, self.rule.effect, seed)


class Faults:
    """The rules that are set for one card. Safe to use from several threads."""

    def __init__(self, *rules: Rule, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds; it is asked when a rule is set and at each command while there is one."""
        self.any = False
        """Whether any rule is set; a field, so that a card without faults is asked nothing more."""
        self._clock = clock
        self._lock = threading.Lock()
        self._counters: list[_Counter] = []
        self._last = 0
        for rule in rules:
            self.set(rule)

    def set(self, rule: Rule) -> int:
        """Puts a rule behind the others; gives its number, which no other one ever gets."""
        with self._lock:
            self._last += 1
            self._counters.append(_Counter(self._last, rule, self._clock()))
            self.any = True
            return self._last

    def clear(self, number: int | None = None) -> int:
        """Takes one rule away, or all; gives how many. Raises FaultError when there is none of that number."""
        with self._lock:
            kept = [] if number is None else [one for one in self._counters if one.number != number]
            cleared = len(self._counters) - len(kept)
            if number is not None and not cleared:
                numbers = ", ".join(str(one.number) for one in self._counters) or "none"
                raise FaultError(f"there is no fault {number}; there are: {numbers}")
            self._counters = kept
            self.any = bool(kept)
            return cleared

    def listed(self) -> tuple[ArmedFault, ...]:
        """The rules as they stand now, in their order."""
        with self._lock:
            return tuple(ArmedFault(one.number, one.rule, one.matched, one.struck) for one in self._counters)

    def strikes(self, seen: Circumstances | None) -> tuple[Strike, ...]:
        """What is due at this command, by each rule in their order. Every rule counts, also behind one that strikes.

        None stands for power or a reset.
        """
        with self._lock:
            now = self._clock()
            found = [one.strike(seen, now) for one in self._counters]
        return tuple(strike for strike in found if strike is not None)


def corrupted(answer: bytes, bits: int, seed: int) -> bytes:
    """An answer with so many of its bits flipped, all of them when it has no more."""
    size = 8 * len(answer)
    flipped = int.from_bytes(answer)
    for place in Random(seed).sample(range(size), min(bits, size)):  # noqa: S311 - shall be the same each time
        flipped ^= 1 << place
    return flipped.to_bytes(len(answer))
