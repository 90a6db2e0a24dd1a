"""Outcomes for tests."""

from __future__ import annotations

from stuntcard.campaign.cells import Cell
from stuntcard.campaign.outcome import Judgement, Kind, Outcome, StepResult, Verdict


def cell(task: str = "login", client: str = "opensc", nth: int | None = None) -> Cell:
    return Cell("proid-q", None, "own", "plain", client, task, "act=tear" if nth else "none", nth)


def outcome(of: Cell, verdict: Verdict = Verdict.PASSED, found: str = "exit 1 \x1b[1m <b> & ]]>") -> Outcome:
    bad = Judgement(kind=Kind.EXIT, expected="exit 0", met=False, found=found)
    step = StepResult(part="run", command="tool --pin ****", ended="exit 1", seconds=0.2, output=f"{found}\n")
    return Outcome(
        id=of.id, cell=of, verdict=verdict, judgements=() if verdict is Verdict.PASSED else (bad,), steps=(step,),
        seconds=0.3, client_seconds=0.2, card_seconds=0.05, commands=7,
        reason="no such card" if verdict is Verdict.BROKEN else "",
    )  # fmt: skip
