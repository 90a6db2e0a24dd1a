"""What a campaign tells while it runs, and afterwards, at the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from stuntcard.cli.streams import writing_output

if TYPE_CHECKING:
    from rich.console import RenderableType

    from stuntcard.campaign.compare import Brief, Comparison
    from stuntcard.campaign.execution import Execution, Progress
    from stuntcard.campaign.outcome import Outcome

_LAST = 8
"""Lines of what did not pass, below the table."""
_PERIOD = 0.25
_STYLES = {"passed": "green", "failed": "red", "flaky": "yellow", "broken": "magenta"}


class Lines:
    """Each outcome as a line of JSON on standard output."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def begun(self, execution: Execution) -> None:
        """Says nothing: those who read it know."""

    @writing_output()
    def tell(self, _: Progress, outcome: Outcome | None) -> None:
        """Writes it."""
        if outcome is not None:
            sys.stdout.write(outcome.model_dump_json(exclude={"trace"}) + "\n")
            sys.stdout.flush()


class Table:
    """A live table at a terminal; elsewhere a line for each run that did not pass."""

    def __init__(self, name: str) -> None:
        from rich.console import Console
        from rich.live import Live

        self._name = name
        self._console = Console(highlight=False)
        self._live = Live(console=self._console, auto_refresh=False) if self._console.is_terminal else None
        self._last: list[str] = []
        self._next = 0.0

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    @writing_output()
    def begun(self, execution: Execution) -> None:
        """Says what there is to do."""
        progress = execution.progress
        if progress.resumed:
            runs = f"{progress.resumed:,} runs were" if progress.resumed > 1 else "1 run was"
            self._console.print(f"{self._name} goes on: {runs} done before.")

    @writing_output()
    def tell(self, progress: Progress, outcome: Outcome | None) -> None:
        """Shows how far it is."""
        if outcome is not None and outcome.verdict != "passed":
            line = f"{outcome.verdict}: {outcome.cell.title} [{outcome.id}]: {outcome.why}"
            self._last = [*self._last, line][-_LAST:]
            if self._live is None:
                print(line, flush=True)
        if self._live is not None and time.monotonic() >= self._next:
            self._next = time.monotonic() + _PERIOD
            self._live.update(self._shown(progress), refresh=True)

    def _shown(self, progress: Progress) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table as Grid
        from rich.text import Text

        left = progress.seconds_left
        counts = Text("   ").join(
            Text(f"{count:,} {verdict.value}", _STYLES[verdict.value]) for verdict, count in progress.verdicts.items()
        )
        grid = Grid.grid(padding=(0, 2))
        grid.add_row(
            f"{self._name}", ProgressBar(progress.total, progress.done, width=30),
            f"{progress.done:,} of {progress.total:,}", counts, f"{_minutes(left)} left" if left is not None else "",
        )  # fmt: skip
        return Group(grid, *(Text(line, overflow="ellipsis", no_wrap=True) for line in self._last))


def _minutes(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def told(outcome: Outcome) -> Iterator[str]:
    """All that one run showed, in lines."""
    yield f"{outcome.cell.title} [{outcome.id}]"
    for step in outcome.steps:
        yield f"\n$ {step.command}"
        yield f"{step.output.rstrip()}\n[{step.ended}, {step.seconds:.2f} s]"
    yield ""
    for one in outcome.judgements:
        if one.expected or not one.met:
            words = one.expected if one.met else f"{one.expected}: {one.found}".lstrip(": ")
            yield f"{'met    ' if one.met else 'NOT MET'} {one.kind.value}: {words}"
    yield f"{outcome.commands} commands, {outcome.struck} of them struck by a fault"
    yield f"{outcome.verdict.value}{f': {outcome.why}' if outcome.why else ''}"


def comparison_lines(found: Comparison) -> Iterator[str]:
    """What is otherwise, in lines."""
    for title, ones in (("Broke", found.broke), ("Mended", found.mended), ("Otherwise", found.other)):
        yield from _listed(title, ones)
    yield from _listed("New", tuple(one for one in found.new if not one.good))
    if found.gone:
        yield f"GONE: {len(found.gone):,} of the {len(found.gone) + found.common:,} runs of OLD are not in NEW"
        yield from _lines_of(found.gone[:_LAST])
        if len(found.gone) > _LAST:
            yield f"  and {len(found.gone) - _LAST:,} more"
    yield f"{found.same:,} as before, {len(found.new):,} new, {len(found.gone):,} gone."


def _listed(title: str, ones: tuple[Brief, ...]) -> Iterator[str]:
    if ones:
        yield f"{title}: {len(ones)}"
        yield from _lines_of(ones)


def _lines_of(ones: tuple[Brief, ...]) -> Iterator[str]:
    for one in ones:
        yield f"  {one.verdict.value:7} {one.title} [{one.id}]{f': {one.why}' if one.why else ''}"
