"""A process that runs cells, one after the other, for whoever holds the other end of its pipes.

Each cell has the process to itself, so that whatever a client leaves behind can be told from what another one did. It
ends with its owner: when the pipe that brings jobs ends, also in the midst of a run, the client is ended too, its
folder removed, and nothing remains.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from typing import NoReturn

from stuntcard.campaign.client import Allowed, NotStartedError, take_orphans
from stuntcard.campaign.outcome import VERSION_SECONDS, Ask, Job, Outcome, Request, Version
from stuntcard.campaign.placeholders import NothingKnownError
from stuntcard.campaign.programs import Programs
from stuntcard.campaign.run import StoppedError, run_job

_CHUNK = 1 << 16
_VERSION_SIZE = 1 << 16
_LONGEST = 300


def answered(request: Request, stop: int | None = None) -> Outcome | Version:
    """What comes of a request. Raises StoppedError when `stop` can be read meanwhile."""
    what = request.what
    return run_job(what, stop) if isinstance(what, Job) else _version(what, stop)


def _version(ask: Ask, stop: int | None) -> Version:
    """What a client says of its version, in its first line."""
    import tempfile
    from pathlib import Path

    try:
        programs = Programs(ask.client, ask.variables)
        with programs.folder() as shared, tempfile.TemporaryDirectory() as own:
            folder = shared or Path(own)
            place = programs.at(folder, folder / "none")
            if ask.client.version is None:
                return Version(name=ask.name, text="")
            ended = place.run(ask.client.version, Allowed(VERSION_SECONDS, _VERSION_SIZE, _VERSION_SIZE), stop)
    except (NotStartedError, NothingKnownError) as error:
        return Version(name=ask.name, text="", refused=str(error))
    lines = ended.output.decode(errors="replace").strip().splitlines()
    return Version(name=ask.name, text=lines[0][:_LONGEST] if lines else ended.words)


def main() -> None:
    """Answers requests from standard input on standard output, a line of JSON each, until the former ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal's Ctrl-C its owner makes an end
    signal.signal(signal.SIGTERM, _end)
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    take_orphans()
    try:
        for line in _lines(sys.stdin.fileno()):
            answer = answered(Request.model_validate_json(line), sys.stdin.fileno())
            _write(answers, answer.model_dump_json().encode() + b"\n")
    except (StoppedError, BrokenPipeError):
        return


def _end(_: int, __: object) -> NoReturn:
    sys.exit(0)


def _lines(descriptor: int) -> Iterator[bytes]:
    """Lines, each as soon as it is there, and nothing read beyond it before the next is asked for."""
    waiting = b""
    while chunk := os.read(descriptor, _CHUNK):
        waiting += chunk
        if waiting.endswith(b"\n"):
            yield waiting
            waiting = b""


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


if __name__ == "__main__":
    main()
