"""The cards of a campaign: made once in a process, and given out as often as they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from stuntcard.applets.registry import APPLETS, AppletChoiceError, seen_through
from stuntcard.campaign import cards
from stuntcard.campaign.model import OWN
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.faults.rules import Rule
from stuntcard.messages import messages_in
from stuntcard.policy.law import unblocking_code
from stuntcard.profile.document import DocumentError
from stuntcard.profile.model import CodeStatus, Profile
from stuntcard.running.scenarios import ScenarioRefusedError, built_card, load
from stuntcard.scenario.build import wrong_value
from stuntcard.scenario.load import NamedScenario, load_scenario
from stuntcard.store.errors import StoreError

_KEPT = 64


class NoSuchCardError(Exception):
    """A card that there can't be; says why."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A card as it is when a run begins."""

    profile: Profile
    content: Content = field(repr=False)
    values: Mapping[str, str] = field(repr=False)
    """The codes' values that are known, by id."""
    named: NamedScenario | None
    faults: tuple[Rule, ...]
    """What strikes it in its scenario."""

    def card(self) -> Card:
        """One of its own, without power."""
        return Card(self.profile, APPLETS, self.content)

    @property
    def placeholders(self) -> dict[str, str]:
        """What stands for its token and its codes in a campaign's texts."""
        found = {f"code:{name}": value for name, value in self.values.items()}
        found["label"] = self.profile.token.label
        everyday = self.profile.areas[self.profile.holders_area].guard
        for name, code in (("pin", everyday), ("puk", unblocking_code(self.profile, everyday))):
            if code is not None and code in self.values:
                found[name] = self.values[code]
        if "pin" in found:
            found["wrong-pin"] = wrong_value(found["pin"].encode()).decode()
        return found


def subject(card: str | None, scenario: str | None, applet: str) -> Subject:
    """The card of a cell; a stored one as it stands now. Raises NoSuchCardError."""
    return _of_card(card, applet) if card is not None and cards.is_stored(card) else _kept(card, scenario, applet)


@lru_cache(maxsize=_KEPT)
def _kept(card: str | None, scenario: str | None, applet: str) -> Subject:
    return _of_card(str(card), applet) if scenario is None else _of_scenario(scenario, applet)


def _of_card(card: str, applet: str) -> Subject:
    try:
        made = cards.made(card, applet)
    except (DocumentError, OSError, StoreError, AppletChoiceError) as error:
        raise NoSuchCardError(str(error)) from error
    codes = made.state.codes
    known = {
        name: value.decode()
        for name, value in made.content.values.items()
        if codes[name].status is not CodeStatus.NOT_SET
    }
    return Subject(made.profile, made.content, known, None, ())


def _of_scenario(scenario: str, applet: str) -> Subject:
    try:
        named = load(scenario)
        built = built_card(named, messages_in("en"))
        profile = named.profile if applet == OWN else seen_through(named.profile, applet)
    except (DocumentError, OSError, ScenarioRefusedError, AppletChoiceError) as error:
        raise NoSuchCardError(str(error)) from error
    return Subject(profile, built.card.content, built.values, named, named.scenario.rules)


@lru_cache(maxsize=4096)
def can_be(card: str | None, scenario: str | None, applet: str) -> bool:
    """Whether such a card can be seen through an applet; True where what is wrong with it is told elsewhere."""
    try:
        profile = load_scenario(scenario).profile if scenario is not None else cards.profile_of(str(card))
    except (DocumentError, OSError, StoreError):
        return True
    try:
        return applet == OWN or seen_through(profile, applet) is not None
    except AppletChoiceError:
        return False
