"""eObčanka over T=0: each code from not set to blocked, the office and the helpline, and what each code opens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.card.keys import generate_ec
from stuntcard.control.actors import perform
from stuntcard.control.errors import ActRefusedError
from stuntcard.control.requests import ActRequest
from stuntcard.iso7816 import tlv
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
from tests.unit.card.holders import CHOSEN, RULES

EOBCANKA = load_profile("eobcanka")
REFERENCE = {"pin": 1, "puk": 2, "qpin": 3, "iok": 4, "dok": 5}
VALUES = CHOSEN["eobcanka"]
TRIES = {"pin": 3, "puk": 5, "qpin": 3, "iok": 3, "dok": 10}
WRONG = "000000000"
NO_SUCH_WAY, REFUSED_VALUE = "6985", "6A80"
IDENTIFICATION_KEY, IDENTIFICATION_CERTIFICATE = 0x10, "3F0050200001"

EACH_CODE = pytest.mark.parametrize("code", list(REFERENCE))
SIGNING_CODES = ("pin", "puk", "qpin")


class Holder(Client):
    """A client that asks the office and the helpline too."""

    def office(self, act: str = "set-identification", dok: str = VALUES["dok"], iok: str = VALUES["iok"]) -> Verdict:
        return self.card.act("office", act, {"dok": dok.encode(), "iok": iok.encode()})

    def helpline(self) -> Verdict:
        return self.card.act("helpline", "block-identification", {})

    def ask(self, actor: str, act: str, **values: str) -> str:
        """An act by its front door, with what it says."""
        return perform(self.card, ActRequest(actor, act, values))

    def refusal(self, actor: str, act: str, **values: str) -> str:
        """What is said when an act can't be; it leaves all as it was."""
        with unchanged(self), pytest.raises(ActRefusedError) as refused:
            self.ask(actor, act, **values)
        return str(refused.value)

    def status(self, code: str) -> CodeStatus:
        return self.card.state.codes[code].status

    def identify(self, challenge: bytes = b"a challenge") -> tuple[bytes, str]:
        return self.sign(IDENTIFICATION_KEY, challenge)


@pytest.fixture
def handed_over() -> Holder:
    """With none of the codes set."""
    return Holder(new_card(EOBCANKA), VALUES)


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


# Not set, set, blocked


@pytest.mark.fact("EO-08")
@EACH_CODE
def test_a_code_that_is_not_set_says_so_and_spends_nothing(handed_over: Holder, code: str) -> None:
    with unchanged(handed_over):
        assert handed_over.query(code) == NOT_USABLE
        assert handed_over.verify(code) == NOT_USABLE
        assert handed_over.verify(code, WRONG) == NOT_USABLE
        assert handed_over.change(code, VALUES[code], VALUES[code]) == NOT_USABLE
        assert handed_over.identify() == (b"", NOT_ALLOWED)


@pytest.mark.fact("EO-08")
@EACH_CODE
def test_a_blocked_code_says_something_else(holder: Holder, code: str) -> None:
    holder.block(code)
    assert holder.query(code) == BLOCKED != NOT_USABLE
    assert holder.verify(code) == BLOCKED


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


# Lengths and characters


@pytest.mark.fact("EO-01", "EO-02", "EO-07")
@pytest.mark.parametrize("act", ["set-identification", "unblock"])
def test_the_office_too_sets_digits_of_the_right_lengths_only(identified: Holder, act: str) -> None:
    if act == "unblock":
        identified.block("dok")
    for rules in (rules for rules in RULES if rules.code in ("dok", "iok")):
        for value in rules.bad_values:
            new = {"dok": "1" * 10, "iok": "2" * 10, rules.code: value}
            with unchanged(identified):
                assert identified.office(act, **new) is Verdict.VALUE_REFUSED
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
        with pytest.raises(ActRefusedError, match=said):
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
        holder.block(code)
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
    assert [handed_over.query("dok"), handed_over.query("iok")] == [NOT_USABLE, NOT_USABLE]
    said = handed_over.ask("office", "set-identification", dok="5555", iok="4444")
    assert said == "the office sets DOK and IOK together, after proof of identity: done"
    assert [handed_over.verify("dok"), handed_over.verify("iok")] == [OK, OK]


@pytest.mark.fact("EO-09")
def test_no_command_sets_dok_and_none_sets_iok_first(handed_over: Holder) -> None:
    with unchanged(handed_over):
        for reference in (REFERENCE["dok"], REFERENCE["iok"]):
            assert handed_over.reset_code(reference, "5555", "4444") == NO_SUCH_WAY
            assert handed_over.change(reference, "", "4444") == NOT_USABLE


@pytest.mark.fact("EO-09")
def test_the_office_may_set_them_any_time_later(handed_over: Holder) -> None:
    for _ in range(3):
        handed_over.restart()
        handed_over.send(ISOAPPLET)
        assert handed_over.verify("iok") == NOT_USABLE
    assert handed_over.office() is Verdict.DONE
    assert handed_over.office(dok="6666", iok="7777") is Verdict.DONE
    assert [handed_over.verify("dok"), handed_over.verify("iok")] == ["63C9", "63C2"]
    assert [handed_over.verify("dok", "6666"), handed_over.verify("iok", "7777")] == [OK, OK]


@pytest.mark.fact("EO-11")
def test_dok_is_changed_with_dok_and_iok_with_iok(identified: Holder) -> None:
    assert identified.change("dok", VALUES["iok"], "6666") == "63C9"
    assert identified.change("iok", VALUES["dok"], "7777") == "63C2"
    assert identified.change("dok", VALUES["dok"], "6666") == OK
    assert identified.change("iok", VALUES["iok"], "7777") == OK
    assert [identified.verify("dok"), identified.verify("iok")] == ["63C9", "63C2"]
    assert [identified.verify("dok", "6666"), identified.verify("iok", "7777")] == [OK, OK]


@pytest.mark.fact("EO-12")
@pytest.mark.parametrize("how", ["verify", "change", "set iok"])
def test_the_tenth_wrong_dok_blocks_iok_with_it(identified: Holder, how: str) -> None:
    tries: dict[str, Callable[[], str]] = {
        "verify": lambda: identified.verify("dok", WRONG),
        "change": lambda: identified.change("dok", WRONG, "6666"),
        "set iok": lambda: identified.set_code("iok", by=WRONG),
    }
    for _ in range(9):
        tries[how]()
    assert identified.verify("iok") == OK
    assert tries[how]() == "63C0"
    assert identified.query("iok") == BLOCKED
    assert identified.verify("iok") == BLOCKED
    assert identified.identify() == (b"", NOT_ALLOWED)  # although IOK had been given
    assert identified.set_code("iok") == BLOCKED


@pytest.mark.fact("EO-12")
def test_iok_blocks_nothing_else(identified: Holder) -> None:
    identified.block("iok")
    assert [identified.query("iok"), identified.query("dok")] == [BLOCKED, "63CA"]


@pytest.mark.fact("EO-13")
def test_a_blocked_dok_is_unblocked_at_the_office_only_with_a_new_pair_as_often_as_one_likes(
    identified: Holder,
) -> None:
    for number in range(1, 4):
        assert identified.office("unblock") is Verdict.ACT_NOT_ALLOWED  # it is not blocked
        assert "DOK is set" in identified.refusal("office", "unblock", dok="6666", iok="7777")
        identified.block("dok")

        with unchanged(identified):
            assert identified.change("dok", VALUES["dok"], "6666") == BLOCKED
            assert identified.reset_code(REFERENCE["dok"], VALUES["iok"], "6666") == NO_SUCH_WAY
            assert identified.set_code("iok") == BLOCKED
            assert identified.office() is Verdict.ACT_NOT_ALLOWED
        dok, iok = f"666{number}", f"777{number}"
        if number == 2:
            assert "sets DOK and IOK" not in identified.ask("office", "unblock", dok=dok, iok=iok)
        else:
            assert identified.office("unblock", dok, iok) is Verdict.DONE
        assert identified.tries_left("dok", "iok") == [10, 3]
        assert [identified.verify("dok", dok), identified.verify("iok", iok)] == [OK, OK]
        identified.card.reset()


@pytest.mark.fact("EO-13")
def test_a_blocked_iok_alone_is_no_case_for_the_offices_unblocking(identified: Holder) -> None:
    identified.block("iok")
    assert identified.office("unblock") is Verdict.ACT_NOT_ALLOWED
    assert identified.set_code("iok") == OK


@pytest.mark.fact("EO-14")
def test_dok_and_iok_may_be_the_same(handed_over: Holder) -> None:
    assert handed_over.office(dok="1234", iok="1234") is Verdict.DONE
    assert [handed_over.verify("dok", "1234"), handed_over.verify("iok", "1234")] == [OK, OK]
    assert handed_over.change("dok", "1234", "5678") == OK
    assert handed_over.change("iok", "1234", "5678") == OK
    assert handed_over.set_code("iok", "5678", by="5678") == OK


# PUK, PIN and QPIN


@pytest.mark.fact("EO-15")
def test_iok_sets_puk_once_only(identified: Holder) -> None:
    assert identified.set_code("puk", by="9999") == "63C2"
    assert identified.query("puk") == NOT_USABLE
    assert identified.set_code("puk") == OK
    assert identified.tries_left("iok", "puk") == [3, 5]

    def try_again() -> None:
        assert identified.set_code("puk", "99999999") == NO_SUCH_WAY
        assert identified.set_code("puk", "99999999", by="9999") == NO_SUCH_WAY

    with unchanged(identified):
        try_again()
    assert identified.change("puk", VALUES["puk"], "88888888") == OK
    with unchanged(identified):
        try_again()
    # Nor does a new pair from the office bring the right back.
    identified.block("dok")
    assert identified.office("unblock") is Verdict.DONE
    with unchanged(identified):
        try_again()
    assert identified.verify("puk", "88888888") == OK


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
        assert holder.verify("puk") == OK
        holder.card.reset()
    assert holder.verify("iok") == OK
    assert holder.make_key(1) == NOT_ALLOWED
    holder.select(PRKDF)
    assert holder.send("00D60000021234") == NOT_ALLOWED
    assert holder.identify()[1] == OK


@pytest.mark.fact("EO-16")
def test_puk_comes_after_dok_and_iok(handed_over: Holder) -> None:
    with unchanged(handed_over):
        assert handed_over.set_code("puk") == NOT_USABLE
    handed_over.office()
    assert handed_over.set_code("puk") == OK


@pytest.mark.fact("EO-17")
def test_a_blocked_puk_is_blocked_for_good_and_a_forgotten_one_never_set_anew(holder: Holder) -> None:
    assert holder.set_code("puk", "99999999") == NO_SUCH_WAY  # forgotten
    holder.block("puk")

    with unchanged(holder):
        assert holder.verify("puk") == BLOCKED
        assert holder.change("puk", VALUES["puk"], "99999999") == BLOCKED
        for by in VALUES.values():
            assert holder.set_code("puk", "99999999", by=by) == NO_SUCH_WAY
        said = holder.refusal("office", "unblock-puk")
        assert said.startswith("the office can't do that. A blocked PUK can never be unblocked")
        assert said.endswith("[EO-17]")
        with pytest.raises(KeyError):
            holder.card.act("office", "unblock-puk", {})
    holder.office(dok="6666", iok="7777")
    holder.restart()
    assert holder.query("puk") == BLOCKED


@pytest.mark.fact("EO-18")
def test_puk_is_changed_with_puk(holder: Holder) -> None:
    assert holder.change("puk", WRONG, "88888888") == "63C4"
    assert holder.change("puk", VALUES["puk"], "88888888") == OK
    assert holder.verify("puk") == "63C4"
    assert holder.verify("puk", "88888888") == OK
    assert holder.set_code("pin", by="88888888") == OK


@pytest.mark.fact("EO-19")
@pytest.mark.parametrize("code", ["pin", "qpin"])
def test_puk_sets_pin_and_qpin_once_it_is_set_itself(identified: Holder, code: str) -> None:
    assert identified.set_code(code) == NOT_USABLE  # PUK is not set yet
    identified.set_code("puk")
    assert identified.set_code(code, by=WRONG) == "63C4"
    assert identified.query(code) == NOT_USABLE


@pytest.mark.fact("EO-20")
def test_with_puk_blocked_pin_and_qpin_work_while_known_but_are_never_set_again(holder: Holder) -> None:
    make_keys(holder)
    holder.block("puk")
    holder.card.reset()
    assert holder.verify("pin") == OK
    assert holder.sign(1)[1] == OK
    assert holder.verify("qpin") == OK
    assert holder.sign(2)[1] == OK
    assert holder.change("pin", VALUES["pin"], "99999") == OK
    for code in ("pin", "qpin"):
        with unchanged(holder):
            assert holder.set_code(code, "77777") == BLOCKED
        holder.block(code)
        assert holder.set_code(code, "77777") == BLOCKED
        assert holder.query(code) == BLOCKED


@pytest.mark.fact("EO-20")
@pytest.mark.parametrize("code", ["pin", "qpin"])
def test_with_puk_blocked_what_was_not_set_is_never_set(identified: Holder, code: str) -> None:
    identified.set_code("puk")
    identified.block("puk")
    assert identified.set_code(code) == BLOCKED
    assert identified.query(code) == NOT_USABLE


@pytest.mark.fact("EO-21")
@pytest.mark.parametrize(
    "blocked", [("pin",), ("puk",), ("qpin",), ("pin", "puk"), ("pin", "qpin"), ("puk", "qpin"), SIGNING_CODES]
)
def test_pin_puk_and_qpin_do_not_depend_on_one_another(holder: Holder, blocked: tuple[str, ...]) -> None:
    for code in blocked:
        holder.block(code)
    for code in REFERENCE:
        assert holder.query(code) == (BLOCKED if code in blocked else f"63C{TRIES[code]:X}")
        assert holder.verify(code) == (BLOCKED if code in blocked else OK)
    assert holder.identify()[1] == OK
    assert not holder.card.state.lost


# What the codes open


def make_keys(holder: Holder) -> None:
    """A key of the general area by reference 1, and a qualified one by reference 2."""
    assert holder.verify("pin") == OK
    assert holder.make_key(1) == OK
    assert holder.verify("qpin") == OK
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
        assert holder.verify(code) == OK

    with unchanged(holder):
        assert holder.make_key(3) == NOT_ALLOWED
        assert holder.import_key(3, generate_ec(ec.SECP256R1())) == NOT_ALLOWED
        assert holder.sign(1) == (b"", NOT_ALLOWED)
        for command in WRITING:
            holder.select("3F005015" if command[2] == "E" else PRKDF)
            assert holder.send(command) == NOT_ALLOWED


@pytest.mark.fact("EO-22")
def test_pin_allows_to_make_write_and_delete_keys_and_certificates_and_to_use_keys(holder: Holder) -> None:
    assert holder.verify("pin") == OK
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
    for code in ("pin", "dok"):
        assert holder.verify(code) == OK
    assert holder.sign(2) == (b"", NOT_ALLOWED)
    assert holder.identify() == (b"", NOT_ALLOWED)


@pytest.mark.fact("EO-23")
def test_qpin_is_asked_for_before_each_single_qualified_signature(holder: Holder) -> None:
    make_keys(holder)
    holder.verify("pin")
    for _ in range(3):
        assert holder.sign(2) == (b"", NOT_ALLOWED)
        assert holder.verify("qpin") == OK
        assert holder.query("qpin") == OK
        assert holder.sign(2)[1] == OK
        assert holder.query("qpin") == "63C3"
    assert holder.sign(2) == (b"", NOT_ALLOWED)


@pytest.mark.fact("EO-23")
@pytest.mark.parametrize("interruption", [ISOAPPLET, MANAGE, "reset", "wrong QPIN"])
def test_a_qpin_given_does_not_outlive_its_session(holder: Holder, interruption: str) -> None:
    make_keys(holder)
    assert holder.verify("qpin") == OK
    match interruption:
        case "reset":
            holder.card.reset()
        case "wrong QPIN":
            holder.verify("qpin", WRONG)
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
        assert identified.verify("iok") == OK
        signature, sw = identified.identify(challenge)
        assert sw == OK
        public.verify(signature, challenge, ec.ECDSA(hashes.SHA1()))
        assert len(signature) > 130, "P-521"
        assert identified.query("iok") == "63C3"
    assert identified.identify() == (b"", NOT_ALLOWED)


@pytest.mark.fact("EO-24")
def test_asking_for_iok_can_not_be_switched_off(holder: Holder) -> None:
    for code in REFERENCE:
        assert holder.verify(code) == OK
    iok = VALUES["iok"].encode().hex()
    switching_off = (f"0026000404{iok}", f"0028000404{iok}", "00260104", "0020FF04", f"0020010404{iok}")
    assert [holder.send(command) for command in switching_off] == ["6D00", "6D00", "6D00", "6A86", "6A86"]
    # A client may write the entry that tells others to ask each time, and it is as it was when it is read again.
    entry = holder.read(PRKDF)
    asks_each_time = bytes.fromhex("020101")
    assert entry.count(asks_each_time) == 1
    holder.write(PRKDF, entry.replace(asks_each_time, bytes.fromhex("020100")))
    holder.leave()
    assert holder.read(PRKDF) == entry
    assert holder.identify()[1] == OK
    assert holder.identify() == (b"", NOT_ALLOWED)


@pytest.mark.fact("EO-25")
@EACH_CODE
def test_a_value_used_before_may_be_used_again(holder: Holder, code: str) -> None:
    first, second = VALUES[code], "8" * 8
    for old, new in ((first, second), (second, first), (first, first), (first, second), (second, first)):
        assert holder.change(code, old, new) == OK
        assert holder.verify(code, new) == OK
    if code not in ("dok", "puk"):
        assert [holder.set_code(code, first), holder.set_code(code, first)] == [OK, OK]


# The helpline


@pytest.mark.fact("EO-27", "EO-28")
def test_the_helpline_blocks_identification_for_good(holder: Holder) -> None:
    holder.verify("iok")
    said = holder.ask("helpline", "block-identification")
    assert said.startswith("the helpline blocks the identification function for good")

    def try_all() -> None:
        assert [holder.verify("iok"), holder.verify("dok")] == [BLOCKED, BLOCKED]
        assert [holder.query("iok"), holder.query("dok")] == [BLOCKED, BLOCKED]
        assert holder.set_code("iok") == BLOCKED
        assert holder.change("dok", VALUES["dok"], "6666") == BLOCKED
        assert holder.identify() == (b"", NOT_ALLOWED)
        assert [holder.office(), holder.office("unblock"), holder.helpline()] == [Verdict.PART_LOST] * 3
        for act in ("set-identification", "unblock"):
            assert "lost for good; a new card is needed" in holder.refusal("office", act, dok="6666", iok="7777")
        assert "can never be activated again" in holder.refusal("helpline", "unblock-identification")
        assert "lost for good" in holder.refusal("helpline", "block-identification")

    with unchanged(holder):
        try_all()
    holder.restart()
    with unchanged(holder):
        try_all()


@pytest.mark.fact("EO-27")
def test_the_helpline_leaves_signing_as_it_was(holder: Holder) -> None:
    make_keys(holder)
    holder.verify("puk", WRONG)
    holder.verify("pin", WRONG)
    before = {code: holder.card.state.codes[code] for code in SIGNING_CODES}
    assert before["puk"] == CodeState(CodeStatus.SET, 4, 5)
    assert holder.helpline() is Verdict.DONE
    assert {code: holder.card.state.codes[code] for code in SIGNING_CODES} == before
    assert holder.verify("pin") == OK
    assert holder.sign(1)[1] == OK
    assert holder.verify("qpin") == OK
    assert holder.sign(2)[1] == OK
    assert holder.set_code("pin", "99999") == OK
    assert holder.card.act("office", "set-bok", {"bok": b"1234"}) is Verdict.DONE


@pytest.mark.fact("EO-27")
def test_the_helpline_may_block_identification_that_was_never_set_up(handed_over: Holder) -> None:
    assert handed_over.helpline() is Verdict.DONE
    assert [handed_over.query("iok"), handed_over.query("dok")] == [BLOCKED, BLOCKED]
    assert handed_over.office() is Verdict.PART_LOST
    assert handed_over.set_code("puk") == BLOCKED
    assert handed_over.query("puk") == NOT_USABLE


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
