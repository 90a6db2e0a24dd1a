"""eObčanka over T=0: each code from not set to blocked, the office and the helpline, and what each code opens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.card.keys import generate_ec
from stuntcard.control.actors import ActError, ActRequest, perform
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.transport import Protocol
from stuntcard.policy.events import Verdict
from stuntcard.policy.state import CodeState
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import CodeStatus

from tests.unit.card.cards import (
    BLOCKED,
    ISOAPPLET,
    MANAGE,
    NOT_ALLOWED,
    NOT_USABLE,
    OK,
    PRKDF,
    Client,
    certificate_entry,
    key_entry,
    new_card,
    unchanged,
)

EOBCANKA = load_profile("eobcanka")
REFERENCE = {"pin": 1, "puk": 2, "qpin": 3, "iok": 4, "dok": 5}
SHORTEST = {"pin": 5, "puk": 8, "qpin": 5, "iok": 4, "dok": 4}
LONGEST = {"pin": 15, "puk": 15, "qpin": 15, "iok": 10, "dok": 10}
TRIES = {"pin": 3, "puk": 5, "qpin": 3, "iok": 3, "dok": 10}
VALUES = {"pin": "11111", "puk": "22222222", "qpin": "33333", "iok": "4444", "dok": "5555"}
WRONG = "000000000"
SET_BY = {"pin": "puk", "qpin": "puk", "puk": "iok", "iok": "dok"}
NO_SUCH_WAY, REFUSED_VALUE = "6985", "6A80"
IDENTIFICATION_KEY, IDENTIFICATION_CERTIFICATE = 0x10, "3F0050200001"

EACH_CODE = pytest.mark.parametrize("code", list(REFERENCE))
SIGNING_CODES = ("pin", "puk", "qpin")


class Holder(Client):
    """A client that speaks of codes by name, and knows the values that the stories begin with."""

    def query_of(self, code: str) -> str:
        return self.query(REFERENCE[code])

    def give(self, code: str, value: str | None = None) -> str:
        return self.verify(REFERENCE[code], VALUES[code] if value is None else value)

    def change_code(self, code: str, old: str, new: str) -> str:
        return self.change(REFERENCE[code], old, new)

    def set_code(self, code: str, new: str | None = None, *, by: str | None = None) -> str:
        """RESET RETRY COUNTER with the right value of the code that sets this one, or with `by`."""
        other = VALUES[SET_BY[code]] if by is None else by
        return self.reset_code(REFERENCE[code], other, VALUES[code] if new is None else new)

    def block_code(self, code: str) -> None:
        while self.status(code) is not CodeStatus.BLOCKED:
            self.give(code, WRONG)

    def office(self, act: str = "set-identification", dok: str = VALUES["dok"], iok: str = VALUES["iok"]) -> Verdict:
        return self.card.act("office", act, {"dok": dok.encode(), "iok": iok.encode()})

    def helpline(self) -> Verdict:
        return self.card.act("helpline", "block-identification", {})

    def ask(self, actor: str, act: str, **values: str) -> str:
        """An act by its front door, with what it says."""
        return perform(self.card, ActRequest(actor, act, values))

    def refusal(self, actor: str, act: str, **values: str) -> str:
        """What is said when an act can't be; it leaves all as it was."""
        before = self.card.content
        with pytest.raises(ActError) as refused:
            self.ask(actor, act, **values)
        assert self.card.content == before
        return str(refused.value)

    def status(self, code: str) -> CodeStatus:
        return self.card.state.codes[code].status

    def tries(self, *codes: str) -> list[int]:
        return [self.card.state.codes[code].tries_left for code in codes]

    def identify(self, challenge: bytes = b"a challenge") -> tuple[bytes, str]:
        return self.sign(IDENTIFICATION_KEY, challenge)


@pytest.fixture
def handed_over() -> Holder:
    """With none of the codes set."""
    return Holder(new_card(EOBCANKA))


@pytest.fixture
def identified(handed_over: Holder) -> Holder:
    """With DOK and IOK, from the office."""
    assert handed_over.office() is Verdict.DONE
    return handed_over


@pytest.fixture
def holder(identified: Holder) -> Holder:
    """With all codes of the chip set."""
    for code in ("puk", "pin", "qpin"):
        assert identified.set_code(code) == OK
    return identified


def test_the_card_speaks_t0() -> None:
    assert new_card(EOBCANKA).transport_protocol is Protocol.T0


# Not set, set, blocked


@pytest.mark.fact("EO-08")
@EACH_CODE
def test_a_code_that_is_not_set_says_so_and_spends_nothing(handed_over: Holder, code: str) -> None:
    def try_all() -> None:
        assert handed_over.query_of(code) == NOT_USABLE
        assert handed_over.give(code) == NOT_USABLE
        assert handed_over.give(code, WRONG) == NOT_USABLE
        assert handed_over.change_code(code, VALUES[code], VALUES[code]) == NOT_USABLE

    assert unchanged(handed_over, try_all)


@pytest.mark.fact("EO-08")
@EACH_CODE
def test_a_blocked_code_says_something_else(holder: Holder, code: str) -> None:
    holder.block_code(code)
    assert holder.query_of(code) == BLOCKED != NOT_USABLE
    assert holder.give(code) == BLOCKED


@pytest.mark.fact("EO-08")
def test_only_what_is_set_is_shown_as_set_in_the_directory_of_codes(handed_over: Holder) -> None:
    def initialised() -> set[int]:
        """References of the codes with the flag `initialized` (ISO 7816-15, 8.9.1)."""
        content, found = handed_over.read("3F0050154401").rstrip(b"\0"), set()
        for entry in tlv.parse(content):
            attributes = entry.children()[2].children()[0].children()
            flags, reference = tlv.find(attributes, 0x03), tlv.find(attributes, 0x80)
            assert flags is not None
            assert reference is not None
            if flags[1] & 0x08:
                found.add(reference[-1])
        return found

    assert initialised() == set()
    handed_over.office()
    assert initialised() == {4, 5}
    handed_over.set_code("puk")
    assert initialised() == {2, 4, 5}


def ways_to_be_wrong() -> list[object]:
    """Each code with each command that it can be given in."""
    facts = {"dok": "EO-01", "iok": "EO-02", "puk": "EO-03", "pin": "EO-04", "qpin": "EO-05"}
    ways = [(code, "verify") for code in facts] + [(code, "change") for code in facts]
    ways += [("dok", "set iok"), ("iok", "set puk"), ("puk", "set pin"), ("puk", "set qpin")]
    return [pytest.param(*way, marks=pytest.mark.fact(facts[way[0]])) for way in ways]


@pytest.mark.parametrize(("code", "how"), ways_to_be_wrong())
def test_wrong_values_count_down_to_blocked(identified: Holder, code: str, how: str) -> None:
    tries = TRIES[code]
    if code in SIGNING_CODES:  # once PUK is set, IOK sets nothing more
        assert [identified.set_code(signing) for signing in ("puk", "pin", "qpin")] == [OK] * 3

    def wrong() -> str:
        match how:
            case "verify":
                return identified.give(code, WRONG)
            case "change":
                return identified.change_code(code, WRONG, VALUES[code])
            case _:
                return identified.set_code(how.removeprefix("set "), by=WRONG)

    assert identified.query_of(code) == f"63C{tries:X}"
    assert wrong() == f"63C{tries - 1:X}"
    assert identified.query_of(code) == f"63C{tries - 1:X}"
    assert identified.give(code) == OK  # the right one gives all tries back
    identified.card.reset()
    assert [wrong() for _ in range(tries)] == [f"63C{left:X}" for left in reversed(range(tries))]
    assert wrong() == BLOCKED
    assert identified.query_of(code) == BLOCKED
    assert unchanged(identified, lambda: identified.give(code))
    assert identified.give(code) == BLOCKED
    assert identified.change_code(code, VALUES[code], VALUES[code]) == BLOCKED
    identified.card.power_off()
    identified.card.power_on()
    assert identified.give(code) == BLOCKED


# Lengths and characters


def bad_values(code: str) -> list[str]:
    """Too short, too long, and of a fitting length with something that is no digit in it."""
    short, long = SHORTEST[code], LONGEST[code]
    digits = "7" * (short - 1)
    return ["", digits, "7" * (long + 1), digits + "a", digits + " ", digits + "-", digits + "\0", "A" * long]


LENGTH_FACTS = pytest.mark.parametrize(
    "code",
    [
        pytest.param("dok", marks=pytest.mark.fact("EO-01", "EO-07")),
        pytest.param("iok", marks=pytest.mark.fact("EO-02", "EO-07")),
        pytest.param("puk", marks=pytest.mark.fact("EO-03", "EO-07")),
        pytest.param("pin", marks=pytest.mark.fact("EO-04", "EO-07")),
        pytest.param("qpin", marks=pytest.mark.fact("EO-05", "EO-07")),
    ],
)


@LENGTH_FACTS
def test_a_code_is_changed_to_digits_of_its_lengths_only(holder: Holder, code: str) -> None:
    for value in bad_values(code):
        before = holder.card.content
        assert holder.change_code(code, VALUES[code], value) == REFUSED_VALUE, value
        # A value that can't be is refused before the old one is looked at.
        assert holder.change_code(code, WRONG, value) == REFUSED_VALUE, value
        assert holder.card.content == before
    current = VALUES[code]
    for value in ("1" * SHORTEST[code], "9" * LONGEST[code], "0123456789"[: LONGEST[code]]):
        assert holder.change_code(code, current, value) == OK
        assert holder.give(code, value) == OK
        current = value


@LENGTH_FACTS
def test_a_code_is_set_to_digits_of_its_lengths_only(identified: Holder, code: str) -> None:
    if code in ("pin", "qpin"):
        assert identified.set_code("puk") == OK

    def set_to(value: str) -> str:
        if code == "dok":
            return {Verdict.DONE: OK, Verdict.VALUE_REFUSED: REFUSED_VALUE}[identified.office(dok=value)]
        return identified.set_code(code, value)

    for value in bad_values(code):
        before = identified.card.content
        assert set_to(value) == REFUSED_VALUE, value
        assert identified.card.content == before
    for value in ["9" * LONGEST[code], "1" * SHORTEST[code]][: 1 if code == "puk" else 2]:
        assert set_to(value) == OK
        assert identified.give(code, value) == OK


@pytest.mark.fact("EO-01", "EO-02", "EO-07")
@pytest.mark.parametrize("act", ["set-identification", "unblock"])
def test_the_office_too_sets_digits_of_the_right_lengths_only(identified: Holder, act: str) -> None:
    if act == "unblock":
        identified.block_code("dok")
    for code in ("dok", "iok"):
        for value in bad_values(code):
            before = identified.card.content
            assert identified.office(act, **{"dok": "1" * 10, "iok": "2" * 10, code: value}) is Verdict.VALUE_REFUSED
            assert identified.card.content == before
    said = identified.refusal("office", act, dok="123", iok="4567")
    assert "DOK has 4 to 10 digits, IOK has 4 to 10 digits" in said
    assert identified.office(act, dok="1" * 10, iok="2" * 10) is Verdict.DONE


# BOK, which is not on the chip


def bok(holder: Holder, value: str) -> Verdict:
    return holder.card.act("register", "check-bok", {"bok": value.encode()})


@pytest.mark.fact("EO-06")
def test_no_command_reaches_bok(handed_over: Holder) -> None:
    handed_over.card.act("office", "set-bok", {"bok": b"1234"})
    for reference in [0, *range(6, 256)]:
        assert handed_over.query(reference) == "6A88"
        assert handed_over.verify(reference, "1234") == "6A88"
        assert handed_over.change(reference, "1234", "4321") == "6A88"
        assert handed_over.reset_code(reference, "1234", "4321") == "6A88"
    assert b"BOK" not in handed_over.read("3F0050154401")


@pytest.mark.fact("EO-06")
def test_bok_is_set_at_the_office_checked_with_the_register_and_unblocked_at_the_office(handed_over: Holder) -> None:
    assert handed_over.status("bok") is CodeStatus.NOT_SET
    assert bok(handed_over, "1234") is Verdict.CODE_NOT_SET
    for value in ("123", "1" * 11, "12a4", ""):
        assert handed_over.card.act("office", "set-bok", {"bok": value.encode()}) is Verdict.VALUE_REFUSED
    for value in ("1234", "1" * 10):
        assert handed_over.card.act("office", "set-bok", {"bok": value.encode()}) is Verdict.DONE
        assert bok(handed_over, value) is Verdict.DONE
        assert [bok(handed_over, "9999"), bok(handed_over, value)] == [Verdict.WRONG_CODE, Verdict.DONE]
        assert [bok(handed_over, "9999") for _ in range(4)] == [Verdict.WRONG_CODE] * 3 + [Verdict.CODE_BLOCKED]
        assert bok(handed_over, value) is Verdict.CODE_BLOCKED


@pytest.mark.fact("EO-06")
def test_what_is_said_when_bok_is_used(handed_over: Holder) -> None:
    assert handed_over.refusal("register", "check-bok", bok="1234") == "the register could not do it: BOK is not set"
    assert handed_over.ask("office", "set-bok", bok="1234").endswith("after proof of identity: done")
    assert "the card need not be there: done" in handed_over.ask("register", "check-bok", bok="1234")
    for said in ("BOK is wrong; tries left: 2", "BOK is wrong; tries left: 1", "BOK is wrong and blocked now"):
        with pytest.raises(ActError, match=said):
            handed_over.ask("register", "check-bok", bok="9999")
    assert handed_over.refusal("register", "check-bok", bok="1234").endswith("BOK is blocked")
    assert handed_over.ask("office", "set-bok", bok="1234")


@pytest.mark.fact("EO-06")
def test_bok_has_nothing_to_do_with_the_codes_of_the_chip(holder: Holder) -> None:
    holder.card.act("office", "set-bok", {"bok": b"1234"})
    before = {code: holder.card.state.codes[code] for code in REFERENCE}
    for _ in range(3):
        bok(holder, "9999")
    assert {code: holder.card.state.codes[code] for code in REFERENCE} == before
    for code in REFERENCE:
        holder.block_code(code)
    assert holder.card.act("office", "set-bok", {"bok": b"1234"}) is Verdict.DONE
    assert bok(holder, "1234") is Verdict.DONE


# DOK and IOK


@pytest.mark.fact("EO-09")
def test_the_office_sets_dok_and_iok_together_and_never_one_alone(handed_over: Holder) -> None:
    for values in ({"dok": "5555"}, {"iok": "4444"}, {}):
        assert "needs the values of these codes: dok, iok" in handed_over.refusal(
            "office", "set-identification", **values
        )
        with pytest.raises(KeyError):
            handed_over.card.act("office", "set-identification", {name: v.encode() for name, v in values.items()})
    assert handed_over.office(iok="44") is Verdict.VALUE_REFUSED  # then DOK is not set either
    assert [handed_over.query_of("dok"), handed_over.query_of("iok")] == [NOT_USABLE, NOT_USABLE]
    said = handed_over.ask("office", "set-identification", dok="5555", iok="4444")
    assert said == "the office sets DOK and IOK together, after proof of identity: done"
    assert [handed_over.give("dok"), handed_over.give("iok")] == [OK, OK]


@pytest.mark.fact("EO-09")
def test_no_command_sets_dok_and_none_sets_iok_first(handed_over: Holder) -> None:
    def try_all() -> None:
        for reference in (REFERENCE["dok"], REFERENCE["iok"]):
            assert handed_over.reset_code(reference, "5555", "4444") == NO_SUCH_WAY
            assert handed_over.change(reference, "", "4444") == NOT_USABLE

    assert unchanged(handed_over, try_all)


@pytest.mark.fact("EO-09")
def test_the_office_may_set_them_any_time_later(handed_over: Holder) -> None:
    for _ in range(3):
        handed_over.card.power_off()
        handed_over.card.power_on()
        handed_over.send(ISOAPPLET)
        assert handed_over.give("iok") == NOT_USABLE
    assert handed_over.office() is Verdict.DONE
    assert handed_over.office(dok="6666", iok="7777") is Verdict.DONE
    assert [handed_over.give("dok"), handed_over.give("iok")] == ["63C9", "63C2"]
    assert [handed_over.give("dok", "6666"), handed_over.give("iok", "7777")] == [OK, OK]


@pytest.mark.fact("EO-10")
def test_dok_sets_iok_anew_when_forgotten_and_unblocks_it_as_often_as_one_likes(identified: Holder) -> None:
    for value in ("1234", "12345", "4444"):
        assert identified.set_code("iok", value) == OK
        assert identified.give("iok", value) == OK
    for value in ("1111", "2222", "3333", "3333"):
        assert [identified.give("iok", WRONG) for _ in range(4)] == ["63C2", "63C1", "63C0", BLOCKED]
        assert identified.set_code("iok", value, by=WRONG) == "63C9"
        assert identified.set_code("iok", value) == OK
        assert identified.tries("iok", "dok") == [3, 10]
        assert identified.give("iok", value) == OK


@pytest.mark.fact("EO-11")
def test_dok_is_changed_with_dok_and_iok_with_iok(identified: Holder) -> None:
    assert identified.change_code("dok", VALUES["iok"], "6666") == "63C9"
    assert identified.change_code("iok", VALUES["dok"], "7777") == "63C2"
    assert identified.change_code("dok", VALUES["dok"], "6666") == OK
    assert identified.change_code("iok", VALUES["iok"], "7777") == OK
    assert [identified.give("dok"), identified.give("iok")] == ["63C9", "63C2"]
    assert [identified.give("dok", "6666"), identified.give("iok", "7777")] == [OK, OK]


@pytest.mark.fact("EO-12")
@pytest.mark.parametrize("how", ["verify", "change", "set iok"])
def test_the_tenth_wrong_dok_blocks_iok_with_it(identified: Holder, how: str) -> None:
    tries: dict[str, Callable[[], str]] = {
        "verify": lambda: identified.give("dok", WRONG),
        "change": lambda: identified.change_code("dok", WRONG, "6666"),
        "set iok": lambda: identified.set_code("iok", by=WRONG),
    }
    for _ in range(9):
        tries[how]()
    assert identified.give("iok") == OK
    assert tries[how]() == "63C0"
    assert identified.query_of("iok") == BLOCKED
    assert identified.give("iok") == BLOCKED
    assert identified.identify() == (b"", NOT_ALLOWED)  # although IOK had been given
    assert identified.set_code("iok") == BLOCKED


@pytest.mark.fact("EO-12")
def test_iok_blocks_nothing_else(identified: Holder) -> None:
    identified.block_code("iok")
    assert [identified.query_of("iok"), identified.query_of("dok")] == [BLOCKED, "63CA"]


@pytest.mark.fact("EO-13")
def test_a_blocked_dok_is_unblocked_at_the_office_only_with_a_new_pair_as_often_as_one_likes(
    identified: Holder,
) -> None:
    for number in range(1, 4):
        assert identified.office("unblock") is Verdict.ACT_NOT_ALLOWED  # it is not blocked
        assert "DOK is set" in identified.refusal("office", "unblock", dok="6666", iok="7777")
        identified.block_code("dok")

        def try_without() -> None:
            assert identified.change_code("dok", VALUES["dok"], "6666") == BLOCKED
            assert identified.reset_code(REFERENCE["dok"], VALUES["iok"], "6666") == NO_SUCH_WAY
            assert identified.set_code("iok") == BLOCKED
            assert identified.office() is Verdict.ACT_NOT_ALLOWED

        assert unchanged(identified, try_without)
        dok, iok = f"666{number}", f"777{number}"
        if number == 2:
            assert "sets DOK and IOK" not in identified.ask("office", "unblock", dok=dok, iok=iok)
        else:
            assert identified.office("unblock", dok, iok) is Verdict.DONE
        assert identified.tries("dok", "iok") == [10, 3]
        assert [identified.give("dok", dok), identified.give("iok", iok)] == [OK, OK]
        identified.card.reset()


@pytest.mark.fact("EO-13")
def test_a_blocked_iok_alone_is_no_case_for_the_offices_unblocking(identified: Holder) -> None:
    identified.block_code("iok")
    assert identified.office("unblock") is Verdict.ACT_NOT_ALLOWED
    assert identified.set_code("iok") == OK


@pytest.mark.fact("EO-14")
def test_dok_and_iok_may_be_the_same(handed_over: Holder) -> None:
    assert handed_over.office(dok="1234", iok="1234") is Verdict.DONE
    assert [handed_over.give("dok", "1234"), handed_over.give("iok", "1234")] == [OK, OK]
    assert handed_over.change_code("dok", "1234", "5678") == OK
    assert handed_over.change_code("iok", "1234", "5678") == OK
    assert handed_over.set_code("iok", "5678", by="5678") == OK


# PUK, PIN and QPIN


@pytest.mark.fact("EO-15")
def test_iok_sets_puk_once_only(identified: Holder) -> None:
    assert identified.set_code("puk", by="9999") == "63C2"
    assert identified.query_of("puk") == NOT_USABLE
    assert identified.set_code("puk") == OK
    assert identified.tries("iok", "puk") == [3, 5]

    def try_again() -> None:
        assert identified.set_code("puk", "99999999") == NO_SUCH_WAY
        assert identified.set_code("puk", "99999999", by="9999") == NO_SUCH_WAY

    assert unchanged(identified, try_again)
    assert identified.change_code("puk", VALUES["puk"], "88888888") == OK
    assert unchanged(identified, try_again)
    # Nor does a new pair from the office bring the right back.
    identified.block_code("dok")
    assert identified.office("unblock") is Verdict.DONE
    assert unchanged(identified, try_again)
    assert identified.give("puk", "88888888") == OK


@pytest.mark.fact("EO-15")
def test_a_blocked_iok_sets_no_puk(identified: Holder) -> None:
    assert [identified.set_code("puk", by="9999") for _ in range(4)] == ["63C2", "63C1", "63C0", BLOCKED]
    assert identified.set_code("puk") == BLOCKED
    assert identified.set_code("iok") == OK
    assert identified.set_code("puk") == OK


@pytest.mark.fact("EO-15")
def test_iok_then_serves_identification_alone(holder: Holder) -> None:
    for reference in (REFERENCE["pin"], REFERENCE["qpin"]):
        assert holder.reset_code(reference, VALUES["iok"], "77777") == "63C4"  # taken for a wrong PUK
        assert holder.give("puk") == OK
        holder.card.reset()
    assert holder.give("iok") == OK
    assert holder.make_key(1) == NOT_ALLOWED
    holder.select(PRKDF)
    assert holder.send("00D60000021234") == NOT_ALLOWED
    assert holder.identify()[1] == OK


@pytest.mark.fact("EO-16")
def test_puk_comes_after_dok_and_iok(handed_over: Holder) -> None:
    assert unchanged(handed_over, lambda: handed_over.set_code("puk"))
    assert handed_over.set_code("puk") == NOT_USABLE
    handed_over.office()
    assert handed_over.set_code("puk") == OK


@pytest.mark.fact("EO-17")
def test_a_blocked_puk_is_blocked_for_good_and_a_forgotten_one_never_set_anew(holder: Holder) -> None:
    assert holder.set_code("puk", "99999999") == NO_SUCH_WAY  # forgotten
    holder.block_code("puk")

    def try_all() -> None:
        assert holder.give("puk") == BLOCKED
        assert holder.change_code("puk", VALUES["puk"], "99999999") == BLOCKED
        for by in VALUES.values():
            assert holder.set_code("puk", "99999999", by=by) == NO_SUCH_WAY
        said = holder.refusal("office", "unblock-puk")
        assert said.startswith("the office can't do that. A blocked PUK can never be unblocked")
        assert said.endswith("[EO-17]")
        with pytest.raises(KeyError):
            holder.card.act("office", "unblock-puk", {})

    assert unchanged(holder, try_all)
    holder.office(dok="6666", iok="7777")
    holder.card.power_off()
    holder.card.power_on()
    assert holder.query_of("puk") == BLOCKED


@pytest.mark.fact("EO-18")
def test_puk_is_changed_with_puk(holder: Holder) -> None:
    assert holder.change_code("puk", WRONG, "88888888") == "63C4"
    assert holder.change_code("puk", VALUES["puk"], "88888888") == OK
    assert holder.give("puk") == "63C4"
    assert holder.give("puk", "88888888") == OK
    assert holder.set_code("pin", by="88888888") == OK


@pytest.mark.fact("EO-19")
@pytest.mark.parametrize("code", ["pin", "qpin"])
def test_puk_sets_and_unblocks_pin_and_qpin_as_often_as_one_likes(identified: Holder, code: str) -> None:
    assert identified.set_code(code) == NOT_USABLE  # PUK is not set yet
    identified.set_code("puk")
    assert identified.set_code(code, by=WRONG) == "63C4"
    assert identified.query_of(code) == NOT_USABLE
    for value in ("11111", "22222", "22222"):
        assert identified.set_code(code, value) == OK
        assert identified.give(code, value) == OK
    for value in ("33333", "44444", "33333"):
        identified.block_code(code)
        assert identified.give(code, value) == BLOCKED
        assert identified.set_code(code, value) == OK
        assert identified.tries(code, "puk") == [3, 5]
        assert identified.give(code, value) == OK


@pytest.mark.fact("EO-20")
def test_with_puk_blocked_pin_and_qpin_work_while_known_but_are_never_set_again(holder: Holder) -> None:
    make_keys(holder)
    holder.block_code("puk")
    holder.card.reset()
    assert holder.give("pin") == OK
    assert holder.sign(1)[1] == OK
    assert holder.give("qpin") == OK
    assert holder.sign(2)[1] == OK
    assert holder.change_code("pin", VALUES["pin"], "99999") == OK
    for code in ("pin", "qpin"):
        before = holder.card.content
        assert holder.set_code(code, "77777") == BLOCKED
        assert holder.card.content == before
        holder.block_code(code)
        assert holder.set_code(code, "77777") == BLOCKED
        assert holder.query_of(code) == BLOCKED


@pytest.mark.fact("EO-20")
@pytest.mark.parametrize("code", ["pin", "qpin"])
def test_with_puk_blocked_what_was_not_set_is_never_set(identified: Holder, code: str) -> None:
    identified.set_code("puk")
    identified.block_code("puk")
    assert identified.set_code(code) == BLOCKED
    assert identified.query_of(code) == NOT_USABLE


@pytest.mark.fact("EO-21")
@pytest.mark.parametrize(
    "blocked", [("pin",), ("puk",), ("qpin",), ("pin", "puk"), ("pin", "qpin"), ("puk", "qpin"), SIGNING_CODES]
)
def test_pin_puk_and_qpin_do_not_depend_on_one_another(holder: Holder, blocked: tuple[str, ...]) -> None:
    for code in blocked:
        holder.block_code(code)
    for code in REFERENCE:
        assert holder.query_of(code) == (BLOCKED if code in blocked else f"63C{TRIES[code]:X}")
        assert holder.give(code) == (BLOCKED if code in blocked else OK)
    assert holder.identify()[1] == OK
    assert not holder.card.state.lost


# What the codes open


def make_keys(holder: Holder) -> None:
    """A key of the general area by reference 1, and a qualified one by reference 2."""
    assert holder.give("pin") == OK
    assert holder.make_key(1) == OK
    assert holder.give("qpin") == OK
    assert holder.make_key(2) == OK
    assert [item.area for item in holder.items] == ["identification", "general", "qualified"]
    holder.list_keys(key_entry(1, b"\x01"), key_entry(2, b"\x02"))
    holder.leave()
    holder.card.reset()


WRITING = ("00D60000021234", "00E0000017" + "6F15" + "80020010820101830231018608FF90909090909000", "00E40000024402")


@pytest.mark.fact("EO-22")
def test_without_pin_nothing_is_made_written_deleted_or_used(holder: Holder) -> None:
    make_keys(holder)
    for code in ("puk", "qpin", "iok", "dok"):
        assert holder.give(code) == OK

    def try_all() -> None:
        assert holder.make_key(3) == NOT_ALLOWED
        assert holder.import_key(3, generate_ec(ec.SECP256R1())) == NOT_ALLOWED
        assert holder.sign(1) == (b"", NOT_ALLOWED)
        for command in WRITING:
            holder.select("3F005015" if command[2] == "E" else PRKDF)
            assert holder.send(command) == NOT_ALLOWED

    assert unchanged(holder, try_all)


@pytest.mark.fact("EO-22")
def test_pin_allows_to_make_write_and_delete_keys_and_certificates_and_to_use_keys(holder: Holder) -> None:
    assert holder.give("pin") == OK
    assert holder.make_key(1) == OK
    assert holder.import_key(2, generate_ec(ec.SECP256R1())) == OK
    holder.list_keys(key_entry(1, b"\x01"), key_entry(2, b"\x02"))
    holder.select("3F005015")
    assert holder.send(WRITING[1]) == OK
    assert holder.send("00D6000003C0FFEE") == OK
    holder.list_certificates(certificate_entry(b"\x01"))
    holder.leave()
    assert [(item.area, item.paired) for item in holder.items[1:]] == [("general", True), ("general", False)]
    for reference in (1, 2, 1, 2):
        assert holder.sign(reference)[1] == OK
    holder.list_keys()
    holder.list_certificates()
    holder.select("3F005015")
    assert holder.send("00E40000023101") == OK
    assert [item.area for item in holder.items] == ["identification"]
    assert holder.sign(1)[1] == "6A88"


@pytest.mark.fact("EO-22")
def test_pin_does_not_open_a_qualified_key_or_the_identification_key(holder: Holder) -> None:
    make_keys(holder)
    holder.give("pin")
    assert holder.sign(2) == (b"", NOT_ALLOWED)
    assert holder.identify() == (b"", NOT_ALLOWED)


@pytest.mark.fact("EO-23")
def test_qpin_is_asked_for_before_each_single_qualified_signature(holder: Holder) -> None:
    make_keys(holder)
    holder.give("pin")
    for _ in range(3):
        assert holder.sign(2) == (b"", NOT_ALLOWED)
        assert holder.give("qpin") == OK
        assert holder.query_of("qpin") == OK
        assert holder.sign(2)[1] == OK
        assert holder.query_of("qpin") == "63C3"
    assert holder.sign(2) == (b"", NOT_ALLOWED)


@pytest.mark.fact("EO-23")
@pytest.mark.parametrize("interruption", [ISOAPPLET, MANAGE, "reset", "wrong QPIN"])
def test_a_qpin_given_does_not_outlive_its_session(holder: Holder, interruption: str) -> None:
    make_keys(holder)
    assert holder.give("qpin") == OK
    match interruption:
        case "reset":
            holder.card.reset()
        case "wrong QPIN":
            holder.give("qpin", WRONG)
        case _:
            holder.send(interruption)
    holder.send(ISOAPPLET)
    assert holder.sign(2) == (b"", NOT_ALLOWED)


@pytest.mark.fact("EO-24")
def test_iok_is_asked_for_at_each_identification(identified: Holder) -> None:
    certificate = x509.load_der_x509_certificate(identified.read(IDENTIFICATION_CERTIFICATE))
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    identified.fetch(ISOAPPLET)  # API 0.6: the card hashes with SHA-1
    for challenge in (b"first challenge", b"second challenge"):
        assert identified.identify(challenge) == (b"", NOT_ALLOWED)
        assert identified.give("iok") == OK
        signature, sw = identified.identify(challenge)
        assert sw == OK
        public.verify(signature, challenge, ec.ECDSA(hashes.SHA1()))
        assert identified.query_of("iok") == "63C3"
    assert identified.identify() == (b"", NOT_ALLOWED)


@pytest.mark.fact("EO-24")
def test_asking_for_iok_can_not_be_switched_off(holder: Holder) -> None:
    for code in REFERENCE:
        assert holder.give(code) == OK
    iok = VALUES["iok"].encode().hex()
    switching_off = (f"0026000404{iok}", f"0028000404{iok}", "00260104", "0020FF04", f"0020010404{iok}")
    assert [holder.send(command) for command in switching_off] == ["6D00", "6D00", "6D00", "6A86", "6A86"]
    # The entry that tells clients to ask each time is nobody's to write.
    holder.select("3F0050204402")
    assert holder.send("00D60000021234") == NOT_ALLOWED
    assert holder.identify()[1] == OK
    assert holder.identify() == (b"", NOT_ALLOWED)


@pytest.mark.fact("EO-25")
@EACH_CODE
def test_a_value_used_before_may_be_used_again(holder: Holder, code: str) -> None:
    first, second = VALUES[code], "8" * 8
    for old, new in ((first, second), (second, first), (first, first), (first, second), (second, first)):
        assert holder.change_code(code, old, new) == OK
        assert holder.give(code, new) == OK
    if code in SET_BY and code != "puk":
        assert [holder.set_code(code, first), holder.set_code(code, first)] == [OK, OK]


# The helpline


@pytest.mark.fact("EO-27")
def test_the_helpline_blocks_identification_for_good(holder: Holder) -> None:
    holder.give("iok")
    said = holder.ask("helpline", "block-identification")
    assert said.startswith("the helpline blocks the identification function for good")

    def try_all() -> None:
        assert [holder.give("iok"), holder.give("dok")] == [BLOCKED, BLOCKED]
        assert [holder.query_of("iok"), holder.query_of("dok")] == [BLOCKED, BLOCKED]
        assert holder.set_code("iok") == BLOCKED
        assert holder.change_code("dok", VALUES["dok"], "6666") == BLOCKED
        assert holder.identify() == (b"", NOT_ALLOWED)
        assert [holder.office(), holder.office("unblock"), holder.helpline()] == [Verdict.PART_LOST] * 3
        for act in ("set-identification", "unblock"):
            assert "lost for good; a new card is needed" in holder.refusal("office", act, dok="6666", iok="7777")
        assert "can never be activated again" in holder.refusal("helpline", "unblock-identification")
        assert "lost for good" in holder.refusal("helpline", "block-identification")

    assert unchanged(holder, try_all)
    holder.card.power_off()
    holder.card.power_on()
    assert unchanged(holder, try_all)


@pytest.mark.fact("EO-27")
def test_the_helpline_leaves_signing_as_it_was(holder: Holder) -> None:
    make_keys(holder)
    holder.give("puk", WRONG)
    holder.give("pin", WRONG)
    before = {code: holder.card.state.codes[code] for code in SIGNING_CODES}
    assert before["puk"] == CodeState(CodeStatus.SET, 4, 5)
    assert holder.helpline() is Verdict.DONE
    assert {code: holder.card.state.codes[code] for code in SIGNING_CODES} == before
    assert holder.give("pin") == OK
    assert holder.sign(1)[1] == OK
    assert holder.give("qpin") == OK
    assert holder.sign(2)[1] == OK
    assert holder.set_code("pin", "99999") == OK
    assert holder.card.act("office", "set-bok", {"bok": b"1234"}) is Verdict.DONE


@pytest.mark.fact("EO-27")
def test_the_helpline_may_block_identification_that_was_never_set_up(handed_over: Holder) -> None:
    assert handed_over.helpline() is Verdict.DONE
    assert [handed_over.query_of("iok"), handed_over.query_of("dok")] == [BLOCKED, BLOCKED]
    assert handed_over.office() is Verdict.PART_LOST
    assert handed_over.set_code("puk") == BLOCKED
    assert handed_over.query_of("puk") == NOT_USABLE


@pytest.mark.fact("EO-27")
def test_a_lost_part_is_shown_as_such(holder: Holder) -> None:
    def lost_parts() -> dict[bytes, bytes]:
        holder.send(MANAGE)
        answer, sw = holder.fetch("00CA00E300")
        assert sw == OK
        fields = [entry.children() for entry in tlv.parse_one(answer)[0].children()]
        return {part[0].value: part[2].value for part in fields}

    assert lost_parts() == {b"identification": b"\0", b"signing": b"\0"}
    holder.helpline()
    assert lost_parts() == {b"identification": b"\1", b"signing": b"\0"}
