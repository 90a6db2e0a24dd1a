"""The applets there are, by the names that profiles use."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.applets.isoapplet import IsoApplet
from emulator.applets.manage import Manage
from emulator.card.card import Applet

APPLETS: Mapping[str, Applet] = {"isoapplet": IsoApplet(), "manage": Manage()}
