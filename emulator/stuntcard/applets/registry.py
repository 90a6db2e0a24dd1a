"""The applets there are, by the names that profiles use. The commands of one may be those of several applications."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from stuntcard.card.applet import Applet
from stuntcard.profile.model import Atr, Profile


@cache
def _isoapplet() -> tuple[Applet, ...]:
    from stuntcard.applets.isoapplet import IsoApplet

    return (IsoApplet(),)


@cache
def _myeid() -> tuple[Applet, ...]:
    from stuntcard.applets.myeid import MyEid

    return (MyEid(),)


@cache
def _eop() -> tuple[Applet, ...]:
    from stuntcard.applets.eop import EopFiles, EopManagement

    return (EopManagement(), EopFiles())


@cache
def _ias() -> tuple[Applet, ...]:
    from stuntcard.applets.ias import Ias

    return (Ias(),)


@cache
def _manage() -> tuple[Applet, ...]:
    from stuntcard.applets.manage import Manage

    return (Manage(),)


class _Applets(Mapping[str, tuple[Applet, ...]]):
    """Applets by their names. Each is loaded when a card asks for it: it has few, and nobody waits for the others."""

    def __init__(self, **loaders: Callable[[], tuple[Applet, ...]]) -> None:
        self._loaders = loaders

    def __getitem__(self, name: str) -> tuple[Applet, ...]:
        return self._loaders[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaders)

    def __len__(self) -> int:
        return len(self._loaders)


APPLETS: Mapping[str, tuple[Applet, ...]] = _Applets(
    isoapplet=_isoapplet, myeid=_myeid, eop=_eop, ias=_ias, manage=_manage
)


class AppletChoiceError(ValueError):
    """An applet that a card can't be seen through."""


_MAIN = ("isoapplet", "myeid")
"""Command sets that reach all of a card."""
ATRS: Mapping[str, str] = {
    "myeid": "3B85014D79454944F8",
    "oseid": "3B85014F73454944F0",
}
"""ATRs by which clients know a command set, T=1 and the historical bytes "MyEID" or "OsEID", by what people call it."""


def seen_through(profile: Profile, name: str) -> Profile:
    """The same card with this command set first, and with the ATR that clients know it by if it has one.

    Raises AppletChoiceError when there is none of this name.
    """
    applet = "myeid" if name in ATRS else name
    if applet not in _MAIN:
        raise AppletChoiceError(f"there is no applet '{name}'; there are: {', '.join(('isoapplet', *ATRS))}")
    changes: dict[str, object] = {"applets": (applet, *(other for other in profile.applets if other != applet))}
    if name in ATRS:
        changes["atr"] = Atr(value=ATRS[name])
    return profile.model_copy(update=changes)
