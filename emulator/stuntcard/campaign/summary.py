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

    def add(self, outcome: Outcome) -> None:
        """One more."""
        self.verdicts[outcome.verdict] += 1
        self.seconds += outcome.seconds
        self.client_seconds += outcome.client_seconds
        self.card_seconds += outcome.card_seconds
        self.commands += outcome.commands

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
        return f"{self.runs:,} runs: {', '.join(parts)}" if parts else "no runs"


def summed(outcomes: Iterable[Outcome]) -> Summary:
    """The sums over all of them."""
    found = Summary()
    for outcome in outcomes:
        found.add(outcome)
    return found


def repeat_line(outcome: Outcome, campaign: str) -> str:
    """The command that repeats a run."""
    return f"stuntcard campaign repeat {outcome.id} {campaign}"
