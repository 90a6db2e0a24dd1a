"""Which readers and cards are meant by what was typed, and the making of them; each refusal ends the command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.loading import failing_to_read, scenario_refusals
from stuntcard.running.choices import TraceChoice
from stuntcard.running.plan import EMPTY, READERS_MAX, STORED, ReaderPlan, plan_of, with_names

if TYPE_CHECKING:
    from stuntcard.cli.options import CardOptions
    from stuntcard.running.making import ReaderOnDesk

_WHICH_CARD = "Which card? Give a profile (see `stuntcard list`), card:NAME, or --scenario NAME."


def plans_meant(words: Sequence[str], options: CardOptions, state_out: Sequence[str] = ()) -> tuple[ReaderPlan, ...]:
    """What shall be in each reader: cards as words, and options for one of them each."""
    if options.unmasked and not options.trace:
        fail("--unmasked says how to record, but nothing is recorded; give --trace FILE too")
    plans = _on_desk(options.desk) if options.desk is not None else ()
    with failing(ValueError):
        plans = with_names([*plans, *(plan_of(word) for word in words)]) or (ReaderPlan(),)
    if len(plans) > READERS_MAX:
        fail(f"{len(plans)} readers are more than the {READERS_MAX} that PC/SC programs see; leave some out")
    changes = _Changes(plans)
    for value in options.scenario or ():
        changes.note("--scenario", "scenario", value)
    for value in options.applet or ():
        changes.note("--applet", "applet", value)
    for value in options.serial or ():
        changes.note("--serial", "serial", value)
    for value in options.fault or ():
        changes.add_fault(value)
    for value in options.trace or ():
        changes.note("--trace", "trace", value)
    for value in state_out:
        changes.note("--state-out", "state_out", value)
    for value in options.keep or ():
        changes.note("--keep", "keep", value)
    for value in options.reader_name or ():
        changes.note("--reader-name", "reader_name", value)
    for value in options.keys or ():
        changes.note("--keys", "keys", value)
    meant = changes.made(unmasked=options.unmasked, pinpad=options.pinpad)
    if any(plan.card is None and plan.scenario is None for plan in meant):
        fail(_WHICH_CARD)
    return meant


def _on_desk(file: Path) -> tuple[ReaderPlan, ...]:
    from stuntcard.running.desk_file import DeskFileError, read_desk

    try:
        with failing(DeskFileError):
            return read_desk(file)
    except OSError as error:
        fail(f"--desk {file}: can't be read: {error.strerror}")


class _Changes:
    """What options say of plans: each of the only one, or of that whose name stands before it, as in NAME:VALUE."""

    def __init__(self, plans: Sequence[ReaderPlan]) -> None:
        self._plans = plans
        self._faults: list[list[str]] = [[] for _ in plans]
        self._values: list[dict[str, str]] = [{} for _ in plans]

    def note(self, option: str, field: str, text: str) -> None:
        """An option that a card has once."""
        index, value = self._whose(option, text)
        if field in self._values[index]:
            fail(f"{option} {text}: this card has one already; give {option} once for a card")
        self._values[index][field] = value

    def add_fault(self, text: str) -> None:
        """A fault; a card may have many."""
        index, rule = self._whose("--fault", text)
        self._faults[index].append(rule)

    def made(self, *, unmasked: bool, pinpad: bool) -> tuple[ReaderPlan, ...]:
        """The plans with all of this."""
        return tuple(
            replace(
                plan,
                scenario=values.get("scenario", plan.scenario),
                applet=values.get("applet", plan.applet),
                serial=values.get("serial", plan.serial),
                reader_name=values.get("reader_name", plan.reader_name),
                faults=(*plan.faults, *faults),
                trace=TraceChoice(Path(values["trace"]), unmasked) if "trace" in values else plan.trace,
                state_out=Path(values["state_out"]) if "state_out" in values else plan.state_out,
                keep=values.get("keep", plan.keep),
                pinpad=pinpad or "keys" in values or plan.pinpad,
                keys=Path(values["keys"]) if "keys" in values else plan.keys,
            )
            for plan, values, faults in zip(self._plans, self._values, self._faults, strict=True)
        )

    def _whose(self, option: str, text: str) -> tuple[int, str]:
        """Which plan an option is for, and what is left of its text."""
        name, colon, rest = text.partition(":")
        names = [plan.name for plan in self._plans]
        if colon and name in names:
            return names.index(name), rest
        if len(self._plans) > 1:
            known = ", ".join(str(one) for one in names)
            fail(f"{option} {text}: for which card? Write {option} NAME:…, with one of: {known}")
        return 0, text


@contextmanager
def readers_made(plans: Sequence[ReaderPlan], language: str) -> Iterator[list[ReaderOnDesk]]:
    """The readers with their cards, which are there until the block ends."""
    from stuntcard.running.making import reader_made

    made: list[ReaderOnDesk] = []
    with ExitStack() as stack:
        for plan in plans:
            stack.enter_context(_store_refusals(plan))
            with _refusals(plan):
                made.append(stack.enter_context(reader_made(plan, [one.name for one in made], language)))
        yield made


@contextmanager
def _store_refusals(plan: ReaderPlan) -> Iterator[None]:
    """Ends the command when a stored card can't be had, or kept any more."""
    if plan.keep is None and not (plan.card or "").startswith(STORED):
        yield
        return
    from stuntcard.store.errors import CardInUseError, StoreError

    with failing(StoreError), failing(CardInUseError, code=ExitCode.UNAVAILABLE):
        yield


@contextmanager
def _refusals(plan: ReaderPlan) -> Iterator[None]:
    """Ends the command when a card can't be made as it was planned."""
    from stuntcard.applets.registry import AppletChoiceError
    from stuntcard.running.plan import PlanError

    with ExitStack() as stack:
        stack.enter_context(failing(PlanError))
        stack.enter_context(failing(AppletChoiceError, prefix=f"--applet {plan.applet}: "))
        if plan.serial is not None:
            from stuntcard.profile.serial import SerialError

            stack.enter_context(failing(SerialError, prefix="--serial "))
        if plan.faults:
            from stuntcard.faults.rules import FaultError

            stack.enter_context(failing(FaultError, prefix="--fault "))
        if plan.scenario is not None:
            stack.enter_context(scenario_refusals())
        elif plan.card is not None and plan.card != EMPTY and not plan.card.startswith(STORED):
            stack.enter_context(failing_to_read(plan.card))
        yield
