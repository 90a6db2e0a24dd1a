"""The enrolment client with a CA that is down, slow, or answers rubbish, at every step: the card is as it was."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from cardtools.common.protocol import CertificateProfile
from cardtools.enrol.files.settings import change_setting
from stuntcard.iso7816.instructions import Instruction

from tests.clients.desk import PIN, QPIN
from tests.clients.enrolment import JANA, PATIENCE, Client, TrainingCa, client_at_desk, content_of, holding, training_ca
from tests.unit.cardtools.enrol.little_server import LittleServer, answering, little_server

pytestmark = pytest.mark.own_module

Behaviour = Callable[[LittleServer, socket.socket], None]
CODES = (PIN, QPIN)
IMPATIENT, PATIENT = 3, 600
"""Seconds for an exchange: one in which a CA that does answer has done so, and one that no busy machine uses up."""
DELETED = "The key just made was deleted again; the card is as it was.\n"
PERHAPS = (
    "The CA may have received the request all the same. It can't lead to a certificate that works, because its key is "
    "gone; tell the CA if it asks.\n"
)


def silent(server: LittleServer, _: socket.socket) -> None:
    server.release.wait(PATIENCE)


def hanging_up(_server: LittleServer, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 201 Cre")


def endless(server: LittleServer, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n")
    while not server.release.is_set():
        connection.sendall(b" " * 65536)


HTML = answering("200 OK", b"<html>Welcome to the hotel's network</html>")
OTHER_JSON = answering("201 Created", b'{"id": 1}')
REFUSAL = answering("400 Bad Request", b'{"problem": "bad-request", "detail": "No."}')
OUT_OF_ORDER = answering("502 Bad Gateway", b"<html>nginx</html>")
MISBEHAVING = {
    "silent": (silent, 69, f"has not answered within {IMPATIENT} seconds", True),
    "hanging up": (hanging_up, 69, "broke off before its answer was complete", True),
    "endless": (endless, 69, "does not answer as a CA does (> 256 KiB)", True),
    "HTML": (HTML, 69, "does not answer as a CA does (", True),
    "other JSON": (OTHER_JSON, 69, "does not answer as a CA does (", True),
    "out of order": (OUT_OF_ORDER, 69, "does not answer as a CA does (HTTP 502)", True),
    "refusing": (REFUSAL, 1, "The CA does not take the request: No.", False),
}


def be_impatient_with(behave: Behaviour, client: Client) -> None:
    """Lets the client wait for seconds only where there is no answer to come, however busy the machine is."""
    if behave is silent:
        change_setting(client.home, "ca-patience", str(IMPATIENT))


def good_until(ca: TrainingCa, path: bytes, then: Behaviour) -> Behaviour:
    """A CA that does what the real one does, until somebody comes with that path."""

    def behave(server: LittleServer, connection: socket.socket) -> None:
        head, _, body = server.requests[-1].partition(b"\r\n\r\n")
        method, asked, *_ = head.split()
        if asked.startswith(path):
            then(server, connection)
            return
        answer = httpx.request(
            method.decode(), ca.url + asked.decode(), content=body, headers={"Content-Type": "application/json"}
        )
        answering(f"{answer.status_code} As the CA says", answer.content)(server, connection)

    return behave


@pytest.mark.parametrize(("behave", "status", "said", "_perhaps"), MISBEHAVING.values(), ids=MISBEHAVING)
def test_at_the_first_contact_nothing_is_asked_and_nothing_done(
    behave: Behaviour, status: int, said: str, _perhaps: bool
) -> None:
    with little_server(behave) as server, client_at_desk(server.url) as client:
        be_impatient_with(behave, client)
        before = content_of(client.desk)
        told = client.refused("request", "qualified", *JANA, status=status)
        assert said in told
        assert content_of(client.desk) == before
        assert client.desk.status_words(Instruction.VERIFY) == []


def test_a_ca_that_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with client_at_desk(url) as client:
        for command in (("request", "qualified", *JANA), ("check", "BP3733853312"), ("download", "BP3733853312")):
            assert f"The CA at {url} can't be reached" in client.refused(*command, status=69)
        assert client.desk.seen.keys == []


@pytest.mark.fact("PQ-18")
@pytest.mark.parametrize(("behave", "status", "said", "perhaps"), MISBEHAVING.values(), ids=MISBEHAVING)
def test_when_the_ca_fails_after_the_key_was_made_the_key_goes_again(
    ca: TrainingCa, behave: Behaviour, status: int, said: str, perhaps: bool
) -> None:
    with little_server(good_until(ca, b"/requests", behave)) as server, client_at_desk(server.url) as client:
        be_impatient_with(behave, client)
        before = content_of(client.desk)
        told = client.refused("request", "qualified", *JANA, codes=CODES, status=status)
        assert said in told
        assert told.endswith(DELETED + PERHAPS if perhaps else DELETED)
        assert content_of(client.desk) == before
        made = client.desk.status_words(Instruction.GENERATE_ASYMMETRIC_KEY_PAIR)
        assert [status_word >> 8 for status_word in made] == [0x61]
        assert client.pending() == []


@pytest.mark.fact("PQ-26")
def test_the_same_with_a_renewal(tmp_path: Path) -> None:
    begun = holding("proid-q", CertificateProfile.QUALIFIED)
    with (
        training_ca(tmp_path, begun.ca) as ca,
        little_server(good_until(ca, b"/renewals", hanging_up)) as server,
        client_at_desk(server.url, content=begun.content) as client,
    ):
        [serial] = begun.serials
        before = content_of(client.desk)
        told = client.refused("renew", "--serial", f"0x{serial}", codes=CODES, status=69)
        assert told.endswith(DELETED + PERHAPS)
        assert content_of(client.desk) == before


@pytest.mark.fact("PQ-19")
@pytest.mark.parametrize("behave", [hanging_up, HTML], ids=["hanging up", "HTML"])
def test_a_certificate_that_does_not_arrive_is_not_stored(ca: TrainingCa, behave: Behaviour) -> None:
    with little_server(good_until(ca, b"/requests/", behave)) as server, client_at_desk(server.url) as client:
        request = client.request()
        ca.issue(request)
        before = content_of(client.desk)
        client.refused("install", request, codes=CODES[:1], status=69)
        client.refused("check", status=69)
        assert content_of(client.desk) == before
        assert client.pending() == [request]


@pytest.mark.fact("PQ-19")
def test_a_certificate_for_another_key_is_not_stored(ca: TrainingCa) -> None:
    answers: list[bytes] = []

    def swapped(server: LittleServer, connection: socket.socket) -> None:
        asked = server.requests[-1].split()[1]
        if asked.endswith(b"/certificate"):
            answering("200 OK", answers[0])(server, connection)
        else:
            answering("200 OK", httpx.get(ca.url + asked.decode()).content)(server, connection)

    with little_server(good_until(ca, b"/requests/", swapped)) as server, client_at_desk(server.url) as client:
        first, second = client.request(), client.request()
        for request in (first, second):
            ca.issue(request)
        answers.append(httpx.get(f"{ca.url}/requests/{second}/certificate").content)
        before = content_of(client.desk)
        told = client.refused("install", first, codes=(PIN,))
        assert f"gave for {first} is not for the key that was made for it. It was not stored" in told
        assert content_of(client.desk) == before
        client.install(second)


def test_ctrl_c_while_the_request_is_under_way(ca: TrainingCa) -> None:
    arrived = threading.Event()

    def waiting(server: LittleServer, connection: socket.socket) -> None:
        arrived.set()
        silent(server, connection)

    with little_server(good_until(ca, b"/requests", waiting)) as server, client_at_desk(server.url) as client:
        change_setting(client.home, "ca-patience", str(PATIENT))
        before = content_of(client.desk)
        process = client.start("request", "qualified", *JANA, codes=CODES)
        assert process.stdin is not None
        process.stdin.write(f"{PIN}\n{QPIN}\n")
        process.stdin.flush()
        assert arrived.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130
        assert err.endswith("Stopped.\n" + DELETED + PERHAPS)
        assert content_of(client.desk) == before


def test_a_card_pulled_out_meanwhile_keeps_a_key_and_that_is_said(ca: TrainingCa) -> None:
    pulling: list[Client] = []

    def pull(server: LittleServer, connection: socket.socket) -> None:
        pulling[0].slot.remove()
        OUT_OF_ORDER(server, connection)

    with little_server(good_until(ca, b"/requests", pull)) as server, client_at_desk(server.url) as client:
        pulling.append(client)
        told = client.refused("request", "qualified", *JANA, codes=CODES, status=69)
        [key] = client.desk.seen.keys
        assert (key.area, key.paired) == ("cc", False)
        identifier = str(key.identifier).lower()
        assert "(HTTP 502)" in told
        assert told.endswith(
            "The key just made could not be deleted again (There is no card in the reader. Put the card in, the chip "
            f"first, and try again.). An unpaired key with identifier {identifier} remains on ProID+Q, in: CC area. "
            f"Delete it with: cardmanager delete-key {identifier} --expert\n"
        )


def test_a_folder_that_can_not_be_written_is_known_before_a_key_is_made(ca: TrainingCa) -> None:
    with client_at_desk(ca.url) as client:
        (client.home / "requests").write_text("no folder")
        told = client.refused("request", "qualified", *JANA, codes=CODES, status=69)
        assert "can't be written" in told
        assert client.desk.seen.keys == []
        assert ca.requests() == 0
