"""`cardmanager` changes, unblocks and first sets codes, on all four cards, and warns of what wrong ones lead to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.iso7816.instructions import Instruction
from stuntcard.profile.load import load_profile
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.slot import Slot
from stuntcard.running.pcsc import reader_name

from tests.clients.cardmanager import REFUSED, USAGE, CardManager, block, lasting, nothing_sent
from tests.clients.desk import PIN, PUK, QPIN, Desk, WatchedCard, desk_with_own_socket
from tests.clients.opensc import shared_folder

pytestmark = pytest.mark.own_module

FACTORY = {"pin": PIN, "puk": PUK, "qpin": QPIN}
WRONG = "99999999"
DOK, IOK = "5555", "4444"


@pytest.fixture
def at_eobcanka() -> Iterator[CardManager]:
    """At an eObčanka without any code."""
    with desk_with_own_socket("eobcanka") as desk:
        yield CardManager(desk)


@pytest.fixture
def at_zzzs_pk() -> Iterator[CardManager]:
    with desk_with_own_socket("zzzs-pk") as desk:
        yield CardManager(desk)


def office_sets_identification(desk: Desk) -> None:
    desk.card.act("office", "set-identification", {"dok": DOK.encode(), "iok": IOK.encode()})


# Changing


@pytest.mark.fact("PQ-10")
@pytest.mark.parametrize("code", ["pin", "puk", "qpin"])
def test_each_code_is_changed_with_its_old_value(cardmanager: CardManager, code: str) -> None:
    desk = cardmanager.desk
    assert f"{code.upper()} is changed." in cardmanager("change", code, lines=(FACTORY[code], "My own 47", "My own 47"))
    assert not desk.code(code).must_change
    assert desk.card.content.values[code] == b"My own 47"
    # From another program's view: the old one is wrong, the new one is right.
    cardmanager.refused("change", code, lines=(FACTORY[code], "My own 48", "My own 48"))
    cardmanager("change", code.upper(), lines=("My own 47", "My own 48", "My own 48"))


@pytest.mark.fact("PQ-10", "PK-11")
def test_new_value_is_typed_twice_without_being_shown(cardmanager: CardManager) -> None:
    status, shown = cardmanager.typed(
        "change", "PIN", typing=[("PIN:", PIN), ("New PIN:", "my own 7"), ("New PIN again:", "my own 7")]
    )
    assert status == 0
    assert "PIN is changed." in shown
    assert "my own" not in shown
    assert PIN not in shown
    assert cardmanager.desk.card.content.values["pin"] == b"my own 7"


@pytest.mark.fact("PQ-10", "PK-11")
def test_a_mismatch_at_the_terminal_never_reaches_the_card(cardmanager: CardManager) -> None:
    before = lasting(cardmanager.desk.card.content)
    status, shown = cardmanager.typed(
        "change", "PIN", typing=[("PIN:", PIN), ("New PIN:", "my own 7"), ("New PIN again:", "my won 7")]
    )
    assert status == REFUSED
    assert "differ" in shown
    assert nothing_sent(cardmanager.desk)
    assert lasting(cardmanager.desk.card.content) == before


@pytest.mark.fact("PQ-10", "PK-11")
@pytest.mark.parametrize(
    ("arguments", "lines", "why"),
    [
        (("change", "pin"), (PIN, "first", "second"), "differ"),
        (("change", "pin"), (PIN, "abc", "abc"), "too short: PIN has 4 to 15"),
        (("change", "puk"), (PUK, "a" * 16, "a" * 16), "too long: PUK has 8 to 15"),
        (("change", "qpin"), (QPIN, "heslíčko", "heslíčko"), "without accents"),
        (("change", "pin"), ("123", "my own", "my own"), "no try was spent"),
        (("unblock", "qpin"), (PUK, "first", "second"), "differ"),
        (("unblock", "qpin"), (PUK, "1234", "1234"), "too short: QPIN has 5 to 15"),
        (("unblock", "pin"), ("1234567", "my own", "my own"), "no try was spent"),
        (("change", "puk"), (PUK, "only once"), "ended before"),
        (("change", "puk"), ("\udcff\udcfe" * 4, "my own 77", "my own 77"), "no try was spent"),
    ],
)
def test_what_can_not_be_right_never_reaches_the_card(
    cardmanager: CardManager, arguments: tuple[str, ...], lines: tuple[str, ...], why: str
) -> None:
    before = lasting(cardmanager.desk.card.content)
    outcome = cardmanager.run(*arguments, lines=lines)
    assert outcome.status in (REFUSED, USAGE)
    assert why in outcome.told
    assert nothing_sent(cardmanager.desk)
    assert lasting(cardmanager.desk.card.content) == before
    assert not any(value in outcome.told for value in lines)


@pytest.mark.fact("PK-11")
def test_zzzs_pks_values_are_checked_before_the_card_gets_any(at_zzzs_pk: CardManager) -> None:
    desk = at_zzzs_pk.desk
    before = lasting(desk.card.content)
    assert "digits only" in at_zzzs_pk.refused("change", "pep-pin", lines=("1234", "abcd", "abcd"))
    assert "too long" in at_zzzs_pk.refused("change", "pep-pin", lines=("1234", "12345", "12345"))
    assert "differ" in at_zzzs_pk.refused("set-first", "kpep-pin", lines=("12345678", "654321", "123456"))
    assert "too short" in at_zzzs_pk.refused("set-first", "kpep-pin", lines=("12345678", "65432", "65432"))
    assert "can't have such a value" in at_zzzs_pk.refused("unblock", "pep-pin", lines=("8765432", "4711", "4711"))
    assert nothing_sent(desk)
    assert lasting(desk.card.content) == before


@pytest.mark.fact("EO-26")
def test_easily_guessed_values_are_advised_against_and_taken(at_eobcanka: CardManager) -> None:
    desk = at_eobcanka.desk
    office_sets_identification(desk)
    for old, new in ((IOK, "1111"), ("1111", "1234"), ("1234", "12345")):
        assert "easily guessed" in at_eobcanka("change", "IOK", lines=(old, new, new))
        assert desk.card.content.values["iok"] == new.encode()
    assert "easily guessed" not in at_eobcanka("change", "IOK", lines=("12345", "4711", "4711"))


def test_codes_come_from_a_private_file_and_from_no_other(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.write("codes", f"pin: '{PIN}'\nnew-pin: my own\n".encode())
    (desk.folder / "codes").chmod(0o644)
    shown = cardmanager.refused("change", "pin", "--codes-file", "codes", status=USAGE)
    assert "Others could read" in shown
    assert nothing_sent(desk)
    (desk.folder / "codes").chmod(0o600)
    cardmanager("change", "pin", "--codes-file", "codes")
    assert desk.card.content.values["pin"] == b"my own"
    both = cardmanager.refused("change", "pin", "--codes-file", "codes", lines=(PIN,), status=USAGE)
    assert "from standard input and from a file at once" in both


# Wrong codes


@pytest.mark.fact("PK-11")
def test_a_wrong_pin_tells_what_is_left_and_what_comes_of_none(cardmanager: CardManager) -> None:
    change = ("change", "pin")
    values = (WRONG, "my own", "my own")
    first = cardmanager.refused(*change, lines=values)
    assert "PIN is wrong, 2 tries are left." in first
    assert "PUK then unblocks it" in first
    assert "PIN is wrong, 1 try is left." in cardmanager.refused(*change, lines=values)
    last = cardmanager.refused(*change, lines=values)
    assert "Beware: PIN has one try left." in last
    assert "it is blocked now" in last
    assert "cardmanager unblock pin" in last
    assert cardmanager.desk.code("pin").state == "blocked"
    # It knows that without sending anything.
    sent = len(cardmanager.desk.status_words(Instruction.CHANGE_REFERENCE_DATA))
    assert "cardmanager unblock pin" in cardmanager.refused(*change, lines=values)
    assert len(cardmanager.desk.status_words(Instruction.CHANGE_REFERENCE_DATA)) == sent


def test_the_last_code_that_keeps_the_chip_alive_is_warned_of(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    block(desk, "pin")
    assert "When PIN, PUK, QPIN are all blocked" in cardmanager.refused("change", "puk", lines=(WRONG, PUK, PUK))
    block(desk, "puk")
    shown = cardmanager.refused("change", "qpin", lines=(WRONG, "my own", "my own"))
    assert "Blocked already: PIN, PUK. When QPIN is blocked as well, the chip is destroyed for good." in shown
    assert "PUK is blocked" in cardmanager.refused("unblock", "pin", lines=(PUK, "my own", "my own"))
    cardmanager.refused("change", "qpin", lines=(WRONG, "my own", "my own"))
    last = cardmanager.refused("change", "qpin", lines=(WRONG, "my own", "my own"))
    assert "the chip is destroyed for good. Ask the issuer for a new card" in last
    assert desk.seen.life_cycle == "dead"
    for command in (("show",), ("change", "pin"), ("ready-for-claim",), ("holder",)):
        assert "destroyed for good" in cardmanager.refused(*command)
    assert "destroyed for good" in cardmanager("devices")


@pytest.mark.fact("PK-11")
def test_wrong_pin_wrong_puk_and_wrong_tpin_are_told_apart(at_zzzs_pk: CardManager) -> None:
    desk = at_zzzs_pk.desk
    pin = at_zzzs_pk.refused("change", "pep-pin", lines=("9999", "4711", "4711"))
    assert "PIN of PEP is wrong, 2 tries are left." in pin
    assert "PUK of PEP then unblocks it" in pin
    puk = at_zzzs_pk.refused("unblock", "pep-pin", lines=(WRONG, "4711", "4711"))
    assert "PUK of PEP is wrong, 4 tries are left." in puk
    assert "the part PEP of the card is lost for good" in puk
    tpin = at_zzzs_pk.refused("set-first", "kpep-pin", lines=(WRONG, "471147", "471147"))
    assert "TPIN is wrong, 2 tries are left." in tpin
    assert "the part KPEP of the card is lost for good" in tpin
    assert [desk.code(code).tries_left for code in ("pep-pin", "pep-puk", "tpin")] == [2, 4, 2]


def test_a_part_that_dies_is_named_and_the_rest_goes_on(at_zzzs_pk: CardManager) -> None:
    desk = at_zzzs_pk.desk
    for _ in range(2):
        at_zzzs_pk.refused("set-first", "kpep-pin", lines=(WRONG, "471147", "471147"))
    last = at_zzzs_pk.refused("set-first", "kpep-pin", lines=(WRONG, "471147", "471147"))
    assert "With that the part KPEP of the card is lost for good" in last
    assert desk.seen.parts["kpep"].lost
    assert "The part KPEP of this card is lost" in at_zzzs_pk.refused("set-first", "kpep-pin", lines=("12345678",))
    assert "part KPEP: lost for good" in at_zzzs_pk("show")
    at_zzzs_pk("change", "pep-pin", lines=("1234", "4711", "4711"))


def test_a_blocked_puk_of_eobcanka_is_told_to_be_for_good(at_eobcanka: CardManager) -> None:
    desk = at_eobcanka.desk
    office_sets_identification(desk)
    at_eobcanka("set-first", "PUK", lines=(IOK, "86420864", "86420864"))
    shown = at_eobcanka.refused("set-first", "PIN", lines=("11111111", "47114", "47114"))
    assert "PUK is wrong, 4 tries are left." in shown
    assert "blocked for good" in shown
    block(desk, "puk")
    assert "Nothing unblocks PUK" in at_eobcanka.refused("unblock", "PUK", lines=(IOK, "86420864", "86420864"))
    assert "PUK is blocked" in at_eobcanka.refused("set-first", "PIN", lines=("86420864", "47114", "47114"))
    block(desk, "dok")
    assert "Go to the office" in at_eobcanka.refused("unblock", "DOK")
    assert "Go to the office" in at_eobcanka.refused("unblock", "IOK")


@pytest.mark.fact("EO-12")
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "When DOK is blocked, IOK is blocked with it."),
        ("cs", "Zároveň s DOK se zablokuje i IOK."),
        ("sl", "Hkrati s kodo DOK se blokira tudi IOK."),
    ],
)
def test_before_doks_last_try_iok_is_named_that_goes_with_it(
    at_eobcanka: CardManager, language: str, told: str
) -> None:
    office_sets_identification(at_eobcanka.desk)
    wrong = ("9999", "5678", "5678")
    assert told in at_eobcanka.refused("change", "DOK", "--language", language, lines=wrong)
    block(at_eobcanka.desk, "dok", but=1)
    # The last value is one that is never sent.
    assert told in at_eobcanka.refused("change", "DOK", "--language", language, lines=("1", "5678", "5678"))
    block(at_eobcanka.desk, "dok")
    shown = at_eobcanka("show", "--language", language)
    assert told not in shown
    office = {"en": "Only the office sets IOK again", "cs": "IOK", "sl": "IOK znova nastavi le urad"}[language]
    assert office in shown


# Unblocking and first setting


@pytest.mark.parametrize("code", ["pin", "qpin"])
def test_puk_unblocks_and_sets_the_new_value(cardmanager: CardManager, code: str) -> None:
    block(cardmanager.desk, code)
    cardmanager("unblock", code, lines=(PUK, "my own 7", "my own 7"))
    seen = cardmanager.desk.code(code)
    assert (seen.state, seen.tries_left, seen.must_change) == ("set", 3, False)
    assert "Nothing unblocks PUK" in cardmanager.refused("unblock", "puk")


def test_tokenmes_codes_are_changed_and_unblocked() -> None:
    with desk_with_own_socket("tokenme") as desk:
        cardmanager = CardManager(desk)
        cardmanager("change", "PUK", lines=(PUK, "my own 77", "my own 77"))
        block(desk, "pin")
        cardmanager("unblock", "PIN", lines=("my own 77", "my own 7", "my own 7"))
        assert desk.card.content.values["pin"] == b"my own 7"


def test_eobcankas_codes_are_set_one_by_the_other(at_eobcanka: CardManager) -> None:
    desk = at_eobcanka.desk
    assert "DOK has no value yet. Go to the office" in at_eobcanka.refused("set-first", "IOK")
    assert "Go to the office" in at_eobcanka.refused("set-first", "DOK")
    assert "IOK has no value yet. Go to the office" in at_eobcanka.refused("set-first", "PUK")
    assert "not on the chip" in at_eobcanka.refused("set-first", "BOK")
    assert "has not been set yet" in at_eobcanka.refused("change", "PIN")
    office_sets_identification(desk)
    at_eobcanka("set-first", "PUK", lines=(IOK, "86420864", "86420864"))
    at_eobcanka("set-first", "PIN", lines=("86420864", "47114", "47114"))
    at_eobcanka("set-first", "QPIN", lines=("86420864", "74117", "74117"))
    assert [desk.card.content.values[code] for code in ("puk", "pin", "qpin")] == [b"86420864", b"47114", b"74117"]
    assert "cardmanager change puk" in at_eobcanka.refused("set-first", "PUK", lines=(IOK, "86420864", "86420864"))
    at_eobcanka("unblock", "IOK", lines=(DOK, "8888", "8888"))
    assert desk.card.content.values["iok"] == b"8888"


def test_kpeps_pin_is_set_with_tpin_once(at_zzzs_pk: CardManager) -> None:
    desk = at_zzzs_pk.desk
    assert "cardmanager set-first kpep-pin" in at_zzzs_pk.refused("unblock", "kpep-pin")
    at_zzzs_pk("set-first", "kpep-pin", lines=("12345678", "471147", "471147"))
    assert (desk.code("kpep-pin").state, desk.code("tpin").state) == ("set", "not_set")
    assert "has a value already" in at_zzzs_pk.refused("set-first", "kpep-pin")
    assert "Nothing unblocks PIN of KPEP" in at_zzzs_pk.refused("unblock", "kpep-pin")
    for code in ("pep-puk", "tpin"):
        assert "can't be changed" in at_zzzs_pk.refused("change", code)


# What else goes wrong


def test_usage_is_told(cardmanager: CardManager) -> None:
    assert "It has: pin, puk, qpin" in cardmanager.refused("change", "tpin", status=USAGE)
    assert "--stdin or --codes-file" in cardmanager.refused("change", "pin", status=USAGE)
    assert "no reader called" in cardmanager.refused("show", "--reader", "none", status=USAGE)
    assert "expected one of en, cs, sl" in cardmanager.refused("show", "--language", "de", status=USAGE)
    cardmanager.refused("change", status=USAGE)
    assert nothing_sent(cardmanager.desk)


def test_no_service_is_told(desk: Desk) -> None:
    gone = CardManager(Desk(desk.watched, desk.folder, desk.folder / "nowhere"))
    assert "service is not running" in gone.refused("show")
    assert "service is not running" in gone.refused("devices", "--json")


def test_a_card_put_in_meanwhile_does_not_get_the_other_ones_codes() -> None:
    first, second = (WatchedCard(Card(load_profile(name), APPLETS)) for name in ("proid-q", "tokenme"))
    slot = Slot(first)
    with shared_folder() as folder:
        socket = folder / "pcsc.sock"
        with PcscServer(socket, {reader_name(first.card.profile): slot}):
            desk = Desk(first, folder, socket)
            outcome = CardManager(desk).run_with_pause(
                "change", "pin", pause=lambda: slot.insert(second), lines=(PIN, "my own 7", "my own 7")
            )
            assert outcome.status == REFUSED
            assert "Another card is in the reader" in outcome.told
            assert nothing_sent(desk)
            assert nothing_sent(Desk(second, folder, socket))


# Languages


def test_czech(desk: Desk) -> None:
    czech = CardManager(desk, "cs_CZ.UTF-8")
    assert "PIN: nesprávná hodnota, zbývají 2 pokusy." in czech.refused("change", "PIN", lines=(WRONG, "1234", "1234"))
    assert "oblast CC (přístup přes QPIN): obsazeno 0 z 2 míst" in czech("show")
    assert "QPIN" in czech("unblock", "QPIN", lines=(PUK, "moje vlastni", "moje vlastni"))


def test_slovenian() -> None:
    with desk_with_own_socket("zzzs-pk") as desk:
        slovenian = CardManager(desk)
        sl = ("--language", "sl")
        shown = slovenian.refused("change", "pep-pin", *sl, lines=("9999", "4711", "4711"))
        assert "PIN za PEP: napačna vrednost, na voljo sta še 2 poskusa." in shown
        assert "del PEP: deluje" in slovenian("show", *sl)
        assert "ime in priimek" in slovenian("holder", *sl)
        assert "PIN za KPEP je nastavljen" in slovenian(
            "set-first", "kpep-pin", *sl, lines=("12345678", "471147", "471147")
        )
