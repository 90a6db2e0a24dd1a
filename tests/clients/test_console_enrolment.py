"""Enrolment on the trainee's desk: a face of `enrol`, with its errors 621 and 622."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cardtools.console.acts.values import Acted, ActName, Outcome
from cardtools.console.workers import Seat, Workers

from tests.clients.console_trainee import Trainee
from tests.clients.desk import PIN, QPIN
from tests.clients.enrolment import TrainingCa, client_at_desk, training_ca

pytestmark = pytest.mark.own_module

JANA = {"name": "Jana Nováková", "e-mail": "jana@example.com"}
CODES = {"pin": PIN, "qpin": QPIN}


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainingCa]:
    with training_ca(tmp_path_factory.mktemp("ca")) as running:
        yield running


def done(acted: Acted) -> str:
    assert acted.outcome is Outcome.DONE, acted
    return "\n".join(acted.said)


def refused(acted: Acted) -> str:
    assert acted.outcome is Outcome.REFUSED, acted
    return "\n".join(acted.warned)


def request(trainee: Trainee) -> str:
    """Asks for a qualified certificate; gives the request's number."""
    text = done(trainee.act(ActName.REQUEST, values={"profile": "qualified", **JANA, **CODES}))
    found = re.search(r"BP\d{10}", text)
    assert found is not None, text
    return found[0]


@pytest.mark.fact("PQ-15")
def test_a_certificate_from_its_request_to_its_renewal_and_to_622(ca: TrainingCa, workers: Workers) -> None:
    with client_at_desk(ca.url) as client:
        trainee = Trainee(workers, Seat(client.desk.socket, client.home))
        form = trainee.form(ActName.REQUEST)
        assert [field.name for field in form.fields] == ["profile", "name", "e-mail", "organisation", "pin", "qpin"]
        assert trainee.form(ActName.INSTALL).refusal

        number = request(trainee)
        ca.issue(number)
        assert "issued" in done(trainee.act(ActName.CHECK))
        [field, pin] = trainee.form(ActName.INSTALL).fields
        assert ([choice.value for choice in field.choices], pin.name) == ([number], "pin")
        done(trainee.act(ActName.INSTALL, values={"request-id": number, "pin": PIN}))
        [container] = [one for area in trainee.look().areas for one in area.containers]
        assert "Jana Nováková" in [value for _, value in container.person]

        [certificate, *_] = trainee.form(ActName.RENEW).fields
        serial = certificate.choices[0].value
        assert re.search(
            r"BP\d{10}", done(trainee.act(ActName.RENEW, values={"serial": serial, "validity": "one-year", **CODES}))
        )
        told = refused(trainee.act(ActName.REQUEST, values={"profile": "qualified", **JANA, **CODES}))
        assert "622" in told
        assert client.desk.tries() == (3, 5, 3)


@pytest.mark.fact("TM-05")
def test_622_of_an_outdated_manager_goes_when_that_is_new_enough(ca: TrainingCa, workers: Workers) -> None:
    with client_at_desk(ca.url, "tokenme") as client:
        trainee = Trainee(workers, Seat(client.desk.socket, client.home))
        [pin, puk] = trainee.look().codes
        assert (pin.id, puk.id) == ("pin", "puk")
        done(trainee.act(ActName.SETTINGS, values={"version": "1.4.2"}))
        told = refused(trainee.act(ActName.REQUEST, values={"profile": "commercial", **JANA, "pin": "12345678"}))
        assert "622" in told
        assert "Bit4id PKI Manager" in told
        done(trainee.act(ActName.SETTINGS, values={"version": ""}))
        done(trainee.act(ActName.REQUEST, values={"profile": "commercial", **JANA, "pin": "12345678"}))


def test_a_certificate_goes_with_its_key_once_that_is_confirmed(ca: TrainingCa, workers: Workers) -> None:
    with client_at_desk(ca.url) as client:
        trainee = Trainee(workers, Seat(client.desk.socket, client.home))
        number = request(trainee)
        ca.issue(number)
        done(trainee.act(ActName.INSTALL, values={"request-id": number, "pin": PIN}))
        form = trainee.form(ActName.CLEAN)
        assert form.question is not None
        serial = form.fields[0].choices[0].value
        refused(trainee.act(ActName.CLEAN, values={"serial": serial, "pin": PIN}))
        assert client.desk.seen.keys
        done(trainee.act(ActName.CLEAN, values={"serial": serial, "pin": PIN}, confirmed=True))
        assert client.desk.seen.keys == []


def test_the_report_folder_of_a_trainee_is_private(ca: TrainingCa, workers: Workers, tmp_path: Path) -> None:
    with client_at_desk(ca.url) as client:
        seat = Seat(client.desk.socket, tmp_path / "seats" / "jana")
        done(Trainee(workers, seat).act(ActName.SETTINGS, values={"version": "1.4.10"}))
        assert (seat.home / "settings.yaml").stat().st_mode & 0o077 == 0
