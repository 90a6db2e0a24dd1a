"""What is asked for, and what came of it."""

from __future__ import annotations

import argparse
import fnmatch
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from mutants.changes import Mutant, all_mutants, import_room, write_mutants
from mutants.explained import explanations
from mutants.forks import say
from mutants.judging import Fate, Judge, Result, StopAtFailure, judged_anew

RESULTS = Path("results.json")
UNSEEN: tuple[Fate, ...] = ("not noticed", "not reached")


class Report:
    """What is known so far, told as it comes."""

    def __init__(self, room: str, mutants: list[Mutant]) -> None:
        self.room = room
        self.mutants = {mutant.name: mutant for mutant in mutants}
        self.results: dict[str, Result] = {}
        self._explanations = explanations(Path("tests/mutants", f"{room}.txt"))

    def add(self, result: Result) -> None:
        """Keeps a result, and says what no test has noticed and nobody has explained."""
        self.results[result.name] = result
        so_far = f"{len(self.results)} of {len(self.mutants)}"
        if result.fate in UNSEEN and not self.is_explained(result.name):
            say(f"{so_far}: {result.fate}: {result.name}\n{self.mutants[result.name].difference()}")
        elif len(self.results) % 100 == 0:
            say(so_far)

    def names(self, fate: Fate) -> list[str]:
        """The mutants that came to this."""
        return [name for name, result in self.results.items() if result.fate == fate]

    def is_explained(self, name: str) -> bool:
        """Whether tests/mutants says why no test can tell it."""
        return any(explanation.is_about(self.mutants[name]) for explanation in self._explanations)

    def write(self) -> None:
        """Says the figures, and writes all results."""
        counted = Counter(result.fate for result in self.results.values())
        say(f"{self.room}: {len(self.results)} mutants: " + ", ".join(f"{counted[f]} {f}" for f in get_args(Fate)))
        unseen = [name for fate in UNSEEN for name in self.names(fate)]
        explained = [name for name in unseen if self.is_explained(name)]
        say(f"{len(unseen)} were not noticed, of which {len(explained)} are explained")
        RESULTS.write_text(json.dumps({r.name: [r.fate, r.test] for r in self.results.values()}, indent=1))

    def say_what_is_out_of_date(self) -> None:
        """Says which explanations are about no change that goes unnoticed. To be asked when all mutants were run."""
        unseen = [self.mutants[name] for fate in UNSEEN for name in self.names(fate)]
        for explanation in self._explanations:
            if not any(explanation.is_about(mutant) for mutant in unseen):
                say(f"explained, but no change that goes unnoticed: {explanation}")


def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("room")
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--left-out", action="append", default=[])
    parser.add_argument("--mutants", nargs="*", default=["*"])
    asked = parser.parse_args()
    write_mutants(Path("emulator/stuntcard", asked.room))
    import_room(f"stuntcard.{asked.room}")
    wanted = [m for m in all_mutants() if any(fnmatch.fnmatchcase(m.name, name) for name in asked.mutants)]
    report = Report(asked.room, wanted)
    with tempfile.TemporaryDirectory() as scratch:
        quickly = ["-q", "-s", "--assert=plain", "--timeout=60", "-p", "no:cacheprovider", "-p", "no:xdist"]
        left_out = [f"--deselect={node}" for node in asked.left_out]
        options = ["--rootdir=.", f"--basetemp={scratch}/temporary", *quickly, *left_out, *asked.tests]
        pytest.main(options, plugins=[StopAtFailure(), Judge(list(report.mutants.values()), report.add)])
        say("those that were not noticed, with tests imported anew:")
        for name in report.names("not noticed"):
            if not report.is_explained(name):
                report.add(judged_anew(report.mutants[name], options))
    report.write()
    if asked.mutants == ["*"]:
        report.say_what_is_out_of_date()


main()
