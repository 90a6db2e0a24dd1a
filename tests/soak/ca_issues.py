"""Kills the CA in the midst of issuing, at random moments: what was answered is kept, and nothing is half done.

    python -m tests.soak.ca_issues KILLS SEED FOLDER

A program of its own: it forks, and so must have no threads. Prints what happened, as one JSON object.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from cardtools.ca.office import requests
from cardtools.ca.office.service import Service, create, open_service
from cardtools.ca.settings import Settings
from cardtools.ca.store import certificate_rows
from cardtools.common.protocol import Applicant, CertificateProfile, CertificateRequest, RequestState
from cryptography import x509

from tests.unit.cardtools.ca.keys import new_key, pem, pkcs10

WHO = "soak"
JANA = Applicant(name="Jana Nováková", e_mail="jana@example.org")
SOONER, LATER = 0.9, 1.1
"""By so much the latest moment of a kill changes: after one that came too late, and after another."""


def asked(service: Service) -> str:
    """A new request's id."""
    request = CertificateRequest(profile=CertificateProfile.QUALIFIED, applicant=JANA, pkcs10=pem(pkcs10(new_key())))
    return requests.accept(service, request, WHO).id


def issued_by_a_child(service: Service, request: str, seconds: float) -> tuple[bool, str]:
    """Has a child issue, and kills it after so many seconds: whether that met it alive, and the serial it told of."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _issue(service, request, writing)
    os.close(writing)
    os.read(reading, 1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as stream:
        told = stream.read().decode()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, "the child failed; see above"
    return os.WIFSIGNALED(status), told


def _issue(service: Service, request: str, told: int) -> NoReturn:
    try:
        os.write(told, b"x")
        serial = requests.issue(service, request, WHO).serial
        os.write(told, str(serial).encode())
        os._exit(0)
    except BaseException as error:
        print(f"child: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(1)


def soak(kills: int, seed: int, folder: Path) -> dict[str, int]:
    """So many kills; what came of them."""
    chance, latest = random.Random(seed), 0.05
    counts = dict.fromkeys(("killed", "issued before", "still pending", "done first"), 0)
    create(folder)
    while counts["killed"] < kills:
        settings = Settings(folder=folder, url="http://127.0.0.1:8629")
        service = open_service(settings)
        request = asked(service)
        killed, told = issued_by_a_child(service, request, chance.uniform(0, latest))
        service = open_service(settings)
        record = requests.find(service, request)
        latest *= LATER if killed else SOONER
        if not killed:
            counts["done first"] += 1
        elif record.state is RequestState.ISSUED:
            counts["issued before"] += 1
        else:
            counts["still pending"] += 1
        counts["killed"] += killed
        assert not told or record.serial == told, f"{request} was answered with {told} and is {record.serial}"
        if record.state is RequestState.PENDING:
            record = requests.issue(service, request, WHO)
    every_request_has_its_one_certificate(service)
    return counts


def every_request_has_its_one_certificate(service: Service) -> None:
    """What is kept fits together, and the audit log tells of each issue once."""
    with service.database.reading() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        certificates = certificate_rows.every(connection)
        numbers = [row[0] for row in connection.execute("SELECT id FROM requests WHERE state = 'issued'")]
    assert sorted(one.request for one in certificates) == sorted(numbers)
    assert len({one.serial for one in certificates}) == len(certificates)
    assert all(x509.load_der_x509_certificate(one.der).serial_number == int(one.serial, 16) for one in certificates)
    after, told = 0, []
    while entries := service.audit.entries(after=after):
        told += [entry.subject for entry in entries if entry.act == "issue" and entry.outcome == "done"]
        after = entries[-1].number
    assert sorted(told) == sorted(numbers)


if __name__ == "__main__":
    print(json.dumps(soak(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))))
