"""What is known of a room from runs before: a line of JSON each, so that nothing is lost when a run is ended."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from mutants.changes import Mutant


def digest(*texts: str) -> str:
    """What texts are known by."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:24]


def key(mutant: Mutant) -> str:
    """A change of a function that is, to the letter, as it was."""
    return digest(mutant.function, *mutant.texts())


class Kept:
    """Values by keys; of two with one key the later counts."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = file.read_text().splitlines() if file.exists() else []
        self._values: dict[str, Any] = dict(json.loads(line) for line in lines)

    def get(self, key: str) -> Any:  # noqa: ANN401
        """What is kept, or None."""
        return self._values.get(key)

    def keep(self, key: str, value: object) -> None:
        """Keeps a value beyond the end of this run."""
        self._values[key] = value
        with self._file.open("a") as lines:
            lines.write(json.dumps([key, value]) + "\n")
