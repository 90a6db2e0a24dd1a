"""The journal of a campaign: what it is, and each outcome, in a line that is on the disk before anybody is told.

A line that was not written to its end, as when the power went, is taken off when the journal is opened again; the run
that it was of is done once more.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from stuntcard.campaign.model import Campaign
from stuntcard.campaign.outcome import Outcome, Verdict, Version

FORMAT = 1
JOURNAL, PREVIOUS, TRACES, LOCK = "journal.jsonl", "previous.jsonl", "traces", "journal.lock"
_BEGIN = b'{"stuntcard_campaign": '
_END = b'{"ended": true}\n'
_PASSED_TRACES = 32 << 20
"""Bytes of conversations that are kept of runs that passed; of others all are."""


class JournalError(Exception):
    """Results that can't be used; says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a journal is of."""

    name: str
    file: str
    campaign: Campaign


class Journal:
    """A folder with results, as long as one program adds to them."""

    def __init__(self, folder: Path, header: Header, *, afresh: bool = False) -> None:
        """Opens it, or begins it. Raises JournalError, or OSError when it can't be written.

        `afresh`, or where the campaign came to its end: what is there is put aside first.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / TRACES).mkdir(mode=0o700, exist_ok=True)
        self.folder = folder
        # A file of its own: the journal itself is renamed when it is put aside.
        self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise JournalError(f"{folder}: another campaign writes there; choose another folder: --results") from error
        try:
            if afresh or is_complete(folder):
                put_aside(folder)
            self._file = os.open(folder / JOURNAL, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except BaseException:
            os.close(self._lock)
            raise
        self.done: dict[str, Verdict] = {}
        """The cells that have an outcome."""
        self._room = _PASSED_TRACES
        try:
            self._begin_or_go_on(header)
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        os.close(self._file)
        os.close(self._lock)

    def add(self, outcome: Outcome) -> bool:
        """Writes an outcome down; False where the cell has one already. Raises OSError when it can't be written."""
        if outcome.id in self.done:
            return False
        self._keep_trace(outcome)
        self._write({"outcome": outcome.model_dump(mode="json", exclude={"trace"})})
        self.done[outcome.id] = outcome.verdict
        return True

    def sync(self) -> None:
        """Has all that was written be on the disk. Raises OSError when it can't."""
        os.fsync(self._file)

    def add_version(self, version: Version) -> None:
        """Keeps what a client said of its version."""
        self._write({"version": version.model_dump(mode="json")})

    def end(self) -> None:
        """All is done: the next one that is run there begins anew."""
        self._write({"ended": True})  # _END, as it stands in the file
        self.sync()

    def _begin_or_go_on(self, header: Header) -> None:
        begins = os.pread(self._file, len(_BEGIN), 0)
        if begins and not _BEGIN.startswith(begins):
            raise JournalError(f"{self.folder / JOURNAL}: it is no campaign's; choose another folder with --results")
        whole = _cut_off_what_is_torn(self._file)
        if whole and read_header(self.folder) != header:
            raise JournalError(
                f"{self.folder}: results of another campaign, or of this one before it was changed; choose another "
                "folder with --results, or begin anew with --afresh"
            )
        if not whole:
            told = {"name": header.name, "file": header.file, "campaign": _as_json(header.campaign)}
            self._write({"stuntcard_campaign": FORMAT, **told})
        for outcome in read_outcomes(self.folder):
            self.done[outcome.id] = outcome.verdict

    def _keep_trace(self, outcome: Outcome) -> None:
        content = "".join(f"{line}\n" for line in outcome.trace).encode()
        if outcome.verdict is Verdict.PASSED:
            if len(content) > self._room:
                return
            self._room -= len(content)
        if content:
            with open(self.folder / TRACES / f"{outcome.id}.jsonl", "wb", opener=_privately) as file:
                file.write(content)

    def _write(self, line: dict[str, object]) -> None:
        content = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        while content:
            content = content[os.write(self._file, content) :]


def is_complete(folder: Path) -> bool:
    """Whether a journal is there whose campaign came to its end."""
    with contextlib.suppress(FileNotFoundError), open(folder / JOURNAL, "rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - len(_END)))
        return file.read() == _END
    return False


def put_aside(folder: Path) -> None:
    """Makes room for a new journal; the one that was there is the previous one from now on."""
    with contextlib.suppress(FileNotFoundError):
        os.replace(folder / JOURNAL, folder / PREVIOUS)
    for trace in (folder / TRACES).glob("*.jsonl"):
        trace.unlink()


def read_header(folder: Path) -> Header:
    """What the results are of. Raises JournalError, or OSError."""
    first = next(_lines(folder), None)
    if first is None or first.get("stuntcard_campaign") != FORMAT:
        raise JournalError(f"{folder}: there are no results of a campaign that this version of Stuntcard can read")
    with _damaged(folder):
        campaign = Campaign.model_validate_json(json.dumps(first["campaign"]))
        return Header(str(first["name"]), str(first["file"]), campaign)


def read_outcomes(folder: Path) -> Iterator[Outcome]:
    """The outcomes one after the other, without their traces. Raises JournalError, or OSError."""
    for line in _lines(folder):
        if "outcome" in line:
            with _damaged(folder):
                outcome = Outcome.model_validate_json(json.dumps(line["outcome"]))
            yield outcome


def read_versions(folder: Path) -> dict[str, str]:
    """What each client said of its version."""
    with _damaged(folder):
        found = [Version.model_validate(line["version"]) for line in _lines(folder) if "version" in line]
    return {version.name: version.text for version in found}


@contextlib.contextmanager
def _damaged(folder: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, RecursionError) as error:  # pydantic's are ValueErrors
        raise JournalError(
            f"{folder / JOURNAL}: it is damaged, or of another version; begin anew with --afresh"
        ) from error


def _lines(folder: Path) -> Iterator[dict[str, object]]:
    with open(folder / JOURNAL, "rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            try:
                content = json.loads(line)
            except (ValueError, RecursionError):
                content = None
            if not isinstance(content, dict):
                raise JournalError(f"{folder / JOURNAL}, line {number}: it is damaged; begin anew with --afresh")
            yield content


def _cut_off_what_is_torn(file: int) -> bool:
    """Ends the file behind its last whole line; gives whether there is one."""
    end = whole = 0
    while chunk := os.pread(file, 1 << 20, end):
        if b"\n" in chunk:
            whole = end + chunk.rindex(b"\n") + 1
        end += len(chunk)
    os.ftruncate(file, whole)
    os.lseek(file, whole, os.SEEK_SET)
    return whole > 0


def _as_json(campaign: Campaign) -> object:
    return campaign.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
