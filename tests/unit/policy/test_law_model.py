"""The law of ProID+Q against a second, naive telling of it, from the documents and not from the code.

The naive card is dictionaries and ifs. It knows nothing of profiles: its numbers are typed in here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from stuntcard.policy.events import (
    Change,
    DirectoriesRead,
    Event,
    ResetCode,
    SessionEnd,
    StoreKey,
    UseKey,
    Verdict,
    Verify,
)
from stuntcard.policy.law import step
from stuntcard.policy.state import Origin, factory_state
from stuntcard.profile.load import load_profile

PROID_Q = load_profile("proid-q")
MOST = {"pin": 3, "puk": 5, "qpin": 3}


@dataclass
class NaiveKey:
    number: int
    area: str
    origin: str
    there: bool = True
    listed: bool = False
    certificate: bool = False


@dataclass
class NaiveCard:
    """Every method gives the name of what the card should say."""

    left: dict[str, int] = field(default_factory=lambda: dict(MOST))
    must_change: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(MOST, True))
    given: set[str] = field(default_factory=set)
    keys: list[NaiveKey] = field(default_factory=list)
    dead: bool = False

    def verify(self, code: str, right: bool) -> str:
        if self.dead:
            return "CARD_DEAD"
        if self.left[code] == 0:
            return "CODE_BLOCKED"
        if not right:
            return self.wrong(code)
        self.left[code] = MOST[code]
        self.given.add(code)
        return "DONE"

    def change(self, code: str, right: bool, fits: bool) -> str:
        if self.dead:
            return "CARD_DEAD"
        if self.left[code] == 0:
            return "CODE_BLOCKED"
        if not fits:
            return "VALUE_REFUSED"
        if not right:
            return self.wrong(code)
        self.new_value(code)
        return "DONE"

    def reset(self, code: str, by: str, right: bool, fits: bool) -> str:
        if self.dead:
            return "CARD_DEAD"
        if by != "puk" or code == "puk":
            return "ACT_NOT_ALLOWED"
        if self.left["puk"] == 0:
            return "CODE_BLOCKED"
        if not fits:
            return "VALUE_REFUSED"
        if not right:
            return self.wrong("puk")
        self.left["puk"] = 5
        self.new_value(code)
        return "DONE"

    def make(self, origin: str, number: int) -> str:
        if self.dead:
            return "CARD_DEAD"
        if "pin" not in self.given:
            return "NOT_AUTHORISED"
        if "qpin" not in self.given:
            self.keys.append(NaiveKey(number, "general", origin))
            return "DONE"
        if len([key for key in self.keys if key.area == "cc"]) == 2:
            return "NO_PLACE"
        self.given.remove("qpin")
        self.keys.append(NaiveKey(number, "cc", origin))
        return "DONE"

    def use(self, number: int) -> str:
        if self.dead:
            return "CARD_DEAD"
        for key in self.keys:
            if key.number == number and key.there:
                if key.area == "general":
                    return "DONE" if "pin" in self.given else "NOT_AUTHORISED"
                if "qpin" not in self.given:
                    return "NOT_AUTHORISED"
                self.given.remove("qpin")
                return "DONE"
        return "NO_SUCH_KEY"

    def read(self, listed: frozenset[int] | None, certified: frozenset[int] | None) -> str:
        if self.dead:
            return "CARD_DEAD"
        for key in list(self.keys):
            if listed is not None:
                if key.listed and key.number not in listed:
                    key.there = False
                key.listed = key.number in listed
            if certified is not None:
                key.certificate = key.number in certified
            if not key.there and not key.certificate:
                self.keys.remove(key)
        return "DONE"

    def end_session(self) -> str:
        if self.dead:
            return "CARD_DEAD"
        self.given = set()
        return "DONE"

    def wrong(self, code: str) -> str:
        self.left[code] = self.left[code] - 1
        self.given.discard(code)
        if self.left["pin"] == 0 and self.left["puk"] == 0 and self.left["qpin"] == 0:
            self.dead = True
            self.given = set()
        return "WRONG_CODE"

    def new_value(self, code: str) -> None:
        self.left[code] = MOST[code]
        self.must_change[code] = False
        self.given.discard(code)


CODE = st.sampled_from(list(MOST))
MOSTLY = st.sampled_from([True, True, True, False])
NUMBERS = st.none() | st.frozensets(st.integers(1, 5))


class LawAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.state = factory_state(PROID_Q)
        self.naive = NaiveCard()

    def happen(self, event: Event) -> Verdict:
        self.state, verdict = step(PROID_Q, self.state, event)
        return verdict

    @rule(code=CODE, right=MOSTLY)
    def verify(self, code: str, right: bool) -> None:
        assert self.happen(Verify(code, right)).name == self.naive.verify(code, right)

    @rule(code=st.sampled_from(["pin", "pin", "qpin", "qpin", "puk"]))
    def guess_until_blocked(self, code: str) -> None:
        for _ in range(6):
            assert self.happen(Verify(code, False)).name == self.naive.verify(code, False)

    @rule(code=CODE, right=MOSTLY, fits=MOSTLY)
    def change(self, code: str, right: bool, fits: bool) -> None:
        assert self.happen(Change(code, right, fits)).name == self.naive.change(code, right, fits)

    @rule(code=CODE, by=st.sampled_from(["puk", "puk", "puk", "pin", "qpin"]), right=MOSTLY, fits=MOSTLY)
    def reset(self, code: str, by: str, right: bool, fits: bool) -> None:
        assert self.happen(ResetCode(code, by, right, fits)).name == self.naive.reset(code, by, right, fits)

    @rule(origin=st.sampled_from([Origin.MADE, Origin.IMPORTED]))
    def make(self, origin: Origin) -> None:
        taken = {item.number for item in self.state.items}
        verdict = self.happen(StoreKey(origin))
        number = self.state.items[-1].number if verdict is Verdict.DONE else 0
        assert number not in taken
        assert verdict.name == self.naive.make(origin.value, number)

    @rule(origin=st.sampled_from([Origin.MADE, Origin.IMPORTED]))
    def make_in_cc_area(self, origin: Origin) -> None:
        self.verify("pin", True)
        self.verify("qpin", True)
        self.make(origin)

    @rule(number=st.integers(1, 6))
    def use(self, number: int) -> None:
        assert self.happen(UseKey(number)).name == self.naive.use(number)

    @rule(listed=NUMBERS, certified=NUMBERS)
    def read_directories(self, listed: frozenset[int] | None, certified: frozenset[int] | None) -> None:
        assert self.happen(DirectoriesRead(listed, certified)).name == self.naive.read(listed, certified)

    @rule(paired=st.booleans())
    def list_all(self, paired: bool) -> None:
        every = frozenset(item.number for item in self.state.items)
        self.read_directories(every, every if paired else None)

    @rule()
    def end_session(self) -> None:
        assert self.happen(SessionEnd()).name == self.naive.end_session()

    @invariant()
    def codes_agree(self) -> None:
        for name, code in self.state.codes.items():
            assert code.tries_left == self.naive.left[name]
            assert code.tries_limit == MOST[name]
            assert code.status.value == ("set" if self.naive.left[name] else "blocked")
            assert code.must_change == self.naive.must_change[name]

    @invariant()
    def rights_agree(self) -> None:
        assert set(self.state.verified) == self.naive.given
        assert self.state.dead == self.naive.dead

    @invariant()
    def keys_agree(self) -> None:
        seen = [
            (item.number, item.area, item.key.value if item.key else None, item.listed, item.certificate, item.paired)
            for item in self.state.items
        ]
        assert seen == [
            (
                key.number,
                key.area,
                key.origin if key.there else None,
                key.listed,
                key.certificate,
                key.there and key.certificate,
            )
            for key in self.naive.keys
        ]

    @invariant()
    def areas_agree(self) -> None:
        for area in ("cc", "general"):
            assert self.state.used(area) == len([key for key in self.naive.keys if key.area == area])
        assert self.state.used("cc") <= 2


TestLawAgainstModel = LawAgainstModel.TestCase
TestLawAgainstModel.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
