"""A login that lasts for several acts, export of everything, and NSS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from stuntcard.profile.load import load_profile
from stuntcard.readers.slot import Slot
from stuntcard.running.making import fresh_card

from tests import programs
from tests.clients.asked_program import LineProgram
from tests.clients.cardmanager import PATIENCE, REFUSED, CardManager
from tests.clients.desk import LETTER, PIN, QPIN, WatchedCard, desk_before
from tests.clients.desk_words import store_certificate

pytestmark = pytest.mark.own_module


@pytest.fixture
def holder(cardmanager: CardManager) -> CardManager:
    """At a card with two ordinary keys (30, 31) and a qualified one (20) with certificates, and a key alone (32)."""
    desk = cardmanager.desk
    for identifier in ("30", "31", "32"):
        desk.make_key(identifier, "rsa/2048")
    desk.make_qualified_key("20", "rsa/2048")
    for identifier in ("30", "31", "20"):
        store_certificate(desk, identifier)
    desk.write("letter", LETTER)
    return cardmanager


def test_pin_is_asked_for_once_and_qpin_each_time(holder: CardManager) -> None:
    desk = holder.desk
    done = holder.shell(
        "login", PIN,
        "sign letter --id 30 --to first.p7s",
        "sign letter --id 31 --to second.p7s",
        "sign letter --id 20 --to third.p7s", QPIN,
        "sign letter --id 20 --to fourth.p7s", QPIN,
        "delete-cert 31 --yes",
        "logout",
        "delete-key 31 --expert --yes", PIN,
        "exit",
        "never read",
    )  # fmt: skip
    assert (done.status, PIN in done.shown + done.told) == (0, False), done.told
    assert done.shown.startswith(
        "Logged in with PIN; until logout, or until the card is taken out, it is not asked for"
    )
    assert sorted(file.stem for file in desk.folder.glob("*.p7s")) == ["first", "fourth", "second", "third"]
    assert [key.identifier for key in desk.seen.keys] == ["30", "32", "20"]


def test_a_refused_code_and_a_changed_one_are_forgotten_and_none_for_one_use_is_kept(holder: CardManager) -> None:
    wrong = holder.shell("login", "00000000", "delete-cert 30 --yes", PIN)
    assert (wrong.status, "PIN is wrong, 2 tries are left." in wrong.told) == (REFUSED, True)
    assert holder.desk.tries() == (2, 5, 3)
    assert "cardmanager has no command 'frobnicate'" in holder.shell("frobnicate").told
    assert "QPIN is asked for each time that it is used" in holder.shell("login QPIN", QPIN).told
    done = holder.shell(
        "delete-cert 30 --yes", PIN,
        "change pin", PIN, "87654321", "87654321",
        "delete-key 30 --expert --yes", "87654321",
        "show no-such-thing",
        "delete-key 31 --expert --yes",
    )  # fmt: skip
    assert done.status == 2, done.told
    assert "no-such-thing" in done.told
    assert holder.desk.tries() == (3, 5, 3)
    assert [key.identifier for key in holder.desk.seen.keys] == ["31", "32", "20"]


def test_what_can_leave_the_card_goes_into_a_folder(holder: CardManager) -> None:
    folder = holder.desk.folder / "backup"
    told = holder("export-all", "backup")
    assert told.endswith("4 files are in backup.\n")
    names = ["20.pem", "30.pem", "31.pem", "32-public-key.pem"]
    assert sorted(file.name for file in folder.iterdir()) == names
    for name in names[:3]:
        holder.desk.openssl("x509", "-in", f"backup/{name}", "-noout")
    holder.desk.openssl("pkey", "-pubin", "-in", "backup/32-public-key.pem", "-noout")
    (folder / "20.pem").unlink()
    assert "--force" in holder.refused("export-all", "backup", status=2)
    assert not (folder / "20.pem").exists()
    holder("export-all", "backup", "--force", "--format", "der")
    assert sorted(file.name for file in folder.glob("*.cer")) == ["20.cer", "30.cer", "31.cer"]


@pytest.mark.fact("PQ-28", "PQ-36")
def test_certificates_and_the_module_are_registered_with_nss(holder: CardManager) -> None:
    """certutil, NSS's own tool, finds both; a second time changes nothing."""
    told = holder("register", "--database", "nssdb")
    assert told.count("is registered with NSS, in nssdb.") == 3
    assert holder("register", "--database", "nssdb") == told
    listed = _nss(holder, "certutil", "-L", "-d", "sql:nssdb")
    assert sorted(line.split()[:3] for line in listed.splitlines() if "Holder" in line) == [
        ["Holder", "of", identifier] for identifier in ("20", "30", "31")
    ]  # fmt: skip
    assert _nss(holder, "modutil", "-rawlist", "-dbdir", "sql:nssdb").count("opensc-pkcs11") == 1
    shown = holder("register", "--database", "nssdb", "--remove")
    assert shown.count("is no longer registered") == 3
    assert "Holder" not in _nss(holder, "certutil", "-L", "-d", "sql:nssdb")


def test_certificates_are_registered_by_themselves_when_a_card_is_put_in() -> None:
    empty, full = (WatchedCard(fresh_card(load_profile(name))) for name in ("proid-q", "zzzs-pk"))
    slot = Slot(empty)
    with desk_before({"Left 00 00": slot}, empty) as desk:
        manager = CardManager(desk)
        register = ("register", "--watch", "--database", str(desk.folder / "nssdb"))
        command = [sys.executable, "-m", "cardtools.manager", *register]
        with subprocess.Popen(
            command, env={**os.environ, **manager.environment}, stdout=subprocess.PIPE, text=True
        ) as watching:
            assert watching.stdout is not None
            assert watching.stdout.readline().startswith("There is no certificate on the card")
            slot.insert(full)
            assert watching.stdout.readline().startswith("TESTKA TEST-IZMIŠLJENA ")
            watching.stdout.readline()
            watching.send_signal(signal.SIGINT)
            assert watching.wait(PATIENCE) == 0
        assert _nss(manager, "certutil", "-L", "-d", "sql:nssdb").count("TESTKA") == 2


def _nss(manager: CardManager, *command: str) -> str:
    return programs.shown(*command, cwd=manager.desk.folder)


def test_a_login_ends_when_the_card_is_taken_out_for_a_moment() -> None:
    watched = WatchedCard(fresh_card(load_profile("proid-q")))
    slot = Slot(watched)
    with desk_before({"Left 00 00": slot}, watched) as desk:
        desk.make_key("30", "rsa/2048")
        store_certificate(desk, "30")
        letter, signed = (str(desk.folder / name) for name in ("letter", "signed"))
        desk.write("letter", LETTER)
        manager = CardManager(desk)
        session = LineProgram("-m", "cardtools.manager", "shell", socket=desk.socket, **manager.environment)
        with session:
            session.tell(f"sign {letter} --to {signed}")
            assert session.ask_line(PIN) == f"{letter} is signed; the signature is in {signed}."
            assert session.ask_line(f"sign {letter} --to {signed} --force").endswith(f"{signed}.")
            slot.remove()
            slot.insert(watched)
            session.tell(f"sign {letter} --to {signed} --force")
            session.tell("00000000")
        assert desk.tries() == (2, 5, 3)
