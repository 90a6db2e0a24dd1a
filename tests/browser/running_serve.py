"""`stuntcard serve` as a program of its own, as its user starts it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from tests.browser.processes import PATIENCE, end

_COMMAND = (sys.executable, "-m", "stuntcard", "serve", "--port", "0")


@dataclass(frozen=True, slots=True)
class RunningServe:
    """A server that runs: its process, its address, the link to its page, and the owner's token."""

    process: subprocess.Popen[str]
    url: str
    link: str
    token: str

    def call(self, method: str, path: str, body: object = None) -> Any:
        """What the API answers to its owner."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = json.dumps(body).encode() if body is not None else None
        request = Request(f"{self.url}{path}", content, headers, method=method)
        with urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read()
        return json.loads(text) if text else None


@contextmanager
def serving(environment: Mapping[str, str], *cards: str) -> Iterator[RunningServe]:
    """A server on a free port, with these cards to begin with."""
    process = subprocess.Popen(
        [*_COMMAND, *cards], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(environment)
    )
    try:
        assert process.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        found = re.search(r"served at (\S+)\s+page: +(\S+)\s+token: (\S+)", said)
        assert found is not None, said
        yield RunningServe(process, found[1], found[2], found[3])
    finally:
        end(process)
