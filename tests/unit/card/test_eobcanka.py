"""What the stories of eObčanka can't tell in one line a command; the rest is in stories/."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.iso7816 import tlv
from stuntcard.policy.events import Verdict

from tests.unit.card.cards import AODF, BLOCKED, ISOAPPLET, NOT_ALLOWED, OK, PRKDF, Client, unchanged
from tests.unit.card.holders import RULES, holder_of, issued
from tests.unit.card.story_words import ask

REFERENCE = {"pin": 1, "puk": 2, "qpin": 3, "iok": 4, "dok": 5}
TRIES = {"pin": 3, "puk": 5, "qpin": 3, "iok": 3, "dok": 10}
SIGNING_CODES = ("pin", "puk", "qpin")
IDENTIFICATION_KEY, IDENTIFICATION_CERTIFICATE = 0x10, "3F0050200001"


@pytest.fixture
def handed_over() -> Client:
    """With none of the codes set."""
    return issued("eobcanka")


@pytest.fixture
def holder() -> Client:
    """With all codes of the chip set."""
    return holder_of("eobcanka")


def identify(client: Client, challenge: bytes = b"a challenge") -> tuple[bytes, str]:
    return client.sign(IDENTIFICATION_KEY, challenge)


def office(client: Client, act: str, **values: str) -> Verdict:
    return client.card.act("office", act, {code: value.encode() for code, value in values.items()})


@pytest.mark.fact("EO-09")
@pytest.mark.parametrize("values", [{"dok": "5555"}, {"iok": "4444"}, {}])
def test_the_law_is_never_asked_for_half_a_pair(handed_over: Client, values: dict[str, str]) -> None:
    with unchanged(handed_over), pytest.raises(KeyError):
        office(handed_over, "set-identification", **values)


@pytest.mark.fact("EO-17")
def test_the_law_knows_no_act_that_unblocks_puk(holder: Client) -> None:
    holder.block("puk")
    with unchanged(holder), pytest.raises(KeyError):
        office(holder, "unblock-puk")


@pytest.mark.fact("EO-08")
def test_only_what_is_set_is_shown_as_set_in_the_directory_of_codes(handed_over: Client) -> None:
    def initialised() -> set[int]:
        """References of the codes with the flag `initialized` (ISO 7816-15, 8.9.1)."""
        content, found = handed_over.read(AODF).rstrip(b"\0"), set()
        for entry in tlv.parse(content):
            attributes = entry.children()[2].children()[0].children()
            flags, reference = tlv.find(attributes, 0x03), tlv.find(attributes, 0x80)
            assert flags is not None
            assert reference is not None
            if flags[1] & 0x08:
                found.add(reference[-1])
        return found

    assert initialised() == set()
    office(handed_over, "set-identification", dok="5555", iok="4444")
    assert initialised() == {4, 5}
    handed_over.set_code("puk")
    assert initialised() == {2, 4, 5}


@pytest.mark.fact("EO-01", "EO-02", "EO-07")
@pytest.mark.parametrize("act", ["set-identification", "unblock"])
def test_the_office_too_sets_digits_of_the_right_lengths_only(holder: Client, act: str) -> None:
    if act == "unblock":
        holder.block("dok")
    for rules in (rules for rules in RULES if rules.code in ("dok", "iok")):
        for value in rules.bad_values:
            new = {"dok": "1" * 10, "iok": "2" * 10, rules.code: value}
            with unchanged(holder):
                assert office(holder, act, **new) is Verdict.VALUE_REFUSED
    with unchanged(holder):
        said = ask(holder, "office", act, "dok=123", "iok=4567")
    assert "DOK has 4 to 10 digits, IOK has 4 to 10 digits" in said
    assert office(holder, act, dok="1" * 10, iok="2" * 10) is Verdict.DONE


@pytest.mark.fact("EO-06")
def test_no_command_reaches_bok(handed_over: Client) -> None:
    handed_over.card.act("office", "set-bok", {"bok": b"1234"})
    for reference in [0, *range(6, 256)]:
        assert handed_over.query(reference) == "6A88"
        assert handed_over.verify(reference, "1234") == "6A88"
        assert handed_over.change(reference, "1234", "4321") == "6A88"
        assert handed_over.reset_code(reference, "1234", "4321") == "6A88"
    assert b"BOK" not in handed_over.read(AODF)


@pytest.mark.fact("EO-21")
@pytest.mark.parametrize(
    "blocked", [("pin",), ("puk",), ("qpin",), ("pin", "puk"), ("pin", "qpin"), ("puk", "qpin"), SIGNING_CODES]
)
def test_pin_puk_and_qpin_do_not_depend_on_one_another(holder: Client, blocked: tuple[str, ...]) -> None:
    for code in blocked:
        holder.block(code)
    for code in REFERENCE:
        assert holder.query(code) == (BLOCKED if code in blocked else f"63C{TRIES[code]:X}")
        assert holder.verify(code) == (BLOCKED if code in blocked else OK)
    assert identify(holder)[1] == OK
    assert not holder.card.state.lost


@pytest.mark.fact("EO-24")
def test_iok_is_asked_for_at_each_identification(holder: Client) -> None:
    certificate = x509.load_der_x509_certificate(holder.read(IDENTIFICATION_CERTIFICATE))
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    holder.fetch(ISOAPPLET)  # API 0.6: the card hashes with SHA-1
    for challenge in (b"first challenge", b"second challenge"):
        assert identify(holder, challenge) == (b"", NOT_ALLOWED)
        assert holder.verify("iok") == OK
        signature, sw = identify(holder, challenge)
        assert sw == OK
        public.verify(signature, challenge, ec.ECDSA(hashes.SHA1()))
        assert len(signature) > 130, "P-521"
        assert holder.query("iok") == "63C3"
    assert identify(holder) == (b"", NOT_ALLOWED)


@pytest.mark.fact("EO-24")
def test_asking_for_iok_can_not_be_switched_off(holder: Client) -> None:
    for code in REFERENCE:
        assert holder.verify(code) == OK
    iok = holder.values["iok"].encode().hex()
    switching_off = (f"0026000404{iok}", f"0028000404{iok}", "00260104", "0020FF04", f"0020010404{iok}")
    assert [holder.send(command) for command in switching_off] == ["6D00", "6D00", "6D00", "6A86", "6A86"]
    # A client may write the entry that tells others to ask each time, and it is as it was when it is read again.
    entry = holder.read(PRKDF)
    asks_each_time = bytes.fromhex("020101")
    assert entry.count(asks_each_time) == 1
    holder.write(PRKDF, entry.replace(asks_each_time, bytes.fromhex("020100")))
    holder.send(ISOAPPLET)
    assert holder.read(PRKDF) == entry
    assert holder.verify("iok") == OK
    assert identify(holder)[1] == OK
    assert identify(holder) == (b"", NOT_ALLOWED)


@pytest.mark.fact("EO-14")
def test_dok_and_iok_may_be_the_same(handed_over: Client) -> None:
    assert office(handed_over, "set-identification", dok="1234", iok="1234") is Verdict.DONE
    assert [handed_over.verify(code, "1234") for code in ("dok", "iok")] == [OK, OK]
    assert [handed_over.change(code, "1234", "5678") for code in ("dok", "iok")] == [OK, OK]
    assert handed_over.set_code("iok", "5678", by="5678") == OK


@pytest.mark.fact("EO-25")
@pytest.mark.parametrize("code", list(REFERENCE))
def test_a_value_used_before_may_be_used_again(holder: Client, code: str) -> None:
    first, second = holder.values[code], "8" * 8
    for old, new in ((first, second), (second, first), (first, first), (first, second), (second, first)):
        assert holder.change(code, old, new) == OK
        assert holder.verify(code, new) == OK
    if code not in ("dok", "puk"):
        assert [holder.set_code(code, first), holder.set_code(code, first)] == [OK, OK]
