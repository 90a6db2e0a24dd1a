"""Two campaigns side by side: what broke, what was mended, what is new, and what is gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stuntcard.campaign.outcome import Outcome, Verdict

_GOOD = (Verdict.PASSED, Verdict.FLAKY)


@dataclass(frozen=True, slots=True)
class Brief:
    """An outcome in short."""

    id: str
    title: str
    verdict: Verdict
    why: str

    @property
    def good(self) -> bool:
        """Whether it passed, at the first try or at a later one."""
        return self.verdict in _GOOD


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is otherwise in the new results; those of each cell that has another verdict."""

    broke: tuple[Brief, ...]
    mended: tuple[Brief, ...]
    other: tuple[Brief, ...]
    """Flaky now, or no longer; failed another way."""
    new: tuple[Brief, ...]
    gone: tuple[Brief, ...]
    same: int

    @property
    def common(self) -> int:
        """How many runs are in both."""
        return self.same + len(self.broke) + len(self.mended) + len(self.other)


def brief(outcome: Outcome) -> Brief:
    """An outcome in short."""
    return Brief(outcome.id, outcome.cell.title, outcome.verdict, outcome.why)


def compared(old: Iterable[Brief], new: Iterable[Brief]) -> Comparison:
    """The new results beside the old ones, cell by cell."""
    before = {one.id: one for one in old}
    broke: list[Brief] = []
    mended: list[Brief] = []
    other: list[Brief] = []
    fresh: list[Brief] = []
    same = 0
    for now in new:
        then = before.pop(now.id, None)
        if then is None:
            fresh.append(now)
        elif then.verdict is now.verdict:
            same += 1
        elif then.good and not now.good:
            broke.append(now)
        elif now.good and not then.good:
            mended.append(now)
        else:
            other.append(now)
    return Comparison(tuple(broke), tuple(mended), tuple(other), tuple(fresh), tuple(before.values()), same)
