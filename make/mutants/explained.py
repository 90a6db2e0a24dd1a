"""Why no test can tell some changes, one by one: tests/mutants/ROOM.txt.

Under `## why` each line names a function and what is written otherwise in it, here `<=` for `<`:

    status.bytes_remaining: n < 256 → n <= 256

Nothing behind the arrow means that it is taken out. What stands before it may be as short as no other change of the
function asks for more; numbers and quotes are as `ast.unparse` writes them. So a line holds while its function stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mutants.changes import Mutant

ARROW = " →"


@dataclass(frozen=True)
class Explanation:
    """One change of a function that no test can tell."""

    function: str
    old: str
    new: str

    def is_about(self, mutant: Mutant) -> bool:
        """Whether this is what the mutant changes."""
        return self.function == mutant.function and self._explains(*mutant.change())

    def _explains(self, real: str, changed: str) -> bool:
        """Whether one place in the real lines, written as told, makes them the changed ones."""
        at = real.find(self.old)
        while at >= 0:
            if " ".join((real[:at] + self.new + real[at + len(self.old) :]).split()) == changed:
                return True
            at = real.find(self.old, at + 1)
        return False


def explanations(file: Path) -> list[Explanation]:
    """What a file explains; nothing if there is none."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return [_read(line) for line in lines if line.strip() and not line.startswith("#")]


def _read(line: str) -> Explanation:
    function, _, change = line.partition(": ")
    old, _, new = change.partition(ARROW)
    return Explanation(function, old, new.strip())
