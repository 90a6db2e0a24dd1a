"""Cards as `manage` would tell them, for the card manager's own rules."""

from __future__ import annotations

from cardtools.card.kind import parse_kind
from cardtools.card.status import CardStatus, Characters, CodeState, CodeStatus, PartStatus
from stuntcard.applets.manage import kind_of_card
from stuntcard.profile.load import load_profile

SET_BY = {
    "proid-q": {"pin": "puk", "puk": None, "qpin": "puk"},
    "eobcanka": {"pin": "puk", "puk": "iok", "qpin": "puk", "iok": "dok", "dok": None},
    "zzzs-pk": {"pep-pin": "pep-puk", "pep-puk": None, "kpep-pin": "tpin", "tpin": None},
}
UNCHANGEABLE = {"pep-puk", "tpin"}
STATES = {"-": CodeState.NOT_SET, "s": CodeState.SET, "b": CodeState.BLOCKED}


def card(profile: str, states: str, *, lost: str | None = None, dead: bool = False) -> CardStatus:
    """A card with its codes in these states, a letter each: `-` not set, `s` set, `b` blocked."""
    codes = tuple(
        code(name, STATES[letter], by, must_change=profile == "proid-q")
        for (name, by), letter in zip(SET_BY[profile].items(), states, strict=True)
    )
    parts = tuple(PartStatus(name, name.upper(), name == lost) for name in ("pep", "kpep", "identification", "signing"))
    return CardStatus(profile, "00", dead, codes, (), parts, (), parse_kind(kind_of_card(load_profile(profile))))


def code(
    name: str, state: CodeState = CodeState.SET, by: str | None = None, *, must_change: bool = False
) -> CodeStatus:
    return CodeStatus(
        name, name.upper(), 1, state, 3 if state is CodeState.SET else 0, 3, 3, must_change, 4, 8, False, by,
        Characters.DIGITS, name not in UNCHANGEABLE,
    )  # fmt: skip
