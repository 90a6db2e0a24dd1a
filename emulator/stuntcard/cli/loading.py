"""Reads what a command was given by name, and says so where it can't be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stuntcard.cli.exit import fail, failing

if TYPE_CHECKING:
    from stuntcard.profile.model import Profile


def loaded_profile(name: str) -> Profile:
    """A profile by its id or its file's path."""
    from stuntcard.profile.load import load_profile

    with failing_to_read(name):
        return load_profile(name)


@contextmanager
def failing_to_read(name: str, hint: str = "") -> Iterator[None]:
    """Ends the command when a profile can't be read; `hint` stands behind the word that there is no such file."""
    from stuntcard.profile.load import ProfileError

    try:
        yield
    except ProfileError as error:
        fail(f"{error}\n{error.file} can't be used; correct it and try again.")
    except FileNotFoundError as error:
        fail(f"{error}" if error.errno is None else f"{name}: there is no such file{hint}")
    except OSError as error:
        fail(f"{name}: can't be read: {error.strerror}")


@contextmanager
def scenario_refusals() -> Iterator[None]:
    """Ends the command when a scenario can't be used."""
    from stuntcard.messages import UnknownLanguageError
    from stuntcard.profile.document import DocumentError
    from stuntcard.running.scenarios import ScenarioRefusedError

    with failing(ScenarioRefusedError, DocumentError, UnknownLanguageError):
        yield
