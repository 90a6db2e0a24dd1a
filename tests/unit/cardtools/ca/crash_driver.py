"""Kills a CA in the middle of its work, again and again, and sees each time that nothing it has answered is lost.

    python crash_driver.py MODE ROUNDS SEED FOLDER

A child takes requests in and issues certificates as fast as it can, and says each one that is done. It is killed at a
moment by chance (`time`) or before a statement to its file by chance (`statement`). What was counted is written as
JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from cardtools.ca.office import challenges, requests, service
from cardtools.ca.office.service import Service, open_service
from cardtools.ca.settings import Settings
from cardtools.ca.store.database import Database
from cardtools.common.protocol import Applicant, CertificateProfile, CertificateRequest, RequestState
from cryptography import x509
from cryptography.hazmat.primitives import serialization

sys.path.insert(0, str(Path(__file__).parents[4]))

from tests.unit.cardtools.ca.cards import AttestingCard, Issuer
from tests.unit.cardtools.ca.keys import new_key, pem, pkcs10, public_der

LONGEST = 0.03
"""Seconds from the first answer to the kill; a few certificates' worth."""
STATEMENTS = 150
"""To the file, from its opening on: about three certificates' worth."""
STORED = "SELECT id, state, serial, der FROM requests LEFT JOIN certificates ON request = id ORDER BY requests.rowid"


@dataclass
class Rounds:
    """A CA that is killed, and what it has answered."""

    settings: Settings
    issuer: Issuer
    chance: random.Random
    answered: dict[str, str] = field(default_factory=dict)
    """By request: the serial number, or nothing."""
    answers: int = 0
    ahead: int = 0
    """Certificates that were issued and of which the answer was lost with the kill."""

    def one(self, mode: str, automatic: bool) -> None:
        """Has a child work, kills it, and looks at what it left."""
        begin, end = os.pipe()
        statements = self.chance.randrange(STATEMENTS) if mode == "statement" else None
        child = os.fork()
        if not child:
            os.close(begin)
            with contextlib.suppress(BaseException):
                self.work(replace(self.settings, automatic=automatic), end, statements)
            os._exit(1)
        os.close(end)
        with open(begin, encoding="ascii") as answers:
            if mode == "time":
                self.note(answers.readline())
                time.sleep(self.chance.uniform(0, LONGEST))
                os.kill(child, signal.SIGKILL)
            for line in answers:
                self.note(line)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the CA ended by itself"
        self.check()

    def work(self, settings: Settings, answers: int, statements: int | None) -> None:
        """Issues what a kill left waiting, then takes in requests and issues certificates, until it is killed."""
        if statements is not None:
            kill_before_statement(statements)
        ca = open_service(settings)
        waiting = iter(requests.listed(ca, RequestState.PENDING))
        while True:
            record = next(waiting, None) or requests.accept(ca, self.asked(ca), "test")
            if record.serial is None:
                os.write(answers, f"{record.id} \n".encode())
                record = requests.issue(ca, record.id, "test")
            os.write(answers, f"{record.id} {record.serial}\n".encode())

    def asked(self, ca: Service) -> CertificateRequest:
        """Somebody new, with a card of their own, so that a bond is made too."""
        key, number = new_key(), os.urandom(8).hex().upper()
        nonce = bytes.fromhex(challenges.challenge(ca).nonce)
        return CertificateRequest(
            profile=CertificateProfile.QUALIFIED,
            applicant=Applicant(name=f"Jana {number}", e_mail="jana@example.org"),
            pkcs10=pem(pkcs10(key)),
            attestation=AttestingCard(self.issuer, number=number).attest(public_der(key), nonce),
        )

    def note(self, line: str) -> None:
        if line.endswith("\n"):
            request, serial = line[:-1].split(" ")
            self.answered[request] = serial
            self.answers += 1

    def check(self) -> None:
        """All that was answered is there and whole, and nothing is there by half."""
        with Database(self.settings.folder / "ca.db").reading() as connection:
            assert [tuple(row) for row in connection.execute("PRAGMA integrity_check")] == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            rows = connection.execute(STORED).fetchall()
            log = connection.execute("SELECT number, act, subject FROM audit ORDER BY number").fetchall()
            bonds = connection.execute("SELECT count(*) FROM bonds").fetchone()[0]
            nonces = connection.execute("SELECT count(*) FROM answered_challenges").fetchone()[0]
        stored = {row["id"]: row for row in rows}
        issued = {request for request, row in stored.items() if row["serial"] is not None}
        assert len(rows) == len(stored), "a request has two certificates"
        assert len({row["serial"] for row in rows} - {None}) == len(issued)
        for request, serial in self.answered.items():
            assert request in stored, f"{request} is lost"
            assert not serial or stored[request]["serial"] == serial, f"the certificate of {request} is lost"
        assert issued == {request for request, row in stored.items() if row["state"] == "issued"}
        for request in issued:
            certificate = x509.load_der_x509_certificate(stored[request]["der"])
            assert f"{certificate.serial_number:X}" == stored[request]["serial"]
        assert [row["number"] for row in log] == list(range(1, len(log) + 1))
        assert [row["subject"] for row in log if row["act"] == "request"] == list(stored)
        assert sorted(row["subject"] for row in log if row["act"] == "issue") == sorted(issued)
        assert bonds == len(issued)
        assert nonces == len(stored)
        self.ahead = len([request for request in issued if not self.answered.get(request)])


def kill_before_statement(number: int) -> None:
    """From now on this process is killed before the statement of that number to any file."""
    left = number
    connect = sqlite3.connect

    def count(_statement: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def counting(*arguments: object, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]
        connection.set_trace_callback(count)
        return connection

    sqlite3.connect = counting  # type: ignore[assignment]


def main(mode: str, rounds: int, seed: int, parent: Path) -> None:
    """So many rounds, with an operator in every second one."""
    issuer, folder, issuers = Issuer(), parent / "ca", parent / "issuers.pem"
    service.create(folder)
    issuers.write_bytes(issuer.certificate.public_bytes(serialization.Encoding.PEM))
    settings = Settings(folder=folder, url="http://127.0.0.1:8629", attestation_issuers=issuers)
    open_service(settings)
    killed = Rounds(settings, issuer, random.Random(seed))
    for number in range(rounds):
        killed.one(mode, automatic=number % 2 == 0)
    print(json.dumps({"rounds": rounds, "answered": killed.answers, "ahead": killed.ahead}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
