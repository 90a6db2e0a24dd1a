"""What a trainee does beside the card: hints, calls, the office, beginning again, files from the card."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.browser.processes import PATIENCE
from tests.browser.running_console import RunningConsole

pytestmark = pytest.mark.own_module

CLASS = """\
title: Calls
exercises: [proid-q-pin-blocked, eobcanka-dok-blocked, proid-q-622-unpaired-key]
trainees: [Jana]
"""


@dataclass(frozen=True, slots=True)
class Sitting:
    """Jana at her desk, and the trainer's browser."""

    jana: httpx.Client
    desk: str
    trainer: httpx.Client
    board: str

    def post(self, path: str, **values: str) -> str:
        return self.jana.post(f"{self.desk}/{path}", data=values).text

    def exercise(self) -> str:
        return self.jana.get(f"{self.desk}/exercise").text

    def unblock_pin(self) -> None:
        typed = {"puk": "87654321", "new-pin": "31415926", "again-pin": "31415926"}
        self.jana.post(f"{self.desk}/act/unblock?target=pin", data=typed)
        assert "solved" in self.exercise()


@pytest.fixture
def sitting(class_: RunningConsole) -> Iterator[Sitting]:
    with _browser(class_) as trainer, _browser(class_) as jana:
        first = trainer.get(class_.link)
        [link] = re.findall(r'href="(\S+/join/\S+)"', first.text)
        yield Sitting(jana, str(jana.get(link).url), trainer, str(first.url))


def _browser(console: RunningConsole) -> httpx.Client:
    headers = {"Origin": console.url, "Accept-Language": "en"}
    return httpx.Client(base_url=console.url, follow_redirects=True, trust_env=False, timeout=PATIENCE, headers=headers)


def cards(class_: RunningConsole) -> list[str]:
    note = class_.emulator()
    headers = {"Authorization": f"Bearer {note['token']}"}
    answer = httpx.get(f"{note['url']}/api/v1/cards", headers=headers, trust_env=False, timeout=PATIENCE)
    return [card["id"] for card in answer.json()["cards"]]


def test_hints_come_one_by_one_and_stay(sitting: Sitting) -> None:
    assert '<ol class="hints">' not in sitting.exercise()
    sitting.post("hint", after="0")
    page = sitting.exercise()
    [hint] = re.findall(r'<ol class="hints"><li>(.*?)</li></ol>', page, re.DOTALL)
    assert "PUK" in hint
    assert "31415926" not in page


def test_the_office_acts_when_the_trainee_goes_there(sitting: Sitting) -> None:
    sitting.unblock_pin()
    sitting.post("next")
    page = sitting.exercise()
    acts = re.findall(r'href="(\S+/people/office/\S+)"', page)
    assert [act.rpartition("/")[2] for act in acts] == ["set-identification", "unblock", "set-bok"]
    form = sitting.jana.get(acts[1]).text
    assert re.findall(r'<input type="password" id="field-(\w+)"', form) == ["dok", "iok"]
    refused = sitting.jana.post(acts[0], data={"dok": "4711", "iok": "1147"})
    assert (refused.status_code, "4711" in refused.text) == (409, False)
    assert "open" in sitting.exercise()
    sitting.jana.post(acts[1], data={"dok": "4711", "iok": "1147"})
    assert "solved" in sitting.exercise()


def test_begin_again_gives_a_fresh_card_and_lets_old_ones_go(class_: RunningConsole, sitting: Sitting) -> None:
    trainee = sitting.desk.rpartition("/")[2]
    typed = {"puk": "00000000", "new-pin": "31415926", "again-pin": "31415926"}
    sitting.jana.post(f"{sitting.desk}/act/unblock?target=pin", data=typed)
    assert "4 of 5" in sitting.jana.get(sitting.desk).text
    sitting.post("again")
    assert "5 of 5" in sitting.jana.get(sitting.desk).text
    sitting.trainer.post(f"/trainees/{trainee}/again")
    sitting.jana.get(sitting.desk)
    assert cards(class_) == [f"{trainee}-2", f"{trainee}-3"]
    sitting.trainer.post(f"{sitting.board}/end")
    assert cards(class_) == []
    assert sitting.jana.get(sitting.desk).status_code == 410


def test_an_exercise_that_is_open_is_not_left_behind(sitting: Sitting) -> None:
    answer = sitting.jana.post(f"{sitting.desk}/next")
    assert answer.status_code == 409
    assert "This exercise is still open." in answer.text


def test_a_certificate_is_saved_and_expert_mode_is_for_containers(sitting: Sitting) -> None:
    sitting.unblock_pin()
    sitting.post("next")
    sitting.post("people/office/unblock", dok="4711", iok="1147")
    assert "solved" in sitting.exercise()
    sitting.post("next")
    saved = sitting.jana.get(f"{sitting.desk}/export/certificate?target=21")
    assert saved.headers["content-disposition"] == 'attachment; filename="21.crt.pem"'
    assert saved.text.startswith("-----BEGIN CERTIFICATE-----")
    assert sitting.jana.get(f"{sitting.desk}/export/public-key?target=21").text.startswith("-----BEGIN PUBLIC KEY")
    refused = sitting.jana.get(f"{sitting.desk}/export/certificate?target=99")
    assert "Not done." in refused.text
    container = f"{sitting.desk}?at=object:22"
    assert "act/delete-key" not in sitting.jana.get(container).text
    sitting.post("expert")
    assert "act/delete-key" in sitting.jana.get(container).text


def server_of(class_: RunningConsole) -> int | None:
    """The process of the emulator's server, once it noted that it is there."""
    try:
        return int(class_.emulator()["process"])
    except (FileNotFoundError, ValueError):
        return None


def test_an_emulator_that_fails_is_started_again_with_its_cards(class_: RunningConsole, sitting: Sitting) -> None:
    typed = {"puk": "00000000", "new-pin": "31415926", "again-pin": "31415926"}
    sitting.jana.post(f"{sitting.desk}/act/unblock?target=pin", data=typed)
    before = int(class_.emulator()["process"])
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 2 * PATIENCE
    while server_of(class_) == before or "4 of 5" not in sitting.jana.get(sitting.desk).text:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    sitting.unblock_pin()
