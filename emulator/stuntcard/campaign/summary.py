"""What came of a campaign, in sums and lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from stuntcard.campaign.outcome import Outcome, Verdict


@dataclass(slots=True)
class Summary:
    """Sums over outcomes, taken one by one."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    seconds: float = 0.0
    client_seconds: float = 0.0
    card_seconds: float = 0.0
    commands: int = 0
    never_struck: Counter[str] = field(default_factory=Counter)
    """How many runs each fault was for, and never struck."""
    matched_none: set[str] = field(default_factory=set)
    """Faults for each command in turn that no command of any run was one for."""
    _matched: set[str] = field(default_factory=set)

    def add(self, outcome: Outcome) -> None:
        """One more."""
        self.verdicts[outcome.verdict] += 1
        self.seconds += outcome.seconds
        self.client_seconds += outcome.client_seconds
        self.card_seconds += outcome.card_seconds
        self.commands += outcome.commands
        if outcome.never_struck:
            self.never_struck[outcome.cell.fault] += 1
        self._matched |= {rule for rule, count in outcome.counted.items() if count}
        self.matched_none = (self.matched_none | set(outcome.counted)) - self._matched

    @property
    def runs(self) -> int:
        """How many there are."""
        return self.verdicts.total()

    @property
    def good(self) -> bool:
        """Whether all passed, at the first try or at a later one."""
        return not (self.verdicts[Verdict.FAILED] or self.verdicts[Verdict.BROKEN])

    @property
    def overhead(self) -> float:
        """Seconds a run that went neither into the client nor into making the card."""
        return (self.seconds - self.client_seconds - self.card_seconds) / max(1, self.runs)

    def __str__(self) -> str:
        parts = [f"{self.verdicts[verdict]:,} {verdict}" for verdict in Verdict if self.verdicts[verdict]]
        return f"{counted(self.runs, 'run')}: {', '.join(parts)}" if parts else "no runs"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Faults that were asked for, and disturbed nothing: those runs show less than they seem to."""
        found = []
        if self.never_struck:
            rules = "; ".join(f"{rule} ({counted(count, 'run')})" for rule, count in sorted(self.never_struck.items()))
            found.append(f"the fault of {counted(self.never_struck.total(), 'run')} never struck: {rules}")
        if self.matched_none:
            rules = "; ".join(sorted(self.matched_none))
            found.append(f"a fault for each command had no command that it matches, and so no runs: {rules}")
        return tuple(found)


def counted(number: int, what: str) -> str:
    """So many of a thing, as in `1 run` and `1,000 runs`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def summed(outcomes: Iterable[Outcome]) -> Summary:
    """The sums over all of them."""
    found = Summary()
    for outcome in outcomes:
        found.add(outcome)
    return found


def repeat_line(outcome: Outcome, campaign: str) -> str:
    """The command that repeats a run."""
    return f"stuntcard campaign repeat {outcome.id} {campaign}"
