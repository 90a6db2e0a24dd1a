"""What stands between programs and cards on this computer: the service, its drivers, OpenSC's module."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.parsers.expat import ExpatError

import pkcs11

from cardtools.card.errors import CardError
from cardtools.card.pkcs11_module import find_module

_DAEMON = "pcscd"
_DAEMON_PLACES = "/usr/sbin:/usr/local/sbin"
_PATIENCE = 5
_DRIVER_PLACES = (
    "usr/lib/pcsc/drivers",
    "usr/local/lib/pcsc/drivers",
    "usr/libexec/SmartCardServices/drivers",
    "usr/local/libexec/SmartCardServices/drivers",
)


@dataclass(frozen=True, slots=True)
class Versioned:
    """Something that is installed; `version` is None where it tells none."""

    name: str
    version: str | None


def service_version() -> str | None:
    """The version of pcsc-lite's daemon; None where there is none, as on other systems."""
    daemon = shutil.which(_DAEMON) or shutil.which(_DAEMON, path=_DAEMON_PLACES)
    if daemon is None:
        return None
    try:
        told = subprocess.run(
            [daemon, "--version"], capture_output=True, text=True, errors="replace", timeout=_PATIENCE, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    first = told.partition("\n")[0]
    return first.rpartition(" ")[2].rstrip(".") or None


def drivers(root: Path = Path("/")) -> list[Versioned]:
    """The drivers of readers that are installed."""
    bundles = sorted(bundle for place in _DRIVER_PLACES for bundle in (root / place).glob("*.bundle"))
    return [Versioned(bundle.stem, _bundle_version(bundle)) for bundle in bundles]


def opensc_module(named: Path | None = None) -> Versioned:
    """OpenSC's PKCS#11 module. Raises ModuleNotFoundOrBrokenError."""
    path = find_module(named)
    try:
        major, minor = pkcs11.lib(str(path)).library_version
    except (pkcs11.PKCS11Error, OSError, RuntimeError):
        return Versioned(path.name, None)
    return Versioned(path.name, f"{major}.{minor}")


def why_no_module(named: Path | None = None) -> CardError | None:
    """Why OpenSC's module can't be used; None when it can."""
    try:
        opensc_module(named)
    except CardError as error:
        return error
    return None


def _bundle_version(bundle: Path) -> str | None:
    try:
        with (bundle / "Contents" / "Info.plist").open("rb") as file:
            found = plistlib.load(file).get("CFBundleShortVersionString")
    except (OSError, ValueError, ExpatError, AttributeError):
        return None
    return str(found) if found is not None else None
