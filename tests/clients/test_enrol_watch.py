"""`enrol watch`: devices that are put in are seen and chosen, and what was issued for them is found and installed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cardtools.common.protocol import CertificateProfile
from stuntcard.profile.load import load_profile
from stuntcard.readers.slot import Slot
from stuntcard.running.making import fresh_card

from tests.clients.desk import PIN, WatchedCard, desk_before
from tests.clients.enrolment import (
    PATIENCE,
    Client,
    certificate_in_file,
    client_at_desk,
    holding,
    request_id,
    training_ca,
)

pytestmark = pytest.mark.own_module

COMMERCIAL, QUALIFIED = CertificateProfile.COMMERCIAL, CertificateProfile.QUALIFIED


class Watching:
    """`enrol watch` while it runs; what it writes is read a line at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        """The next line, waited for as long as it takes."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "it has ended"
        return line.rstrip("\n")

    def event(self) -> dict[str, Any]:
        """The next line, as JSON."""
        found = json.loads(self.line())
        assert isinstance(found, dict)
        return found


@contextmanager
def watching(client: Client, *options: str, language: str = "en") -> Iterator[Watching]:
    process = client.start("watch", *options, language=language)
    try:
        yield Watching(process)
        os.kill(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE)
        assert (process.returncode, "Traceback" in told) == (0, False), told
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@contextmanager
def two_readers() -> Iterator[tuple[Client, Slot, Slot]]:
    """A client of a CA that is down, at two readers, the second one empty."""
    proid, tokenme = (fresh_card(load_profile(name)) for name in ("proid-q", "tokenme"))
    first, second = Slot(proid), Slot()
    with desk_before({"Left 00 00": first, "Right 01 00": second}, WatchedCard(tokenme)) as desk:
        yield Client(desk, second, desk.folder / "enrol", "http://127.0.0.1:9"), first, second


@pytest.mark.fact("PQ-30")
def test_a_device_that_is_put_in_is_marked_and_preset() -> None:
    """Two devices: nothing says which is meant, until one is put in while the client looks on."""
    with two_readers() as (client, first, second):
        with watching(client) as seen:
            began = seen.line()
            assert began == (
                "✓ ProID+Q with serial number 5354554E54000001 is in Left 00 00: a qualified device was chosen, "
                "and keys will be made on it."
            )
            second.insert(client.desk.watched)
            assert seen.line().startswith("✓ TokenME with serial number ")
            chosen = client.refused("install", status=0)
            assert "TokenME" in chosen
            assert "ProID+Q" not in chosen

            second.remove()
            assert seen.line() == "TokenME was taken out of Right 01 00."
            assert seen.line().startswith("✓ ProID+Q ")
            first.remove()
            assert seen.line() == "ProID+Q was taken out of Left 00 00."
            assert seen.line() == "No qualified device is chosen. Put one in."
        second.insert(client.desk.watched)
        assert "TokenME" in client.refused("install", status=0)


def test_scripts_read_what_comes_and_goes_and_a_card_of_another_kind_is_no_store() -> None:
    with two_readers() as (client, first, second):
        with watching(client, "--json") as seen:
            came = seen.event()
            assert came == {
                "event": "came", "reader": "Left 00 00", "card": "ProID+Q", "serial": "5354554E54000001",
                "qualified_device": True, "store": "Left 00 00",
            }  # fmt: skip
            second.insert(fresh_card(load_profile("zzzs-pk")))
            other = seen.event()
            assert (other["card"], other["qualified_device"], other["store"]) == ("ZZZS-PK", False, "Left 00 00")
            first.unplug()
            assert seen.event() == came | {"event": "went", "store": None}
        first.plug()
        told = client.done("watch", "--once", language="cs")
        assert "Ve čtečce Right 01 00 je ZZZS-PK; to není kvalifikovaný prostředek." in told
        assert "byl zvolen kvalifikovaný prostředek" in told


@pytest.mark.fact("PQ-30", "PQ-26")
def test_the_follow_on_of_a_certificate_in_a_file_goes_to_the_device_that_was_put_in(tmp_path: Path) -> None:
    """Whoever renews from a file chooses the store by hand, unless one was put in while the client looked on."""
    with training_ca(tmp_path) as ca, client_at_desk(ca.url) as client:
        certificate_in_file(ca, client.desk.folder / "old.p12", "secret")
        renew = ("renew", "--from", "old.p12")
        assert "say where the follow-on shall be stored" in client.refused(*renew, codes=("secret", PIN), status=2)
        client.done("watch", "--once")
        run = client.run(*renew, codes=("secret", PIN))
        assert "Store: ProID+Q (preset, because this qualified device was put in last)\n" in run.err
        assert [key.area for key in client.desk.seen.keys] == ["general"]


@pytest.mark.fact("TM-12", "PQ-35")
def test_both_are_asked_for_on_one_day_and_installed_by_themselves(tmp_path: Path) -> None:
    """The client names the other certificate; once both are issued it finds them, and asks for PIN once."""
    begun = holding("tokenme", QUALIFIED, COMMERCIAL)
    with training_ca(tmp_path, begun.ca) as ca, client_at_desk(ca.url, "tokenme", content=begun.content) as client:
        qualified, commercial = (str(int(serial, 16)) for serial in begun.serials)
        run = client.run("renew", "--serial", qualified, codes=(PIN,))
        assert f"it is best renewed on the same day: enrol renew --serial {commercial}." in run.err
        first = request_id(run.out)
        run = client.run("renew", "--serial", commercial, codes=(PIN,))
        assert "same day" not in run.err
        second = request_id(run.out)
        assert client.done("install").endswith("No certificate that was issued waits for TokenME.\n")
        issued = [ca.issue(request) for request in (first, second)]

        with watching(client) as seen:
            assert "✓ TokenME" in seen.line()
        client.done("clean", "--serial", qualified, "--yes", codes=(PIN,))
        told = client.done("install", codes=(PIN,))
        assert f"Issued for TokenME: {first}, {second}\n" in told
        assert told.count("Take TokenME out now and put it in again") == 1
        assert set(issued) < set(client.serials())
        assert client.pending() == []
