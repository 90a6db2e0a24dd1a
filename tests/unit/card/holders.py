"""Cards as their holders have them once every code is set, and each code's rules as the documents give them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from stuntcard.policy.events import Verdict
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import OK, Client, new_card

CHOSEN = {
    "eobcanka": {"pin": "11111", "puk": "22222222", "qpin": "33333", "iok": "4444", "dok": "5555"},
    "zzzs-pk": {"kpep-pin": "654321"},
}
"""What holders set; everything else comes from the factory."""

SET_IN_THIS_ORDER = {"eobcanka": ("puk", "pin", "qpin"), "zzzs-pk": ("kpep-pin",)}


def issued(profile: str) -> Client:
    """A client of a card as it is handed over."""
    return Client(new_card(load_profile(profile)), CHOSEN.get(profile))


def holder_of(profile: str, *, without: str | None = None) -> Client:
    """A client of a card whose codes are all set but this one and those that it would set."""
    client = issued(profile)
    if profile == "eobcanka":
        values = {code: client.values[code].encode() for code in ("dok", "iok")}
        assert client.card.act("office", "set-identification", values) is Verdict.DONE
    for code in SET_IN_THIS_ORDER.get(profile, ()):
        if code == without:
            break
        assert client.set_code(code) == OK
    return client


@dataclass(frozen=True)
class Rules:
    """A code's numbers, and the facts on them; `by` sets it and `sets` are set by it."""

    profile: str
    code: str
    tries: int
    shortest: int
    longest: int
    on_tries: pytest.MarkDecorator | None = None
    on_values: pytest.MarkDecorator | None = None
    by: str | None = None
    sets: tuple[str, ...] = ()
    digits: bool = False
    changed: bool = True

    @property
    def bad_values(self) -> list[str]:
        """Too short, too long, and of a fitting length with something in it that no such code has."""
        short = "7" * (self.shortest - 1)
        strange = ("a", " ", "-", "\0") if self.digits else ("\t", "\u0165", "\x7f")
        return ["", short, "7" * (self.longest + 1), *(short + character for character in strange)]


fact = pytest.mark.fact
RULES = [
    Rules("proid-q", "pin", 3, 4, 15, fact("PQ-12"), fact("PQ-07", "PQ-10"), by="puk"),
    Rules("proid-q", "puk", 5, 8, 15, fact("PQ-12"), fact("PQ-08", "PQ-10"), sets=("pin", "qpin")),
    Rules("proid-q", "qpin", 3, 5, 15, fact("PQ-12"), fact("PQ-09", "PQ-10"), by="puk"),
    Rules("tokenme", "pin", 3, 4, 15, by="puk"),
    Rules("tokenme", "puk", 5, 8, 15, sets=("pin",)),
    Rules("eobcanka", "dok", 10, 4, 10, fact("EO-01"), fact("EO-01", "EO-07"), sets=("iok",), digits=True),
    Rules("eobcanka", "iok", 3, 4, 10, fact("EO-02"), fact("EO-02", "EO-07"), by="dok", sets=("puk",), digits=True),
    Rules(
        "eobcanka", "puk", 5, 8, 15, fact("EO-03"), fact("EO-03", "EO-07"), by="iok", sets=("pin", "qpin"), digits=True
    ),
    Rules("eobcanka", "pin", 3, 5, 15, fact("EO-04"), fact("EO-04", "EO-07"), by="puk", digits=True),
    Rules("eobcanka", "qpin", 3, 5, 15, fact("EO-05"), fact("EO-05", "EO-07"), by="puk", digits=True),
    Rules("zzzs-pk", "pep-pin", 3, 4, 4, fact("PK-01"), fact("PK-01", "PK-02", "PK-03"), by="pep-puk", digits=True),
    Rules("zzzs-pk", "pep-puk", 5, 8, 8, fact("PK-04"), sets=("pep-pin",), digits=True, changed=False),
    Rules("zzzs-pk", "kpep-pin", 3, 6, 6, fact("PK-07"), fact("PK-06"), by="tpin", digits=True),
    Rules("zzzs-pk", "tpin", 3, 8, 8, fact("PK-08"), sets=("kpep-pin",), digits=True, changed=False),
]
