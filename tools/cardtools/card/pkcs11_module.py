"""OpenSC's PKCS#11 module: where it lies, and a use of it from the first call to the last.

Each use begins with C_Initialize and ends with C_Finalize. So nothing that the module remembers of a card outlives a
use, and between two uses the card is free for PC/SC, whose reset the module would not notice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pkcs11

from cardtools.card.errors import ModuleNotFoundOrBrokenError

MODULE_VARIABLE = "CARDTOOLS_PKCS11_MODULE"
_PLACES = (
    "usr/local/lib/opensc-pkcs11.so",
    "usr/local/lib/*/opensc-pkcs11.so",
    "usr/lib/*/opensc-pkcs11.so",
    "usr/lib*/opensc-pkcs11.so",
    "usr/lib*/pkcs11/opensc-pkcs11.so",
    "Library/OpenSC/lib/opensc-pkcs11.so",
)


def find_module(option: Path | None = None) -> Path:
    """The module named by the option, else by CARDTOOLS_PKCS11_MODULE, else in a usual place.

    Raises ModuleNotFoundOrBrokenError.
    """
    named = option or (Path(value) if (value := os.environ.get(MODULE_VARIABLE)) else None)
    if named is not None:
        if not named.is_file():
            raise ModuleNotFoundOrBrokenError(str(named))
        return named
    for place in _PLACES:
        for found in sorted(Path("/").glob(place)):
            return found
    raise ModuleNotFoundOrBrokenError


@contextmanager
def module_in_use(path: Path) -> Iterator[list[pkcs11.Slot]]:
    """The slots with a token. Raises ModuleNotFoundOrBrokenError, and pkcs11.PKCS11Error."""
    try:
        library = pkcs11.lib(str(path))
    except (pkcs11.PKCS11Error, OSError, RuntimeError) as error:
        raise ModuleNotFoundOrBrokenError(str(path)) from error
    try:
        yield library.get_slots(token_present=True)
    finally:
        # A card that is gone must not hide why.
        with suppress(pkcs11.PKCS11Error):
            library.finalize()
