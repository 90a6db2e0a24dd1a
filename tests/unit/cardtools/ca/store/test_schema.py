"""A CA's file of every form that was released opens, and works; nothing that befalls a migration harms it.

The fixtures were written by the program of each form: a CA at http://127.0.0.1:8629 whose operator Olga issued Jana a
qualified certificate on card 0001 (BP0000000001) and Petr a commercial one (BP0000000002) that Adam then revoked,
refused Petr a seal (BP0000000003), and has a request of Petr's waiting (BP0000000004).
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cardtools.ca.cli import app
from cardtools.ca.errors import RefusedError
from cardtools.ca.mail import senders
from cardtools.ca.office import bonds, certificates, crl, requests, roles
from cardtools.ca.office.roles import Role, TokenHolder
from cardtools.ca.office.service import Service, open_service
from cardtools.ca.pki.reasons import RevocationReason
from cardtools.ca.settings import Settings
from cardtools.ca.store.cards import CardId
from cardtools.ca.store.database import Database
from cardtools.ca.store.schema import APPLICATION_ID, MIGRATIONS, migrate
from cardtools.common.protocol import RequestState
from cardtools.common.sqlite_file import version_of
from cardtools.common.terms import IssuingCa
from cryptography import x509
from typer.testing import CliRunner

FIXTURES = Path(__file__).parents[4] / "fixtures" / "ca"
RELEASED = range(1, len(MIGRATIONS) + 1)
JANAS_CARD = CardId("proid-q", "0001")
NEXT = (
    *MIGRATIONS,
    ("ALTER TABLE bonds ADD COLUMN since TEXT", "UPDATE bonds SET since = made", "DROP INDEX requests_by_state"),
)
BROKEN = (*NEXT, ("UPDATE no_such_table SET since = 'today'",))


def ca_of_form(version: int, parent: Path) -> Path:
    """The folder of a CA that a program of that form left behind."""
    folder = parent / f"ca-of-form-{version}"
    shutil.copytree(FIXTURES / "keys", folder / "keys")
    with contextlib.closing(sqlite3.connect(folder / "ca.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript((FIXTURES / f"v{version}.sql").read_text(encoding="utf-8"))
    return folder


def opened(folder: Path) -> Service:
    """The CA some months later."""
    settings = Settings(folder=folder, url="http://127.0.0.1:8629")
    return open_service(settings, lambda: datetime(2026, 6, 1, tzinfo=UTC))


def content(file: Path) -> list[str]:
    """All that a file says, its form too."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        marks = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return [*map(str, marks), *connection.iterdump()]


def form(file: Path) -> dict[str, str]:
    """The tables, indices and triggers of a file, however their definitions are laid out."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
        return {name: "".join(sql.split()) for name, sql in rows}


def migrate_file(file: Path, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        migrate(connection, migrations)


@pytest.mark.parametrize("version", RELEASED)
def test_a_ca_of_every_form_that_was_released_opens_and_works(version: int, tmp_path: Path) -> None:
    folder = ca_of_form(version, tmp_path)
    ca = opened(folder)
    entries = [(entry.act, entry.subject) for entry in ca.audit.entries()]
    assert len(entries) == 12
    assert entries[4] == ("make bond", "proid-q/0001")
    assert roles.holder_of(ca, "the-token-of-Olga-in-the-fixture") == TokenHolder("Olga", Role.OPERATOR)
    assert [(record.id, record.state) for record in requests.listed(ca)] == [
        ("BP0000000004", RequestState.PENDING),
        ("BP0000000003", RequestState.REFUSED),
        ("BP0000000002", RequestState.ISSUED),
        ("BP0000000001", RequestState.ISSUED),
    ]
    bound = bonds.find(ca, JANAS_CARD)
    assert bound is not None
    assert (bound.bond.name, bound.may_be_undone) == ("Jana Nováková", False)
    assert senders.authorised(ca) == ["adam@example.org"]
    # It goes on as if nothing had happened: one more is issued, the first is revoked, the card is handed over.
    issued = requests.issue(ca, "BP0000000004", "Olga").serial
    assert issued is not None
    certificate = x509.load_der_x509_certificate(certificates.find(ca, issued).der)
    certificate.verify_directly_issued_by(ca.authority.cas[IssuingCa.QUALIFIED].issuing.certificate)
    certificates.revoke(ca, bound.certificates[0].serial, RevocationReason.SUPERSEDED, "Adam")
    bonds.undo(ca, JANAS_CARD, "Adam")
    # What the one CA of before had issued is on its own list, whatever its kind.
    revoked = x509.load_der_x509_crl(crl.issuing_list(ca, IssuingCa.SINGLE))
    single = ca.authority.cas[IssuingCa.SINGLE].issuing.certificate
    assert revoked.is_signature_valid(single.public_key())  # type: ignore[arg-type]
    x509.load_der_x509_certificate(bound.certificates[0].der).verify_directly_issued_by(single)
    assert [f"{entry.serial_number:X}" for entry in revoked] == [
        certificates.of_request(ca, request).serial for request in ("BP0000000001", "BP0000000002")
    ]
    senders.withdraw(ca, "adam@example.org", "Olga")
    assert [entry.number for entry in ca.audit.entries()] == list(range(1, 17))
    with pytest.raises(sqlite3.IntegrityError, match="only added to"), ca.database.transaction() as connection:
        connection.execute("DELETE FROM audit")


@pytest.mark.parametrize("version", RELEASED)
def test_whatever_form_it_had_the_file_is_then_as_one_made_anew(version: int, tmp_path: Path) -> None:
    file = ca_of_form(version, tmp_path) / "ca.db"
    migrate_file(tmp_path / "new.db")
    Database(file)
    assert form(file) == form(tmp_path / "new.db")
    before = content(file)
    Database(file)
    assert content(file) == before
    assert before[:2] == [str(APPLICATION_ID), str(len(MIGRATIONS))]


def test_a_ca_of_the_first_form_to_which_nobody_may_write_e_mail(tmp_path: Path) -> None:
    """Its program made the tables for e-mail once they were needed, and here they never were."""
    folder = ca_of_form(1, tmp_path)
    with contextlib.closing(sqlite3.connect(folder / "ca.db")) as connection:
        connection.executescript("DROP TABLE mail_senders; DROP TABLE mails;")
    ca = opened(folder)
    assert senders.authorised(ca) == []
    senders.authorise(ca, "adam@example.org", "Olga")
    with pytest.raises(RefusedError, match="authorised already"):
        senders.authorise(ca, "adam@example.org", "Olga")


def test_a_form_yet_to_come(tmp_path: Path) -> None:
    file = ca_of_form(1, tmp_path) / "ca.db"
    migrate_file(file, NEXT)
    with contextlib.closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT since = made FROM bonds").fetchall() == [(1,)]
        assert version_of(connection) == len(NEXT)


@pytest.mark.parametrize("command", [("list",), ("run", "--port", "0"), ("token", "list")])
def test_a_newer_file_is_refused_in_one_plain_line(command: tuple[str, ...], tmp_path: Path) -> None:
    folder = ca_of_form(2, tmp_path)
    migrate_file(folder / "ca.db", NEXT)
    before = content(folder / "ca.db")
    result = CliRunner().invoke(app, [*command, str(folder)])
    assert result.exit_code == 2
    assert result.output == (
        f"{folder / 'ca.db'} is of form {len(NEXT)}, and this program knows up to form {len(MIGRATIONS)}. Use the newer"
        " `cardtools-ca` that wrote it.\n"
    )
    assert content(folder / "ca.db") == before


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = ca_of_form(1, tmp_path) / "ca.db"
    before = content(file)
    with pytest.raises(sqlite3.OperationalError, match="no_such_table"):
        migrate_file(file, BROKEN)
    assert content(file) == before


_KILLED = """
import json, os, signal, sqlite3, sys
from cardtools.ca.store.schema import migrate

statements = int(sys.argv[2])

def count(statement):
    global statements
    statements -= 1
    if statements < 0:
        os.kill(os.getpid(), signal.SIGKILL)

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.set_trace_callback(count)
migrate(connection, json.loads(sys.argv[3]))
"""


def test_a_migration_that_is_killed_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """Before each statement in turn, with so little memory that pages go to the disk before the end."""
    file = ca_of_form(1, tmp_path) / "ca.db"
    before, killed = content(file), 0
    while _migration_killed_after(killed, file):
        assert content(file) == before
        killed += 1
    assert killed > sum(len(migration) for migration in NEXT[1:])
    assert content(file)[:2] == [str(APPLICATION_ID), str(len(NEXT))]


def _migration_killed_after(statements: int, file: Path) -> bool:
    done = subprocess.run([sys.executable, "-c", _KILLED, file, str(statements), json.dumps(NEXT)])
    assert done.returncode in (0, -signal.SIGKILL)
    return done.returncode != 0


def test_programs_that_open_an_old_file_at_the_same_time(tmp_path: Path) -> None:
    file = ca_of_form(1, tmp_path) / "ca.db"
    ready, failed = threading.Barrier(8), []

    def open_it() -> None:
        ready.wait()
        try:
            Database(file)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert content(file)[1] == str(len(MIGRATIONS))
