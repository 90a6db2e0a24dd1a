"""NSS's database of certificates and modules, by NSS's own tools (certutil, modutil)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from cardtools.manager.model.refusals import ManagerError, UsageError

_MODULE_NAME = "OpenSC"
_PATIENCE = 120
_NOT_TRUSTED = ",,"
"""A holder's certificate is trusted for nothing by itself."""


def usual_database() -> Path:
    """The user's own, which Chromium and others use."""
    return Path.home() / ".pki" / "nssdb"


def open_database(folder: Path) -> None:
    """Makes the database, without a password, when it is not there. Raises UsageError, ManagerError."""
    if (folder / "cert9.db").exists():
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("file-unwritable", file=str(folder), why=error.strerror or "") from None
    _run("certutil", "-N", "--empty-password", folder=folder)


def add_module(folder: Path, module: Path) -> None:
    """Has the database know OpenSC's module, unless it does. Raises ManagerError."""
    listed = _run("modutil", "-rawlist", "-dbdir", f"sql:{folder}")
    if re.search(rf'library="?{re.escape(str(module))}("|\s|$)', listed, re.MULTILINE) is None:
        names = set(re.findall(r'name="([^"]*)"', listed))
        name = next(one for number in range(len(names) + 1)
                    if (one := f"{_MODULE_NAME} {number + 1}" if number else _MODULE_NAME) not in names)  # fmt: skip
        _run("modutil", "-force", "-add", name, "-libfile", str(module), "-dbdir", f"sql:{folder}")


def add_certificate(folder: Path, nickname: str, der: bytes) -> None:
    """Puts a certificate in, or leaves it as it is there. Raises ManagerError."""
    _run("certutil", "-A", "-n", nickname, "-t", _NOT_TRUSTED, folder=folder, given=der)


def remove_certificate(folder: Path, nickname: str) -> bool:
    """Takes a certificate out; False when it is not there. Raises ManagerError."""
    if nickname not in _run("certutil", "-L", folder=folder):
        return False
    _run("certutil", "-D", "-n", nickname, folder=folder)
    return True


def _run(program: str, *arguments: str, folder: Path | None = None, given: bytes = b"") -> str:
    """What the tool writes. Raises ManagerError when it is not there, or refuses."""
    where: Sequence[str] = () if folder is None else ("-d", f"sql:{folder}")
    try:
        done = subprocess.run(
            [program, *arguments, *where], input=given, capture_output=True, timeout=_PATIENCE, check=False
        )
    except FileNotFoundError:
        raise ManagerError("nss-missing", program=program) from None
    except subprocess.TimeoutExpired:
        raise ManagerError("nss-refused", program=program, why="…") from None
    if done.returncode:
        told = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        raise ManagerError("nss-refused", program=program, why=told[0].rstrip(".") if told else str(done.returncode))
    return done.stdout.decode(errors="replace")
