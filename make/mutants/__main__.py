"""What is asked for, and what came of it."""

from __future__ import annotations

import argparse
import fnmatch
import math
import tempfile
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from mutants.changes import Mutant, all_mutants, import_room, write_mutants
from mutants.explained import explanations
from mutants.forks import say
from mutants.judging import Fate, Judge, Result, judged_anew
from mutants.kept import Kept, key
from mutants.one_by_one import StopAtFailure
from mutants.reach import Reach

REAL = "../../../emulator/stuntcard"  # the code as it is, beside which the copy lies
UNSEEN: tuple[Fate, ...] = ("not noticed", "not reached", "not noticed so far")


class Report:
    """What is known so far, told as it comes."""

    def __init__(self, room: str, mutants: list[Mutant], kept: Kept) -> None:
        self.room = room
        self.mutants = {mutant.name: mutant for mutant in mutants}
        self.results: dict[str, Result] = {}
        self._kept = kept
        self._explanations = explanations(Path("tests/mutants", f"{room}.txt"))
        for name, mutant in self.mutants.items():
            if known := kept.get(key(mutant)):
                self.results[name] = Result(name, *known)

    def left(self) -> list[Mutant]:
        """Those of which nothing is known, or only that no test noticed them, and nobody has explained why."""
        return [
            mutant
            for name, mutant in self.mutants.items()
            if name not in self.results or (self.results[name].fate in UNSEEN and not self.is_explained(name))
        ]

    def add(self, result: Result) -> None:
        """Keeps a result, and says what no test has noticed and nobody has explained."""
        self.results[result.name] = result
        mutant = self.mutants[result.name]
        self._kept.keep(key(mutant), [result.fate, result.test])
        so_far = f"{len(self.results)} of {len(self.mutants)}"
        if result.fate in UNSEEN and not self.is_explained(result.name):
            say(f"{so_far}: {result.fate}: {result.name}\n{mutant.difference()}")
        elif len(self.results) % 100 == 0:
            say(so_far)

    def names(self, fate: Fate) -> list[str]:
        """The mutants that came to this."""
        return [name for name, result in self.results.items() if result.fate == fate]

    def is_explained(self, name: str) -> bool:
        """Whether tests/mutants says why no test can tell it."""
        return any(explanation.is_about(self.mutants[name]) for explanation in self._explanations)

    def write(self) -> None:
        """Says the figures."""
        counted = Counter(result.fate for result in self.results.values())
        figures = ", ".join(f"{counted[fate]} {fate}" for fate in get_args(Fate))
        say(f"{self.room}: {len(self.results)} of {len(self.mutants)} mutants: {figures}")
        unseen = [name for fate in UNSEEN for name in self.names(fate)]
        explained = [name for name in unseen if self.is_explained(name)]
        say(f"{len(unseen)} were not noticed, of which {len(explained)} are explained")

    def say_what_is_out_of_date(self) -> None:
        """Says which explanations are about no change that goes unnoticed. To be asked when all mutants were run."""
        unseen = [self.mutants[name] for fate in UNSEEN for name in self.names(fate)]
        for explanation in self._explanations:
            if not any(explanation.is_about(mutant) for mutant in unseen):
                say(f"explained, but no change that goes unnoticed: {explanation}")


def asked() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("room")
    parser.add_argument("tests", nargs="*")
    parser.add_argument("--left-out", action="append", default=[])
    parser.add_argument("--mutants", nargs="*", default=["*"])
    parser.add_argument("--kept", type=Path, required=True)
    parser.add_argument("--seconds", type=float, nargs=2, default=[3, math.inf])
    parser.add_argument("--figures", action="store_true")
    return parser.parse_args()


def run(report: Report, wanted: argparse.Namespace, reach: Reach) -> None:
    """Runs what is left of the mutants that are asked for."""
    left = report.left()
    say(f"{len(report.mutants)} mutants, {len(left)} to run")
    judge = Judge(left, report.add, reach, tuple(wanted.seconds))
    for name, result in report.results.items():
        judge.remember(report.mutants[name], result.test)
    with tempfile.TemporaryDirectory() as scratch:
        quickly = ["-q", "-s", "--assert=plain", "--timeout=60", "-p", "no:cacheprovider", "-p", "no:xdist"]
        left_out = [f"--deselect={node}" for node in wanted.left_out]
        options = ["--rootdir=.", f"--basetemp={scratch}/temporary", *quickly, *left_out, *wanted.tests]
        pytest.main(options, plugins=[StopAtFailure(), judge])
        for mutant in left:
            unnoticed = report.results[mutant.name].fate == "not noticed" and not report.is_explained(mutant.name)
            if unnoticed and judge.runs_at_import(mutant):
                say(f"once more, with tests imported anew: {mutant.name}")
                report.add(judged_anew(mutant, options))


def main() -> None:
    """Runs what is asked for."""
    wanted = asked()
    write_mutants(Path("emulator/stuntcard", wanted.room))
    import_room(f"stuntcard.{wanted.room}")
    every = list(all_mutants())
    mutants = [m for m in every if any(fnmatch.fnmatchcase(m.name, name) for name in wanted.mutants)]
    report = Report(wanted.room, mutants, Kept(wanted.kept / f"{wanted.room}.results"))
    if not wanted.figures:
        # What tests reach is kept for later runs, which may ask for other functions.
        kept, room = Kept(wanted.kept / f"{wanted.room}.reach"), sorted(Path(REAL, wanted.room).rglob("*.py"))
        run(report, wanted, Reach(kept, [mutant.real for mutant in every], room))
    report.write()
    if wanted.mutants == ["*"]:
        report.say_what_is_out_of_date()


main()
