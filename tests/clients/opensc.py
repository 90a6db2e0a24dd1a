"""OpenSC's programs: those of this machine, of another system's root folder, or of a folder that OpenSC was built into.

With STUNTCARD_OPENSC_ROOT=/path/to/rootfs (a Debian by debootstrap, for example) every OpenSC program runs by chroot
in that folder, and `shared_folder` makes the folders that both sides see below its /tmp. With
STUNTCARD_OPENSC_PREFIX=/path, what `make install` of a build with that prefix put there is taken.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT_VARIABLE = "STUNTCARD_OPENSC_ROOT"
PREFIX_VARIABLE = "STUNTCARD_OPENSC_PREFIX"
SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
_PATIENCE = 60


def other_root() -> Path | None:
    """The root folder of the system whose OpenSC is tested, or None when it is this machine's."""
    root = os.environ.get(ROOT_VARIABLE)
    return Path(root) if root else None


def built() -> Path | None:
    """The folder that the OpenSC that is tested was built into, or None when it was installed otherwise."""
    prefix = os.environ.get(PREFIX_VARIABLE)
    return Path(prefix) if prefix else None


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A private folder that OpenSC's programs see too, gone again afterwards; short enough for a socket's path."""
    root = other_root()
    with tempfile.TemporaryDirectory(prefix="stuntcard-", dir=root / "tmp" if root else None) as folder:
        yield Path(folder)


def opensc_command(name: str, folder: Path, socket: Path) -> list[str]:
    """How to start a program of OpenSC in a shared folder, as a client of the PC/SC service behind a socket.

    Any other program of the same system, too. Raises FileNotFoundError when the program is not installed.
    """
    if (prefix := built()) is not None:
        own = prefix / "bin" / name
        chosen = str(own) if own.exists() else name
        # A home of its own, so that no copy of another card's files is there.
        return ["env", f"--chdir={folder}", f"{SOCKET_VARIABLE}={socket}", f"HOME={folder}", chosen]
    root = other_root()
    if root is None:
        program = shutil.which(name)
        if program is None:
            raise FileNotFoundError(f"{name} is not installed (Debian: apt install opensc)")
        return ["env", f"--chdir={folder}", f"{SOCKET_VARIABLE}={socket}", program]
    if not (root / "usr/bin" / name).exists():
        raise FileNotFoundError(f"{root} has no {name} (Debian: apt install opensc, inside it)")
    inner_folder, inner_socket = Path("/") / folder.relative_to(root), Path("/") / socket.relative_to(root)
    # Without root, a user namespace lets one's own user be root within the folder.
    change_root = ["chroot"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "chroot"]
    return [*change_root, str(root), "env", f"--chdir={inner_folder}", f"{SOCKET_VARIABLE}={inner_socket}", name]


def program_of_this_machine(name: str) -> str:
    """How to start a program of OpenSC that is no program of another system's root folder."""
    prefix = built()
    return name if prefix is None else str(prefix / "bin" / name)


def pkcs11_module() -> Path:
    """OpenSC's PKCS#11 module. Raises FileNotFoundError when it is not installed."""
    if (prefix := built()) is not None:
        return prefix / "lib/opensc-pkcs11.so"
    root = other_root() or Path("/")
    for pattern in ("usr/local/lib/**/opensc-pkcs11.so", "usr/lib/*/opensc-pkcs11.so", "usr/lib*/opensc-pkcs11.so"):
        for module in sorted(root.glob(pattern)):
            return module
    raise FileNotFoundError(f"there is no opensc-pkcs11.so below {root} (Debian: apt install opensc-pkcs11)")


def inner_module() -> Path:
    """The same module, by its path within the root folder that OpenSC's programs run in."""
    module, root = pkcs11_module(), other_root()
    return module if root is None or built() is not None else Path("/") / module.relative_to(root)


@cache
def drivers() -> tuple[str, ...]:
    """The drivers of the OpenSC that is tested, in the order in which it asks them for a card."""
    lines = (line.split() for line in _shown("--list-drivers").splitlines() if line.startswith("  "))
    return tuple(words[0] for words in lines)


def knows_driver(name: str) -> bool:
    """Whether the OpenSC that is tested has a driver of this name."""
    return name in drivers()


@cache
def opensc_version() -> tuple[int, int]:
    """The version of the OpenSC that is tested, as (0, 23)."""
    major, minor = _shown("--info").split()[1].removesuffix(",").split(".")[:2]
    return int(major), int(minor)


def _shown(option: str) -> str:
    """What OpenSC says of itself."""
    with shared_folder() as folder:
        command = [*opensc_command("opensc-tool", folder, folder / "none"), option]
        return subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=True).stdout
