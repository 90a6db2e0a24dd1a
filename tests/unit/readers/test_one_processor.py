"""A thread that follows the only client to its processor."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from stuntcard.readers.one_processor import LOOK_AGAIN, TRY_AGAIN, OneProcessor, processors

CLIENT = """
import os, socket, sys, threading
connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
if len(sys.argv) > 2:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
for processor in sys.stdin:
    os.sched_setaffinity(0, {int(processor)})
    print("moved", flush=True)
"""
"""A client that goes to the processors that it is told, with a second thread if an argument more is there."""


@contextmanager
def client_at(folder: Path, *options: str) -> Iterator[tuple[socket.socket, subprocess.Popen[str]]]:
    """The server's end of a client's connection, and the client."""
    path = str(folder / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        command = [sys.executable, "-c", CLIENT, path, *options]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
            connection, _ = server.accept()
            with connection:
                yield connection, client


def send_to(client: subprocess.Popen[str], processor: int) -> None:
    assert client.stdin is not None
    assert client.stdout is not None
    client.stdin.write(f"{processor}\n")
    client.stdin.flush()
    assert client.stdout.readline() == "moved\n"


@pytest.fixture
def everywhere() -> Iterator[list[int]]:
    """The processors of the test, where it is again in the end, and in the class that it was in."""
    before, class_before = processors(), os.sched_getscheduler(0)
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    yield sorted(before)
    os.sched_setaffinity(0, before)
    os.sched_setscheduler(0, class_before, os.sched_param(0))


def test_the_thread_follows_the_client_and_leaves_again(tmp_path: Path, everywhere: list[int]) -> None:
    with client_at(tmp_path) as (connection, client):
        place, now = OneProcessor(connection), 1.0
        for processor in (everywhere[0], everywhere[-1]):
            send_to(client, processor)
            assert place.share(now)
            assert processors() == {processor}
            assert os.sched_getscheduler(0) == os.SCHED_BATCH
            now += LOOK_AGAIN
            assert place.share(now)
            place.leave()
            assert sorted(processors()) == everywhere
            assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_a_client_that_does_not_stay_is_left_for_a_while(tmp_path: Path, everywhere: list[int]) -> None:
    if len(everywhere) == 1:
        return  # where should it go?
    with client_at(tmp_path) as (connection, client):
        place = OneProcessor(connection)
        send_to(client, everywhere[0])
        assert place.share(1.0)
        send_to(client, everywhere[-1])
        assert not place.share(1.0 + LOOK_AGAIN)
        assert sorted(processors()) == everywhere
        assert os.sched_getscheduler(0) == os.SCHED_OTHER
        assert not place.share(1.0 + 2 * LOOK_AGAIN)
        assert place.share(1.0 + LOOK_AGAIN + TRY_AGAIN)
        assert processors() == {everywhere[-1]}


def test_a_class_that_somebody_chose_for_the_program_stays(tmp_path: Path, everywhere: list[int]) -> None:
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    with client_at(tmp_path) as (connection, client):
        place = OneProcessor(connection)
        send_to(client, everywhere[0])
        assert place.share(1.0)
        place.leave()
        assert os.sched_getscheduler(0) == os.SCHED_BATCH


def test_a_client_that_has_gone_is_not_followed(tmp_path: Path, everywhere: list[int]) -> None:
    with client_at(tmp_path) as (connection, client):
        place = OneProcessor(connection)
        send_to(client, everywhere[0])
        assert place.share(1.0)
        client.communicate()
        assert not place.share(2.0)
        assert sorted(processors()) == everywhere


def test_a_client_with_several_threads_is_not_followed(tmp_path: Path, everywhere: list[int]) -> None:
    with client_at(tmp_path, "threads") as (connection, client):
        send_to(client, everywhere[0])
        assert not OneProcessor(connection).share(1.0)
        assert sorted(processors()) == everywhere


def test_no_client_of_another_kind_is_followed(everywhere: list[int]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as one:
        assert not OneProcessor(one).share(1.0)
        assert sorted(processors()) == everywhere
