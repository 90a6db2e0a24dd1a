"""The applets there are, by the names that profiles use. The commands of one may be those of several applications."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.applets.eop import EopFiles, EopManagement
from emulator.applets.isoapplet import IsoApplet
from emulator.applets.manage import Manage
from emulator.card.card import Applet

APPLETS: Mapping[str, tuple[Applet, ...]] = {
    "isoapplet": (IsoApplet(),),
    "eop": (EopManagement(), EopFiles()),
    "manage": (Manage(),),
}
