"""The client's settings: a small file that only its owner may read."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import yaml
from platformdirs import user_state_path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from cardtools.common.messages import Language
from cardtools.enrol.ca_client import PATIENCE
from cardtools.enrol.errors import BadInputError
from cardtools.enrol.files.private_files import read_private, write_private

HOME_VARIABLE = "ENROL_HOME"
"""Names the client's folder, if it is not to be the user's own."""

DEFAULT_CA = "http://127.0.0.1:8629"
"""Where `cardtools-ca run` listens when it is told nothing."""

FILE = "settings.yaml"
_VISIBLE = re.compile(r"[^\s\x00-\x20\x7f\\]+")
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,5}")


def checked_url(url: str) -> str:
    """A CA's address, if it can be one, without a slash at its end. Raises ValueError."""
    parsed = urlsplit(url)
    elsewhere = "@" in parsed.netloc or "?" in url or "#" in url or not _VISIBLE.fullmatch(url)
    if parsed.scheme not in ("http", "https") or not parsed.hostname or elsewhere or parsed.port == 0:
        raise ValueError("no address of a CA")
    return url.rstrip("/")


def _checked_version(version: str) -> str:
    if not _VERSION.fullmatch(version):
        raise ValueError("no version")
    return version


class Settings(BaseModel):
    """What the user has chosen. A field's alias is the setting's name on the command line and in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    ca_url: Annotated[str, AfterValidator(checked_url)] = Field(DEFAULT_CA, alias="ca-url")
    ca_patience: Annotated[float, Field(gt=0, le=600)] = Field(PATIENCE, alias="ca-patience")
    """Seconds for one exchange with the CA."""
    language: Language | None = None
    """None: as the environment says."""
    pki_manager_version: Annotated[str, AfterValidator(_checked_version)] | None = Field(
        None, alias="pki-manager-version"
    )
    """The version of the token's manager that counts as installed on this computer; None: one that is new enough."""


def home() -> Path:
    """The client's folder: $ENROL_HOME, or the user's own for state."""
    chosen = os.environ.get(HOME_VARIABLE)
    return Path(chosen) if chosen else user_state_path("stuntcard-enrol", appauthor=False)


def setting_names() -> list[str]:
    """The names of the settings, as users write them."""
    return [field.alias or name for name, field in Settings.model_fields.items()]


def read_settings(folder: Path) -> Settings:
    """The settings kept in a folder. Raises BadInputError when the file can't be read or says something else."""
    path = folder / FILE
    text = read_private(path)
    if text is None:
        return Settings()
    try:
        return Settings.model_validate(yaml.safe_load(text) or {})
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError) as error:
        # Over a value that does not fit its tag the library stumbles in all these ways; pydantic's is a ValueError.
        raise BadInputError("settings-unreadable", file=str(path), reason=_where(error)) from error


def change_setting(folder: Path, name: str, value: str | None) -> Settings:
    """Sets one setting and keeps all; None or nothing as `value` brings its default back. Raises BadInputError."""
    if name not in setting_names():
        raise BadInputError("setting-unknown", name=name, names=", ".join(setting_names()))
    chosen = read_settings(folder).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    chosen.pop(name, None)
    if value:
        chosen[name] = value
    try:
        settings = Settings.model_validate(chosen)
    except ValidationError as error:
        raise BadInputError(f"setting-wrong-{name}", name=name, value=value or "") from error
    write_private(folder / FILE, yaml.safe_dump(settings.model_dump(mode="json", by_alias=True, exclude_defaults=True)))
    return settings


def _where(error: Exception) -> str:
    """The setting that can't be used, or the line and column of what is no YAML: the same in every language."""
    if isinstance(error, ValidationError):
        place = error.errors(include_url=False, include_input=False, include_context=False)[0]["loc"]
        return ".".join(map(str, place)) or "YAML"
    mark = getattr(error, "problem_mark", None)
    return f"YAML {mark.line + 1}:{mark.column + 1}" if mark is not None else "YAML"
