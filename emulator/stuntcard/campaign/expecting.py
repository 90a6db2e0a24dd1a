"""Checks what a campaign expects of its cards: paths, commands and codes that at least one of them must have."""

from __future__ import annotations

from collections.abc import Iterator

from stuntcard.applets.registry import AppletChoiceError, seen_through
from stuntcard.campaign.cards import profile_of
from stuntcard.campaign.model import OWN, Campaign, Expect
from stuntcard.profile.document import DocumentError, Finding, KeyPath
from stuntcard.profile.model import Profile
from stuntcard.scenario.checks import check_expectations
from stuntcard.scenario.load import load_scenario
from stuntcard.store.errors import StoreError


def check_cards_expected(campaign: Campaign) -> Iterator[Finding]:
    """What is expected that no card of the campaign has. A profile that can't be used is told of elsewhere."""
    wanted = [(at, expect.card) for at, expect in places_of_expect(campaign) if expect.card is not None]
    profiles = list(_profiles(campaign)) if wanted else []
    for at, expectations in wanted:
        found = [{one.path: one for one in check_expectations(expectations, profile)} for profile in profiles]
        for path, one in found[0].items() if found else ():
            if all(path in others for others in found):
                yield Finding((*at, "card", *path[1:]), one.message)


def places_of_expect(campaign: Campaign) -> Iterator[tuple[KeyPath, Expect]]:
    """All blocks that say what is expected, with their places."""
    yield ("expect",), campaign.expect
    yield ("under_fault",), campaign.under_fault
    yield from ((("clients", name, "expect"), client.expect) for name, client in campaign.clients.items())
    yield from ((("tasks", name, "expect"), task.expect) for name, task in campaign.tasks.items())


def _profiles(campaign: Campaign) -> Iterator[Profile]:
    """Each profile of the campaign's cards, as it is seen through each applet."""
    seen: set[tuple[str, str]] = set()
    for profile in _plain_profiles(campaign):
        for applet in campaign.applets:
            if (profile.id, applet) in seen:
                continue
            seen.add((profile.id, applet))
            try:
                yield profile if applet == OWN else seen_through(profile, applet)
            except AppletChoiceError:
                continue


def _plain_profiles(campaign: Campaign) -> Iterator[Profile]:
    for card in campaign.cards:
        try:
            yield profile_of(card)
        except (DocumentError, OSError, StoreError):
            continue
    for scenario in campaign.scenarios:
        try:
            yield load_scenario(scenario).profile
        except (DocumentError, OSError):
            continue
