"""Which device is preset as the store, from the moment that it is put in until it is taken out (PQ-30)."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from cardtools.common.protocol import Model
from cardtools.enrol.errors import UnavailableError
from cardtools.enrol.files.private_files import read_private, write_private

_FILE = "store.json"


class StoreChoice(Model):
    """A card in a reader. Another one that lies there by now is not the one that was chosen."""

    reader: str
    card_profile: str
    card_serial: str


def read_choice(home: Path) -> StoreChoice | None:
    """The store that was chosen last; None when none is. Raises BadInputError when the file can't be read."""
    text = read_private(home / _FILE)
    try:
        return None if text is None else StoreChoice.model_validate_json(text)
    except ValidationError:
        return None  # a preset is a comfort: without it the client asks


def write_choice(home: Path, choice: StoreChoice | None) -> None:
    """Keeps a choice, or with None that nothing is chosen. Raises UnavailableError."""
    file = home / _FILE
    if choice is not None:
        write_private(file, choice.model_dump_json() + "\n")
        return
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise UnavailableError("file-unwritable", file=str(file), reason=error.strerror or str(error)) from error
