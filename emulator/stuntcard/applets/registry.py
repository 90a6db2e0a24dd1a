"""The applets there are, by the names that profiles use. The commands of one may be those of several applications."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from stuntcard.card.applet import Applet
from stuntcard.profile.areas import APPLETS_OF_ONE_AREA, BESIDE_ONE_AREA
from stuntcard.profile.model import IAS_CODE, Atr, Profile


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
def _gids() -> tuple[Applet, ...]:
    from stuntcard.applets.gids import FULL_NAME, NAME, Gids

    return (Gids(NAME), Gids(FULL_NAME))


@cache
def _piv() -> tuple[Applet, ...]:
    from stuntcard.applets.piv import NAMES, Piv

    return tuple(Piv(name) for name in NAMES)


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
    isoapplet=_isoapplet, myeid=_myeid, eop=_eop, ias=_ias, gids=_gids, piv=_piv, manage=_manage
)


class AppletChoiceError(ValueError):
    """An applet that a card can't be seen through."""


_MAIN = ("isoapplet", "myeid")
"""Command sets that reach all of a card."""
ATRS: Mapping[str, str] = {
    "myeid": "3B85014D79454944F8",
    "oseid": "3B85014F73454944F0",
    "gids": "3B89015374756E7447494453D9",
    "piv": "3BDB96008131FE4580F9A0000003080000100084",
}
"""ATRs by which clients know a command set, by what people call it: T=1, "MyEID", "OsEID", "StuntGIDS", PIV's AID."""


CHOICES = ("isoapplet", *ATRS, "ias")
"""The names that `seen_through` takes."""


def seen_through(profile: Profile, name: str) -> Profile:
    """The same card with this command set first, and with the ATR that clients know it by if it has one.

    `name` is a command set's, or APPLET:AREA for one that shows one area; without an area it is the one whose code
    lets files be written, or else the first, and for ias the profile's. Raises AppletChoiceError when there is none
    of this name.
    """
    word, colon, area = name.partition(":")
    if word in APPLETS_OF_ONE_AREA:
        return _through_one_area(profile, word, area if colon else profile.holders_area)
    if word == "ias":
        return _through_ias(profile, area if colon else None)
    applet = "myeid" if name in ATRS else name
    if applet not in _MAIN:
        raise AppletChoiceError(f"there is no applet '{name}'; there are: {', '.join(CHOICES)}")
    others = (other for other in profile.applets if other != applet and other not in APPLETS_OF_ONE_AREA)
    return _changed(profile, name, applets=(applet, *others), shown_area=None)


def areas_shown(profile: Profile, applet: str) -> tuple[str, ...]:
    """The areas that can stand behind this command set's name, as in APPLET:AREA."""
    if applet == "ias":
        return profile.areas_for_ias if profile.ias is not None else ()
    if applet not in APPLETS_OF_ONE_AREA or profile.open_while is not None:
        return ()
    return tuple(name for name, one in profile.areas.items() if one.guard in profile.codes_on_chip)


def _through_one_area(profile: Profile, applet: str, area: str) -> Profile:
    if profile.open_while is not None:
        raise AppletChoiceError(f"a card that leaves the factory empty is not made up through {applet}; take myeid")
    shown = areas_shown(profile, applet)
    if area not in shown:
        raise AppletChoiceError(f"programs see no area '{area}' of this card; there are: {', '.join(shown)}")
    others = (other for other in profile.applets if other in BESIDE_ONE_AREA)
    return _changed(profile, applet, applets=(applet, *others), shown_area=area, ias=None)


def _through_ias(profile: Profile, area: str | None) -> Profile:
    """Beside the other command sets of such a card: a client takes it for an IAS Classic by its ATR."""
    if profile.ias is None:
        raise AppletChoiceError("ias is for cards of that platform; the profile of this one has no block `ias`")
    applets = ("ias", *(other for other in profile.applets if other != "ias"))
    if area is None:
        return profile.model_copy(update={"applets": applets})
    if area not in areas_shown(profile, "ias"):
        known = ", ".join(areas_shown(profile, "ias"))
        raise AppletChoiceError(f"programs see no area '{area}' of this card through ias; there are: {known}")
    guard = profile.areas[area].guard
    numbers = {name: IAS_CODE if name == guard else None for name in profile.codes}
    codes = {name: code.model_copy(update={"ias_reference": numbers[name]}) for name, code in profile.codes.items()}
    return profile.model_copy(update={"applets": applets, "codes": codes})


def _changed(profile: Profile, name: str, **changes: object) -> Profile:
    atr = {"atr": Atr(value=ATRS[name])} if name in ATRS else {}
    return profile.model_copy(update={**changes, **atr})
