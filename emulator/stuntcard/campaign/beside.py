"""Files that a campaign names from where it lies itself: what begins with `./` or `../`.

A client runs in a folder of its own, from which such a name would lead nowhere.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from stuntcard.campaign.model import Campaign, Client, Steps, Task
from stuntcard.campaign.placeholders import placeholders_in
from stuntcard.profile.document import Finding, KeyPath


def seen_from(folder: Path, text: str) -> str:
    """A value, as a whole path where it is one that is seen from the folder."""
    return str(folder.absolute() / text) if _is_beside(text) else text


def with_files_beside(campaign: Campaign, folder: Path) -> Campaign:
    """The campaign with whole paths for the files that are seen from its folder."""
    changes = {
        "variables": _values(campaign.variables, folder),
        "clients": {name: _client(client, folder) for name, client in campaign.clients.items()},
        "tasks": {name: _task(task, folder) for name, task in campaign.tasks.items()},
    }
    said = {name: value for name, value in changes.items() if name in campaign.model_fields_set}
    return campaign.model_copy(update=said)


def missing_files(campaign: Campaign, folder: Path) -> Iterator[Finding]:
    """Files that a campaign names from its folder, as it was written, and that are not there."""
    for at, text in _named(campaign):
        if _is_beside(text) and not any(placeholders_in(text)) and not Path(seen_from(folder, text)).exists():
            yield Finding(at, f"{text}: there is no such file; it is seen from {folder.absolute()}")
    for at, line in _lines(campaign):
        program = shlex.split(line)[0]
        if not _is_beside(program) or any(placeholders_in(program)):
            continue
        path = Path(seen_from(folder, program))
        if not path.is_file():
            yield Finding(at, f"{program}: there is no such program; it is seen from {folder.absolute()}")
        elif not os.access(path, os.X_OK):
            yield Finding(at, f"{program}: it can't be run; make it a program: chmod +x {program}")


def missing_values(values: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with values that were typed here for variables: files that are not there."""
    for name, value in values.items():
        if _is_beside(value) and not any(placeholders_in(value)) and not Path(value).exists():
            yield f"--set {name}={value}: there is no such file; it is seen from {Path.cwd()}"


def _is_beside(text: str) -> bool:
    return text in (".", "..") or text.startswith(("./", "../"))


def _values(values: Mapping[str, str], folder: Path) -> dict[str, str]:
    return {name: seen_from(folder, value) for name, value in values.items()}


def _client(client: Client, folder: Path) -> Client:
    if client.root is not None:  # what else it names lies in that root
        return client.model_copy(update={"root": seen_from(folder, client.root)})
    changes: dict[str, object] = {
        "path": tuple(seen_from(folder, one) for one in client.path),
        "module": client.module and seen_from(folder, client.module),
        "environment": _values(client.environment, folder),
        "version": client.version and _line(client.version, folder),
        "command": _steps(client.command, folder),
    }
    return client.model_copy(update={name: changes[name] for name in changes if name in client.model_fields_set})


def _task(task: Task, folder: Path) -> Task:
    parts = {"before": task.before, "run": task.run, "proof": task.proof}
    said = {name: _steps(steps, folder) for name, steps in parts.items() if name in task.model_fields_set}
    return task.model_copy(update=said)


def _steps(steps: Steps, folder: Path) -> Steps:
    return tuple(step.model_copy(update={"run": _line(step.run, folder)}) for step in steps)


def _line(line: str, folder: Path) -> str:
    """A command line whose program, its first word, is seen from the folder."""
    words = shlex.split(line)
    if not words or not _is_beside(words[0]):
        return line
    return f"{shlex.quote(str(folder.absolute()))}/{line.lstrip().removeprefix('./')}"


def _named(campaign: Campaign) -> Iterator[tuple[KeyPath, str]]:
    """Values that may name a file, with their places."""
    yield from ((("variables", name), value) for name, value in campaign.variables.items())
    for name, client in campaign.clients.items():
        at: KeyPath = ("clients", name)
        if client.root is not None:
            yield (*at, "root"), client.root
            continue
        if client.module is not None:
            yield (*at, "module"), client.module
        yield from (((*at, "path", index), one) for index, one in enumerate(client.path))
        yield from (((*at, "environment", key), value) for key, value in client.environment.items())


def _lines(campaign: Campaign) -> Iterator[tuple[KeyPath, str]]:
    """Command lines, with their places."""
    for name, client in campaign.clients.items():
        if client.root is None:
            if client.version is not None:
                yield ("clients", name, "version"), client.version
            yield from _of_steps(("clients", name, "command"), client.command)
    for name, task in campaign.tasks.items():
        for part, steps in (("before", task.before), ("run", task.run), ("proof", task.proof)):
            yield from _of_steps(("tasks", name, part), steps)


def _of_steps(at: KeyPath, steps: Steps) -> Iterator[tuple[KeyPath, str]]:
    for index, step in enumerate(steps):
        yield (*at, index) if len(steps) > 1 else at, step.run
