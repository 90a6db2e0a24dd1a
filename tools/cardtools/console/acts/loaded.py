"""What each process that does a piece of work finds done already: all is imported, and each catalogue is read.

Importing it is all that is done with it, once, in the process that the others are forked off.
"""

import ctypes
import gc
from contextlib import suppress

import pkcs11._pkcs11  # noqa: F401 - else loaded when a card is first met

from cardtools.card.errors import CardError
from cardtools.card.pkcs11_module import find_module
from cardtools.common.devices import devices
from cardtools.common.messages import Language
from cardtools.common.messages.catalogue import read_catalogue
from cardtools.console.acts import work

__all__ = ["work"]

for _language in Language:
    for _domain in ("manager", "enrol", "console"):
        read_catalogue(_domain, _language.value)
devices()
with suppress(CardError, OSError):
    # The module and its libraries are in memory then; it meets no card before it is asked to.
    ctypes.CDLL(str(find_module()))
# The search for cycles would write into every page that the processes share.
gc.freeze()
