"""One run of a cell: a card in a reader that only its client sees, the client's commands, and what came of it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from stuntcard.campaign.client import Allowed, Ended, How, NotStartedError
from stuntcard.campaign.heard import Heard
from stuntcard.campaign.judging import BEFORE, PROOF, RUN, Seen, StepSeen, exit_fits, judged
from stuntcard.campaign.model import PINPAD, Exit, Step
from stuntcard.campaign.outcome import Job, Outcome, StepResult, Verdict, WayPoint, broken
from stuntcard.campaign.placeholders import NothingKnownError
from stuntcard.campaign.programs import Place, Programs
from stuntcard.campaign.subject import NoSuchCardError, Subject, subject
from stuntcard.card.card import Card
from stuntcard.control.directory import PCSC_SOCKET
from stuntcard.faults.rules import ArmedFault, FaultError, Rule, check_names
from stuntcard.faults.text import parse_rule
from stuntcard.pictures.way import way_point
from stuntcard.readers.pinpad.pad import PinPad
from stuntcard.running.choices import RunOptions
from stuntcard.running.desk import Desk, DeskReader, desk_laid, served_to_pcsc
from stuntcard.running.keys import prepared_keys
from stuntcard.running.making import ReaderOnDesk

_NEVER = "nth=1000000000"
"""What makes a rule one that never strikes: what it matches is counted."""
_NAME = "campaign"


class NotReadyError(Exception):
    """What comes before the run itself did not end as it should; says how."""


class StoppedError(Exception):
    """The campaign was ended in the midst of a run; nothing came of it."""


def run_job(job: Job, stop: int | None = None) -> Outcome:
    """What comes of a cell; one that fails is tried again as often as the job says.

    `stop`: a descriptor; when it can be read, the run is ended. Raises StoppedError then.
    """
    first: Outcome | None = None
    for attempt in range(1, job.retries + 2):
        outcome = _attempt(job, stop).model_copy(update={"attempts": attempt})
        if outcome.verdict is Verdict.PASSED and first is not None:
            return first.model_copy(update={"verdict": Verdict.FLAKY, "attempts": attempt})
        if outcome.verdict is not Verdict.FAILED:
            return outcome
        first = first or outcome
    return outcome


def _attempt(job: Job, stop: int | None) -> Outcome:
    started = time.perf_counter()
    try:
        found = subject(job.cell.card, job.cell.scenario, job.cell.applet)
        rules = _rules(job, found)
        made = time.perf_counter() - started
        with _placed(job, found) as run:
            run.to_the_end(rules, stop)
        outcome = run.outcome()
    except (NoSuchCardError, NothingKnownError, NotStartedError, NotReadyError, FaultError) as error:
        return broken(job.cell, str(error))
    return outcome.model_copy(update={"seconds": time.perf_counter() - started, "card_seconds": made})


def _rules(job: Job, found: Subject) -> tuple[Rule, ...]:
    rules = [parse_rule(text) for text in (*job.cell.rules, *(f"{_NEVER} {rule}" for rule in job.count))]
    for rule in rules:
        check_names(rule, found.profile)
    return tuple(rule if rule.seed else replace(rule, seed=job.cell.seed) for rule in rules)


@contextmanager
def _placed(job: Job, found: Subject) -> Iterator[_Run]:
    """The card in its reader, and a private folder for the client."""
    card = found.card()
    heard = Heard(card)
    programs = Programs(job.client, {**job.variables, **found.placeholders, "seed": str(job.cell.seed)})
    pinpad = (
        PinPad(prepared_keys([programs.text(keys) for keys in job.task.keys])) if job.cell.reader == PINPAD else None
    )
    options = RunOptions(faults=found.faults, recorder=heard, pinpad=pinpad)
    with programs.folder() as shared, desk_laid([ReaderOnDesk(_NAME, card, options)], _socket(shared)) as desk:
        folder = shared or _own_folder(desk)
        with served_to_pcsc(desk):
            yield _Run(job, found, card, heard, desk.readers[0], programs.at(folder, desk.socket))
            desk.let_go()


def _socket(folder: Path | None) -> Path | None:
    return None if folder is None else folder / PCSC_SOCKET


def _own_folder(desk: Desk) -> Path:
    folder = desk.readers[0].directory / "work"
    folder.mkdir(mode=0o700)
    return folder


class _Run:
    """What goes on in one attempt."""

    def __init__(self, job: Job, found: Subject, card: Card, heard: Heard, reader: DeskReader, place: Place) -> None:
        self._job, self._found, self._card, self._heard = job, found, card, heard
        self._reader, self._place = reader, place
        self._steps: list[tuple[str, Step, Ended]] = []
        self._armed: tuple[ArmedFault, ...] = ()
        self._left = Allowed(job.limits.seconds, job.limits.output, job.limits.files)

    def to_the_end(self, rules: Sequence[Rule], stop: int | None) -> None:
        """All steps that make sense. Raises NotStartedError, NotReadyError, NothingKnownError, StoppedError."""
        for step in self._job.task.before:
            if not self._done(BEFORE, step, stop):
                raise NotReadyError(f"{step.run}: {self._steps[-1][2].words}, before the run itself")
        faults = self._reader.faults()
        assert faults is not None
        numbers = {faults.set(rule) for rule in rules}
        whole = all(self._done(RUN, step, stop) for step in self._commands())
        self._armed = tuple(one for one in self._reader.faults_set() if one.number in numbers)
        self._heard.look()
        if whole and self._job.task.proof:
            faults.clear()
            self._reader.slot_control.insert()
            self._reader.slot_control.plug()
            all(self._done(PROOF, step, stop) for step in self._job.task.proof)
        # What was only torn out, and never reset, is judged when the next one comes.
        self._reader.let_go()
        self._card.power_off()
        self._heard.look()

    def _commands(self) -> tuple[Step, ...]:
        named = self._found.named
        if not self._job.task.shown_by or named is None:
            return self._job.task.run
        return tuple(Step(run=shown.run, exit="failure" if shown.fails else 0) for shown in named.scenario.shown_by)

    def _done(self, part: str, step: Step, stop: int | None) -> bool:
        """Runs a command; gives whether it ended so that the next one makes sense."""
        ended = self._place.run(step.run, self._left, stop)
        if ended.how is How.STOPPED:
            raise StoppedError
        self._steps.append((part, step, ended))
        self._left = self._left.less(ended)
        return ended.how is How.EXITED and exit_fits(self._right(part, step, struck=False), ended.number)

    def _right(self, part: str, step: Step, *, struck: bool) -> Exit:
        """The exit statuses that are right."""
        if part == RUN and struck:
            return self._job.under_fault.exit
        if step.exit is not None:
            return step.exit
        return self._job.expect.exit if part == RUN else 0

    def outcome(self) -> Outcome:
        """What came of it."""
        struck = sum(one.struck for one in self._armed)
        counting = self._armed[len(self._job.cell.rules) :]
        states = [state for _, _, state in self._heard.states]
        steps = [
            StepSeen(part, step, shlex.split(step.run)[0], ended, self._right(part, step, struck=bool(struck)))
            for part, step, ended in self._steps
        ]
        seen = Seen(self._found, self._card, steps, self._heard.exchanges, states, self._place.secrets, bool(struck))
        judgements = judged(self._job.under_fault if struck else self._job.expect, seen)
        return Outcome(
            id=self._job.cell.id,
            cell=self._job.cell,
            verdict=Verdict.PASSED if all(one.met for one in judgements) else Verdict.FAILED,
            judgements=judgements,
            steps=tuple(self._told(one) for one in steps),
            commands=len(self._heard.exchanges),
            struck=struck,
            counted={rule: one.matched for rule, one in zip(self._job.count, counting, strict=True)},
            client_seconds=sum(one.ended.seconds for one in steps),
            way=tuple(
                WayPoint(command=number, after=after, lines=lines, look=look)
                for number, after, state in self._heard.states
                for lines, look in [way_point(self._found.profile, state)]
            ),
            trace=self._heard.lines(),
        )

    def _told(self, one: StepSeen) -> StepResult:
        secrets = self._place.secrets
        return StepResult(
            part=one.part,
            command=secrets.masked(self._place.shown(one.step.run)),
            ended=one.ended.words,
            seconds=one.ended.seconds,
            output=secrets.masked(one.text),
        )
