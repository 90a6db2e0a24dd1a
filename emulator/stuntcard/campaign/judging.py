"""Judges what a run has shown. Pure: what was seen goes in, judgements come out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stuntcard.campaign.client import Ended, How
from stuntcard.campaign.masked import Secrets
from stuntcard.campaign.model import Exit, Expect, Step
from stuntcard.campaign.outcome import Judgement, Kind
from stuntcard.campaign.subject import Subject
from stuntcard.card.card import Card
from stuntcard.card.view import view
from stuntcard.messages import Messages
from stuntcard.policy.state import State
from stuntcard.profile.model import Language
from stuntcard.scenario.exchanges import Exchange
from stuntcard.scenario.expectations import Outcome, is_cured, outcomes

BEFORE, RUN, PROOF = "before", "run", "proof"
_ENOUGH = 200


@dataclass(frozen=True, slots=True)
class StepSeen:
    """A command that was run, and how it ended."""

    part: str
    step: Step
    program: str
    ended: Ended
    right: Exit
    """The exit statuses that are right."""

    @property
    def text(self) -> str:
        """What it wrote."""
        return self.ended.output.decode(errors="replace")

    @property
    def as_it_should(self) -> bool:
        """Whether it ended so that the next one makes sense."""
        return self.ended.how is How.EXITED and exit_fits(self.right, self.ended.number)


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was seen of a run."""

    subject: Subject
    card: Card
    steps: Sequence[StepSeen]
    exchanges: Sequence[Exchange]
    states: Sequence[State]
    secrets: Secrets
    struck: bool
    """Whether a fault did."""

    @property
    def all_well(self) -> bool:
        """Whether the client says so of all that it was to do."""
        ends = [one.ended for one in self.steps if one.part == RUN]
        return all(one.how is How.EXITED and one.number == 0 for one in ends)


def exit_fits(right: Exit, number: int) -> bool:
    """Whether an exit status is right."""
    if isinstance(right, str):
        return right == "any" or number != 0
    return number in (right if isinstance(right, tuple) else (right,))


def judged(expect: Expect, seen: Seen) -> tuple[Judgement, ...]:
    """What the run had to show, and whether it did."""
    return (*_of_the_process(seen), *_of_exits(seen), *_of_output(expect, seen), *_of_the_card(expect, seen))


def _of_the_process(seen: Seen) -> Iterator[Judgement]:
    for kind, hows in (
        (Kind.CRASH, (How.SIGNALLED,)),
        (Kind.HANG, (How.TIMED_OUT,)),
        (Kind.AMOUNT, (How.OUTPUT, How.FILES)),
    ):
        bad = [f"{one.program}: {one.ended.words}" for one in seen.steps if one.ended.how in hows]
        yield Judgement(kind=kind, expected="", met=not bad, found="; ".join(bad))
    left = [f"{one.program} left {', '.join(one.ended.left)}" for one in seen.steps if one.ended.left]
    yield Judgement(kind=Kind.LEFT, expected="", met=not left, found="; ".join(left))


def _of_exits(seen: Seen) -> Iterator[Judgement]:
    for one in seen.steps:
        if one.ended.how is How.EXITED:
            kind = Kind.PROOF if one.part == PROOF else Kind.EXIT
            met = exit_fits(one.right, one.ended.number)
            found = f"{one.program}: {one.ended.words}{_last_line(one, seen.secrets) if not met else ''}"
            yield Judgement(kind=kind, expected=_in_words(one.right), met=met, found=found)


def _last_line(one: StepSeen, secrets: Secrets) -> str:
    lines = [line for line in secrets.masked(one.text).splitlines() if line.strip()]
    return f" ({lines[-1].strip()[:_ENOUGH]})" if lines else ""


def _in_words(right: Exit) -> str:
    if isinstance(right, str):
        return "any exit" if right == "any" else "any exit but 0"
    return " or ".join(f"exit {number}" for number in (right if isinstance(right, tuple) else (right,)))


def _of_output(expect: Expect, seen: Seen) -> Iterator[Judgement]:
    text = "".join(one.text for one in seen.steps if one.part == RUN)
    # Who was disturbed and says so need not say more.
    for pattern in expect.output if seen.all_well or not seen.struck else ():
        yield _found(pattern, text, wanted=True)
    for pattern in expect.never:
        yield _found(pattern, text, wanted=False)
    for one in seen.steps:
        for pattern in one.step.output:
            if one.ended.how is How.EXITED and (one.ended.number == 0 or not seen.struck):
                yield _found(pattern, one.text, wanted=True)
    bad = [one.program for one in seen.steps if seen.secrets.stand_in(one.text)]
    if not expect.may_tell:
        found = f"{', '.join(bad)} wrote one" if bad else ""
        yield Judgement(kind=Kind.CODE, expected="", met=not bad, found=found)


def _found(pattern: str, text: str, *, wanted: bool) -> Judgement:
    there = re.search(pattern, text, re.MULTILINE) is not None
    found = "there" if there else "not there"
    expected = pattern if wanted else f"no {pattern}"
    return Judgement(kind=Kind.OUTPUT, expected=expected, met=there is wanted, found=f"{pattern}: {found}")


def _of_the_card(expect: Expect, seen: Seen) -> Iterator[Judgement]:
    first, last = seen.states[0], seen.states[-1]
    if not expect.may_lose:
        lost = sorted(last.lost - first.lost)
        yield Judgement(kind=Kind.LOST, expected="", met=not lost, found=f"lost: {', '.join(lost)}" if lost else "")
    spent = tries_spent(seen.states)
    if expect.tries_spent != "any":
        met = spent <= expect.tries_spent
        yield Judgement(kind=Kind.TRIES, expected=f"at most {expect.tries_spent}", met=met, found=str(spent))
    profile, stands = seen.subject.profile, view(seen.subject.profile, seen.card.content)
    messages = Messages(Language.ENGLISH)
    if expect.card is not None:
        for one in outcomes(expect.card, profile, stands, seen.exchanges, messages):
            yield _expectation(Kind.CARD, one)
    named = seen.subject.named
    if expect.scenario and named is not None:
        if is_cured(named.scenario, profile, seen.card.content):
            yield Judgement(kind=Kind.SCENARIO, expected="cured", met=True, found="cured")
            return
        for one in outcomes(named.scenario.expect, profile, stands, seen.exchanges, messages):
            yield _expectation(Kind.SCENARIO, one)


def _expectation(kind: Kind, one: Outcome) -> Judgement:
    return Judgement(kind=kind, expected=one.expected, met=one.met, found=f"{one.expected}, found {one.found}")


def tries_spent(states: Sequence[State]) -> int:
    """How many tries went on a card's way, of all codes together."""
    return sum(
        max(0, code.tries_left - after.codes[name].tries_left)
        for before, after in pairwise(states)
        for name, code in before.codes.items()
    )
