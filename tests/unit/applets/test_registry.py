"""Which applet of a card is shown first, and with which ATR."""

from __future__ import annotations

import pytest
from stuntcard.applets.registry import AppletChoiceError, seen_through
from stuntcard.profile.areas import APPLETS_OF_ONE_AREA
from stuntcard.profile.checks import cross_check
from stuntcard.profile.load import load_profile, shipped_names
from stuntcard.profile.model import KeyAlgorithm


@pytest.mark.parametrize(
    ("profile", "name", "applets", "area"),
    [
        ("proid-q", "gids", ("gids", "manage"), "general"),
        ("proid-q", "gids:cc", ("gids", "manage"), "cc"),
        ("tokenme", "gids", ("gids", "manage"), "general"),
        ("zzzs-pk", "gids", ("gids", "manage"), "pep"),
        ("zzzs-pk", "gids:kpep", ("gids", "manage"), "kpep"),
        ("eobcanka", "gids", ("gids", "eop", "manage"), "general"),
        ("eobcanka", "gids:qualified", ("gids", "eop", "manage"), "qualified"),
    ],
)
def test_a_card_shows_one_of_its_areas(profile: str, name: str, applets: tuple[str, ...], area: str) -> None:
    seen = seen_through(load_profile(profile), name)
    assert (set(seen.applets), seen.applets[0], seen.shown_area) == (set(applets), "gids", area)
    assert seen.atr.value == "3B89015374756E7447494453D9"
    assert cross_check(seen) == ()


def test_piv_has_its_own_answer_to_reset_and_never_gids_beside_it() -> None:
    seen = seen_through(seen_through(load_profile("proid-q"), "gids"), "piv:cc")
    assert (seen.applets, seen.shown_area) == (("piv", "manage"), "cc")
    assert seen.atr.value == "3BDB96008131FE4580F9A0000003080000100084"


def test_the_way_back_shows_all_of_the_card() -> None:
    profile = load_profile("proid-q")
    seen = seen_through(seen_through(profile, "gids:cc"), "isoapplet")
    assert (seen.applets, seen.shown_area) == (("isoapplet", "manage"), None)


def test_ias_shows_another_area_beside_the_other_command_sets() -> None:
    profile = load_profile("zzzs-pk")
    for name, code in (("ias", "pep-pin"), ("ias:kpep", "kpep-pin"), ("ias:pep", "pep-pin")):
        seen = seen_through(profile, name)
        assert (seen.applets, seen.shown_area, seen.atr) == (("ias", "isoapplet", "manage"), None, profile.atr)
        assert [one for one in seen.codes if seen.codes[one].ias_reference == 0x11] == [code]
        assert cross_check(seen) == ()


def test_ias_shows_no_area_whose_key_it_does_not_know() -> None:
    profile = load_profile("zzzs-pk")
    assert profile.personalisation is not None
    pep, kpep = profile.personalisation.keys
    keys = (pep, kpep.model_copy(update={"algorithm": KeyAlgorithm.EC_P256}))
    other = profile.model_copy(update={"personalisation": profile.personalisation.model_copy(update={"keys": keys})})
    with pytest.raises(AppletChoiceError, match=r"no area 'kpep' of this card through ias; there are: pep$"):
        seen_through(other, "ias:kpep")


@pytest.mark.parametrize(
    ("profile", "name", "message"),
    [
        ("proid-q", "gids:attic", "programs see no area 'attic' of this card; there are: cc, general"),
        ("proid-q", "gids:", "programs see no area '' of this card; there are: cc, general"),
        ("proid-q", "myeid:cc", "there is no applet 'myeid:cc'; there are: isoapplet, myeid, oseid, gids, piv, ias"),
        ("proid-q", "ias", "ias is for cards of that platform; the profile of this one has no block `ias`"),
        ("zzzs-pk", "ias:attic", "programs see no area 'attic' of this card through ias; there are: pep, kpep"),
        ("blank", "gids", "a card that leaves the factory empty is not made up through gids; take myeid"),
    ],
)
def test_what_can_not_be_shown(profile: str, name: str, message: str) -> None:
    with pytest.raises(AppletChoiceError) as refusal:
        seen_through(load_profile(profile), name)
    assert str(refusal.value) == message


def test_every_profile_is_right_through_every_area() -> None:
    for profile in (load_profile(name) for name in shipped_names() if name != "blank"):
        for applet in APPLETS_OF_ONE_AREA:
            for area in profile.areas:
                assert cross_check(seen_through(profile, f"{applet}:{area}")) == ()
