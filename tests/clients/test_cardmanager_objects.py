"""`cardmanager` shows, brings in, exports and deletes what is on the cards, and leaves them unharmed when it can't."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, load_pem_public_key, pkcs12
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.faults.faulty_card import FaultyCard
from stuntcard.faults.rules import Faults
from stuntcard.faults.text import parse_rule
from stuntcard.policy.state import Origin
from stuntcard.profile.load import load_profile
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.slot import Slot
from stuntcard.readers.slot_control import SlotControl
from stuntcard.running.pcsc import reader_name

from tests.clients.apdus import MAKE_RSA_KEY, VERIFY_PIN, VERIFY_QPIN
from tests.clients.cardmanager import USAGE, CardManager, lasting, nothing_sent
from tests.clients.certificates import as_pkcs12, certify, issue_certificate, new_key
from tests.clients.desk import PIN, Desk, WatchedCard, desk_with_own_socket
from tests.clients.opensc import shared_folder

pytestmark = pytest.mark.own_module

SECRET = "the file's own"


def store_certificate(desk: Desk, identifier: str) -> bytes:
    """Has a certificate issued for a key on the card, and stored by OpenSC; gives its DER."""
    der = issue_certificate(desk, identifier)
    desk.tool("pkcs11-tool", "--login", "--pin", PIN, "--write-object", f"{identifier}.der", "--type", "cert",
              "--id", identifier)  # fmt: skip
    desk.tool("opensc-tool", "--reset")
    return der


def forget_exchanges(desk: Desk) -> None:
    desk.watched.exchanges.clear()


# Looking


@pytest.mark.fact("PQ-29", "PQ-16")
def test_devices_shows_a_tree_of_what_is_on_the_card(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.make_qualified_key("20")
    desk.make_key("30")
    store_certificate(desk, "30")
    desk.send(VERIFY_PIN, VERIFY_QPIN, *MAKE_RSA_KEY)
    lines = [line.lstrip("│├└─ ") for line in cardmanager("devices").splitlines()]
    assert lines[0].startswith("ProID+Q, number 5354554E54000001, in the reader")
    inside = lines.index("CC area (guarded by QPIN): 2 of 2 places taken")
    assert lines[inside + 1].startswith("empty container 20 (qualified 20): a key without a certificate")
    assert lines[inside + 2].startswith("empty container no. ")
    assert "never listed" in lines[inside + 2]
    outside = lines.index("general area (guarded by PIN): 1 taken, no bound but the memory")
    assert outside == inside + 3
    assert lines[outside + 1].startswith("container 30 (")
    assert lines[outside + 2 :] == [
        "certificate of Holder of 30", lines[outside + 3], lines[outside + 4],
        "not qualified, without the QESCD mark", "public key, EC secp256r1", "private key, made on this card",
    ]  # fmt: skip
    assert lines[outside + 3].startswith("issued by Throw-away CA, number ")
    assert lines[outside + 4].startswith("valid from ")

    (device,) = cardmanager.run("devices", "--json").data
    found = [(item["identifier"], item["area"], item["empty"], item["listed"]) for item in device["containers"]]
    assert found == [("20", "cc", True, True), ("30", "general", False, True), (None, "cc", True, False)]
    assert device["containers"][1]["certificates"][0]["holder"] == "Holder of 30"
    assert nothing_sent_since_making(desk)


def nothing_sent_since_making(desk: Desk) -> bool:
    return desk.tries() == (3, 5, 3)


@pytest.mark.fact("PQ-11")
def test_show_has_three_numbers_for_every_code(cardmanager: CardManager) -> None:
    cardmanager.refused("change", "qpin", lines=("wrong one", "my own", "my own"))
    shown = " ".join(cardmanager("show").split())
    assert "│ QPIN │ set │ 2 / 3 / 3 │ 5 to 15 characters │ yes │ PUK │" in shown
    assert "│ PUK │ set │ 5 / 5 / 5 │" in shown
    code = cardmanager.run("show", "--json").data["codes"]["qpin"]
    assert (code["tries_left"], code["tries_limit"], code["tries_max"]) == (2, 3, 3)
    assert (code["must_change"], code["possible"]) == (True, ["change", "unblock"])


@pytest.mark.fact("PQ-29")
def test_show_has_the_details_of_one_object_and_what_can_be_done(cardmanager: CardManager) -> None:
    cardmanager.desk.make_key("30")
    store_certificate(cardmanager.desk, "30")
    shown = cardmanager("show", "30")
    assert "certificate of Holder of 30" in shown
    assert "cardmanager export 30 FILE" in shown
    assert "cardmanager delete-cert 30" in shown
    assert "delete-key" not in shown
    assert "There is: 30" in cardmanager.refused("show", "77", status=USAGE)


@pytest.mark.fact("PK-12")
def test_the_person_in_the_certificates_of_zzzs_pk() -> None:
    with desk_with_own_socket("zzzs-pk") as desk:
        cardmanager = CardManager(desk)
        shown = cardmanager("holder", "01")
        assert "surname" in shown
        assert "TEST-IZMIŠLJENA" in shown
        found = cardmanager.run("holder", "--json").data
        assert [item["identifier"] for item in found] == ["01", "02"]
        assert found[1]["given-name"] == "TESTKA"
        assert "with the QESCD mark" in cardmanager("show", "02")
        assert nothing_sent(desk)


@pytest.mark.fact("PK-12")
def test_the_person_in_eobcankas_certificate() -> None:
    with desk_with_own_socket("eobcanka") as desk:
        cardmanager = CardManager(desk)
        (person,) = cardmanager.run("holder", "--json").data
        assert (person["surname"], person["birth-date"]) == ("TEST-VYMYŠLENÝ", "01.01.2000")
        assert "date of birth" in cardmanager("holder")
        assert nothing_sent(desk)


def test_a_certificate_without_a_person_is_told(cardmanager: CardManager) -> None:
    assert "names a person" in cardmanager.refused("holder")


def test_two_readers_and_one_named() -> None:
    cards = [WatchedCard(Card(load_profile(name), APPLETS)) for name in ("proid-q", "tokenme")]
    with shared_folder() as folder:
        socket = folder / "pcsc.sock"
        with PcscServer(socket, {reader_name(card.card.profile): Slot(card) for card in cards}):
            cardmanager = CardManager(Desk(cards[0], folder, socket))
            assert "more than one card" in cardmanager.refused("show", status=USAGE)
            name = reader_name(cards[1].card.profile)
            devices = cardmanager.run("devices", "--json").data
            assert [device["profile"] for device in devices] == ["proid-q", "tokenme"]
            # pcsc-lite puts the numbers of reader and slot behind the name.
            reader = next(device["reader"] for device in devices if device["reader"].startswith(name))
            assert "TokenME" in cardmanager("show", "--reader", reader)


# Certificates


@pytest.mark.fact("PQ-20")
@pytest.mark.parametrize("form", ["der", "crt"])
def test_an_imported_certificate_pairs_with_its_key(cardmanager: CardManager, form: str) -> None:
    desk = cardmanager.desk
    desk.make_key("30")
    issue_certificate(desk, "30")
    shown = cardmanager("import-cert", f"30.{form}", lines=(PIN,))
    assert "paired with its key 30" in shown
    assert desk.key("30").paired
    assert "already" in cardmanager.refused("import-cert", f"30.{form}", lines=(PIN,))


@pytest.mark.fact("PQ-20")
def test_a_certificate_that_pairs_with_no_key_is_refused(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.make_key("30")
    forget_exchanges(desk)
    before = lasting(desk.card.content)
    desk.write("other.der", certify(new_key("ec").public_key(), "Somebody else").public_bytes(Encoding.DER))
    assert "belongs to no key" in cardmanager.refused("import-cert", "other.der", lines=(PIN,))
    desk.write("broken.crt", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert "no certificate that can be used" in cardmanager.refused("import-cert", "broken.crt", lines=(PIN,))
    assert "can't be read" in cardmanager.refused("import-cert", "nowhere", lines=(PIN,), status=USAGE)
    assert "can't be read" in cardmanager.refused("import-cert", ".", lines=(PIN,), status=USAGE)
    assert nothing_sent(desk)
    assert lasting(desk.card.content) == before


@pytest.mark.fact("PQ-22")
def test_certificate_and_public_key_are_exported(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.make_key("30", "rsa/2048")
    der = store_certificate(desk, "30")
    cardmanager("export", "30", "out.pem")
    cardmanager("export", "30", "out.der", "--format", "der")
    cardmanager("export", "30", "key.pem", "--public-key")
    assert (desk.folder / "out.der").read_bytes() == der
    certificate = x509.load_pem_x509_certificate((desk.folder / "out.pem").read_bytes())
    assert certificate.public_bytes(Encoding.DER) == der
    assert load_pem_public_key((desk.folder / "key.pem").read_bytes()) == certificate.public_key()

    desk.write("mine", b"not to be lost")
    assert "--force" in cardmanager.refused("export", "30", "mine", status=USAGE)
    assert (desk.folder / "mine").read_bytes() == b"not to be lost"
    cardmanager("export", "30", "mine", "--force", "--format", "der")
    assert (desk.folder / "mine").read_bytes() == der
    assert "can't be written" in cardmanager.refused("export", "30", "no/such/folder", status=USAGE)


def test_a_deleted_certificate_leaves_its_key_and_says_so(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.make_key("30")
    store_certificate(desk, "30")
    forget_exchanges(desk)
    assert "Nobody is there to answer" in cardmanager.refused("delete-cert", "30", lines=(PIN,))
    assert "Nothing was done" in cardmanager.answered("n", "delete-cert", "30").told
    assert nothing_sent(desk)
    shown = cardmanager("delete-cert", "30", "--yes", lines=(PIN,))
    assert "still valid" in shown
    assert "cardmanager delete-key 30 --expert" in shown
    assert not desk.key("30").paired
    assert "only a key" in cardmanager.refused("delete-cert", "30", "--yes", lines=(PIN,), status=USAGE)


# Unpaired keys


@pytest.mark.fact("PQ-16")
def test_an_unpaired_key_is_deleted_by_an_expert_who_confirms(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.make_qualified_key("20")
    forget_exchanges(desk)
    assert "say --expert" in cardmanager.refused("delete-key", "20", "--yes", lines=(PIN,))
    assert "Nobody is there to answer" in cardmanager.refused("delete-key", "20", "--expert", lines=(PIN,))
    answered = cardmanager.answered("n", "delete-key", "20", "--expert")
    assert "Delete the unpaired key 20 of CC area for good?" in answered.shown + answered.told
    assert nothing_sent(desk)
    assert desk.seen.areas["cc"].used == 1
    shown = cardmanager("delete-key", "20", "--expert", "--yes", lines=(PIN,))
    assert "The key 20 is deleted, and its place is free." in shown
    assert desk.seen.areas["cc"].used == 0


@pytest.mark.fact("PQ-16")
def test_a_key_that_was_never_listed_is_deleted_by_its_number(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.send(VERIFY_PIN, VERIFY_QPIN, *MAKE_RSA_KEY)
    (key,) = desk.seen.keys
    assert not key.listed
    assert f"cardmanager delete-key --number {key.number} --expert" in cardmanager("show")
    wrong = cardmanager.refused("delete-key", "--number", "77", "--expert", "--yes", lines=(PIN,), status=USAGE)
    assert f"There is: {key.number}" in wrong
    cardmanager("delete-key", "--number", str(key.number), "--expert", "--yes", lines=(PIN,))
    assert desk.seen.keys == []
    assert desk.seen.areas["cc"].used == 0


def test_a_key_with_a_certificate_and_a_factorys_are_not_deleted(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.make_key("30")
    store_certificate(desk, "30")
    assert "cardmanager delete-cert 30" in cardmanager.refused("delete-key", "30", "--expert", "--yes", lines=(PIN,))
    with desk_with_own_socket("eobcanka") as other:
        at_eobcanka = CardManager(other)
        assert "since it was issued" in at_eobcanka.refused("delete-cert", "10", "--yes")
        assert "since it was issued" in at_eobcanka.refused("delete-key", "10", "--expert", "--yes")
        assert nothing_sent(other)


# PKCS#12


@pytest.mark.fact("PQ-21")
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_key_from_pkcs12_counts_as_brought_in_from_outside(cardmanager: CardManager, kind: str) -> None:
    desk = cardmanager.desk
    desk.write("backup.p12", as_pkcs12(new_key(kind), SECRET))
    shown = cardmanager("import-p12", "backup.p12", lines=(SECRET, PIN))
    assert "not made on the qualified device" in shown
    (key,) = desk.seen.keys
    assert (key.origin, key.paired, key.area) == (Origin.IMPORTED, True, "general")
    assert key.identifier is not None
    assert "brought in from outside" in cardmanager("show", key.identifier)
    assert "without the QESCD mark" in cardmanager("show", key.identifier)
    assert "on the card already" in cardmanager.refused("import-p12", "backup.p12", lines=(SECRET, PIN))


@pytest.mark.fact("TM-07")
def test_a_pfx_is_imported_to_tokenme() -> None:
    with desk_with_own_socket("tokenme") as desk:
        cardmanager = CardManager(desk)
        desk.write("backup.pfx", as_pkcs12(new_key("rsa"), SECRET))
        status, shown = cardmanager.typed(
            "import-p12", "backup.pfx", typing=[("Password of the file:", SECRET), ("PIN:", PIN)]
        )
        assert status == 0
        assert SECRET not in shown
        assert [(key.origin, key.paired) for key in desk.seen.keys] == [(Origin.IMPORTED, True)]


@pytest.mark.fact("PQ-21", "TM-07")
def test_bad_pkcs12_files_leave_the_card_unharmed(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    key = new_key("ec")
    good = as_pkcs12(key, SECRET)
    certificate = certify(key.public_key(), "Without a key")
    lock = BestAvailableEncryption(SECRET.encode())
    desk.write("good.p12", good)
    desk.write("broken.p12", good[: len(good) // 2])
    desk.write("text.p12", b"no key at all")
    desk.write("huge.p12", bytes(2 << 20))
    desk.write("keyless.p12", pkcs12.serialize_key_and_certificates(b"x", None, certificate, None, lock))
    desk.write("bare.p12", pkcs12.serialize_key_and_certificates(b"x", key, None, None, lock))
    before = lasting(desk.card.content)

    def refused(name: str, password: str = SECRET) -> str:
        return cardmanager.refused("import-p12", name, lines=(password, PIN))

    assert "password of the file is wrong" in refused("good.p12", "another")
    assert "damaged" in refused("broken.p12")
    assert "damaged" in refused("text.p12")
    assert "larger than any" in refused("huge.p12")
    assert "no private key" in refused("keyless.p12")
    assert "no private key" in refused("bare.p12")
    assert "can't be read" in cardmanager.refused("import-p12", "nowhere.p12", lines=(SECRET, PIN), status=USAGE)
    assert nothing_sent(desk)
    assert lasting(desk.card.content) == before


def test_an_import_that_does_not_fit_leaves_the_token_as_it_was() -> None:
    with desk_with_own_socket("tokenme") as desk:
        cardmanager = CardManager(desk)
        for number in range(4):
            desk.write(f"{number}.p12", as_pkcs12(new_key("rsa"), SECRET))
        for number in range(3):
            cardmanager("import-p12", f"{number}.p12", lines=(SECRET, PIN))
        before = [(key.identifier, key.paired) for key in desk.seen.keys]
        shown = cardmanager.refused("import-p12", "3.p12", lines=(SECRET, PIN))
        assert "memory is full" in shown
        assert [(key.identifier, key.paired) for key in desk.seen.keys] == before
        cardmanager("delete-cert", "21", "--yes", lines=(PIN,))


def test_wrong_pin_is_told_with_what_it_leads_to(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.write("backup.p12", as_pkcs12(new_key("ec"), SECRET))
    shown = cardmanager.refused("import-p12", "backup.p12", lines=(SECRET, "99999"))
    assert "PIN is wrong, 2 tries are left." in shown
    assert "PUK then unblocks it" in shown
    assert desk.seen.keys == []


@pytest.mark.fact("PK-09")
def test_zzzs_pk_takes_nothing_and_is_asked_for_nothing() -> None:
    with desk_with_own_socket("zzzs-pk") as desk:
        cardmanager = CardManager(desk)
        desk.write("backup.p12", as_pkcs12(new_key("ec"), SECRET))
        cardmanager.refused("import-p12", "backup.p12", lines=(SECRET, "1234"))
        cardmanager.refused("delete-cert", "01", "--yes", lines=("1234",))
        assert nothing_sent(desk)


# A card pulled in the middle


@contextmanager
def card_pulled_at(rule: str) -> Iterator[CardManager]:
    """A ProID+Q that is out of the reader once such a command comes, which it does not carry out."""

    class PulledCard(WatchedCard):
        def transmit(self, command: bytes) -> bytes:
            return faulty.transmit(command)

    card, faults, slot_control = Card(load_profile("proid-q"), APPLETS), Faults(), SlotControl(Slot())
    faulty = FaultyCard(card, faults, slot_control)
    watched = PulledCard(card)
    slot_control.insert(watched)
    faults.set(parse_rule(f"{rule} act=remove"))
    with shared_folder() as folder:
        socket = folder / "pcsc.sock"
        with PcscServer(socket, {reader_name(card.profile): slot_control.slot}):
            yield CardManager(Desk(watched, folder, socket))


@pytest.mark.parametrize(
    ("rule", "command", "lines"),
    [
        ("ins=24", ("change", "pin"), (PIN, "my own", "my own")),
        ("ins=20", ("import-p12", "backup.p12"), (SECRET, PIN)),
        ("ins=CA", ("show",), ()),
    ],
)
def test_a_card_pulled_in_the_middle_is_told_and_unharmed(
    rule: str, command: tuple[str, ...], lines: tuple[str, ...]
) -> None:
    with card_pulled_at(rule) as cardmanager:
        desk = cardmanager.desk
        desk.write("backup.p12", as_pkcs12(new_key("ec"), SECRET))
        before = lasting(desk.card.content)
        assert "taken out in the middle" in cardmanager.refused(*command, lines=lines)
        assert lasting(desk.card.content) == before
        assert "no card in the reader" in cardmanager.refused("show")
        assert "no card in the reader" in cardmanager.refused("devices")


def test_a_card_pulled_in_the_middle_of_an_import_keeps_at_most_an_empty_container() -> None:
    with card_pulled_at("ins=DB") as cardmanager:
        desk = cardmanager.desk
        desk.write("backup.p12", as_pkcs12(new_key("ec"), SECRET))
        cardmanager.refused("import-p12", "backup.p12", lines=(SECRET, PIN))
        assert not any(key.paired for key in desk.seen.keys)
        assert desk.tries() == (3, 5, 3)
