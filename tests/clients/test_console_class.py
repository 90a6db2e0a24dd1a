"""A class from its file to its end, as a trainer and trainees meet it: one console, and what it says."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import httpx
import pytest

from tests.browser.processes import PATIENCE
from tests.browser.running_console import RunningConsole, console_running
from tests.clients.test_console_command import CLASS, COMMAND, joins, visitor
from tests.programs import run

pytestmark = pytest.mark.own_module


def refused(own: dict[str, str], folder: Path, *arguments: str) -> str:
    """What the console says that can't begin."""
    ended = run(*COMMAND, "--port", "0", *arguments, env=own, cwd=folder)
    assert (ended.returncode != 0, ended.stdout) == (True, "")
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_class_file_is_run_again(class_: RunningConsole, own: dict[str, str], tmp_path: Path) -> None:
    trainer = visitor(class_, class_.link)
    before = joins(trainer.get(class_.link).text)
    plan = tmp_path / "class.yaml"
    plan.write_text(CLASS.replace("proid-q-pin-blocked", "proid-q-qpin-blocked"), "utf-8")
    assert "is under way with other exercises than the file has" in refused(own, tmp_path, "class", str(plan))
    plan.write_text(CLASS.replace("Petr", "Petr, Eva"), "utf-8")
    with console_running(own, tmp_path, "class", plan) as second:
        assert second.process.stdout is not None
        said = [second.process.stdout.readline() for _ in range(3)]
        assert re.fullmatch("The class “Třída”, begun .+ UTC, goes on.\n", said[0])
        assert said[1] == "New in it: Eva.\n"
        assert class_.emulator()["url"] in said[2]
        links = joins(visitor(second, second.link).get(second.link).text)
    assert [link.rpartition("/")[2] for link in links[:2]] == [link.rpartition("/")[2] for link in before]
    assert len(links) == 3


def test_an_address_that_is_not_this_machines_is_told(own: dict[str, str], tmp_path: Path) -> None:
    assert "192.0.2.7 is no address of this machine" in refused(own, tmp_path, "--host", "192.0.2.7")
    assert "0.0.0.0 means every address" in refused(own, tmp_path, "--host", "0.0.0.0")


def test_what_is_wrong_is_said_where_it_happens(class_: RunningConsole) -> None:
    trainer, form = visitor(class_, class_.link), {"Origin": class_.url}

    def posted(address: str, **values: str) -> httpx.Response:
        return trainer.post(address, data=values, headers=form)

    answer = posted("/classes", title="Podzim", speaks="cs", trainees="Ana\nBor\nana")
    assert answer.status_code == 409
    assert "“ana” would be there twice" in answer.text
    assert 'value="Podzim"' in answer.text
    assert "Ana\nBor\nana</textarea>" in answer.text
    answer = posted("/classes", title="Podzim", trainees="Ana")
    assert answer.status_code == 400
    assert "can&#39;t be so: Language of the class." in answer.text
    for address in ("/desk/nosuch", "/desk/0123456789", "/classes/nosuch", "/classes/0123456789", "/nosuch"):
        answer = trainer.get(address)
        assert (answer.status_code, "There is nothing under this address" in answer.text) == (404, True), address


def test_a_trainee_is_told_that_the_class_is_over(class_: RunningConsole) -> None:
    trainer, form = visitor(class_, class_.link), {"Origin": class_.url}
    board = str(trainer.get(class_.link).url)
    [jana_link, petr_link] = joins(trainer.get(board).text)
    jana = visitor(class_, jana_link)
    desk = str(jana.get(jana_link).url)
    trainer.post(f"{board}/trainees", data={"name": "Eva"}, headers=form)
    [*_, eva_link] = joins(trainer.get(board).text)
    assert "Eva" in visitor(class_, eva_link).get(eva_link).text
    trainer.post(f"{board}/end", headers=form)
    for page in (jana.get(desk), jana.get(f"{desk}/card"), visitor(class_).get(petr_link)):
        assert (page.status_code, "The class “Třída” is over: your trainer ended it" in page.text) == (410, True)
    # Who had no link learns nothing.
    assert visitor(class_).get(desk).status_code == 403


def test_a_trainer_who_looks_on_begins_nothing_and_acts_nothing(class_: RunningConsole) -> None:
    trainer, form = visitor(class_, class_.link), {"Origin": class_.url}
    board = str(trainer.get(class_.link).url)
    [jana_desk, petr_desk] = re.findall(r'<th scope="row"><a href="(/desk/[0-9a-f]+)">', trainer.get(board).text)
    answer = trainer.get(petr_desk)
    assert (answer.status_code, "Petr has not come yet, so there is no desk" in answer.text) == (409, True)
    assert f'href="{board.removeprefix(class_.url)}#' in answer.text
    assert trainer.post(f"/trainees/{petr_desk.rpartition('/')[2]}/again", headers=form).status_code == 409
    [jana_link, _] = joins(trainer.get(board).text)
    jana = visitor(class_, jana_link)
    own = jana.get(jana_desk).text
    assert "looking on" not in own
    # Nobody can be called in this story, but the trainer can be asked.
    assert ('id="calls"' in own, 'id="ask"' in own) == (False, True)
    for at in ("", "?at=code:pin", "?at=object:20"):
        seen = trainer.get(jana_desk + at).text
        assert "You are looking on at the desk of Jana." in seen
        assert re.findall(r'<button|href="/desk/\w+/(?:act|people|export)', seen) == []
    for act in (
        "hint",
        "call/holder",
        "people/office/set-dok",
        "ask",
        "again",
        "next",
        "act/unblock?target=pin",
        "expert",
    ):
        answer = trainer.post(f"{jana_desk}/{act}", data={"puk": "00000000"}, headers=form)
        assert (answer.status_code, "Nothing was done: you are looking on" in answer.text) == (403, True), act
    for page in ("act/unblock?target=pin", "people/office/set-dok", "export/certificate?target=20"):
        assert trainer.get(f"{jana_desk}/{page}").status_code == 403
    rows = [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in trainer.get(board).text.split("<tr id=")[1:]]
    assert re.search(r"open 0 of 1 \d+ 0 0 –", rows[0])
    assert "Petr has not come yet" in rows[1]
    # What the trainer is there for is done from the board.
    jana_id = jana_desk.rpartition("/")[2]
    assert trainer.post(f"/trainees/{jana_id}/message", data={"message": "PUK!"}, headers=form).status_code == 200
    assert trainer.post(f"/trainees/{jana_id}/again", headers=form).status_code == 200
    assert class_.card(f"{jana_id}-2")["pcsc_socket"]
    # So is an exercise read with its answers, before it is given.
    answers = trainer.get("/exercises/proid-q-622-expired")
    assert (answers.status_code, "<small>(PQ-15, PQ-26)</small>" in answers.text) == (200, True)
    assert trainer.get("/exercises/proid-q-623").status_code == 404
    # Who tries an exercise alone sits there.
    tried = trainer.post("/practice", data={"exercise": "proid-q-first-use"}, headers=form)
    # A form that is sent twice, and one that is loaded again, takes one hint.
    hinted = [trainer.post(f"{tried.url}/hint", data={"after": "0"}, headers=form) for _ in range(3)]
    assert [(one.status_code, re.findall('name="after" value="(.)"', one.text)) for one in hinted] == [(200, ["1"])] * 3
    assert all(one.text.partition('<ol class="hints">')[2].partition("</ol>")[0].count("<li>") == 1 for one in hinted)
    # One of an earlier attempt tells of more hints than there were; none is lost for it.
    late = [trainer.post(f"{tried.url}/hint", data={"after": "2"}, headers=form) for _ in range(2)]
    assert [one.text.partition('<ol class="hints">')[2].partition("</ol>")[0].count("<li>") for one in late] == [2, 3]


def test_at_its_end_it_says_what_is_kept_and_how_that_goes_on(own: dict[str, str], tmp_path: Path, port: str) -> None:
    plan, opened = tmp_path / "my class.yaml", tmp_path / "opened"
    plan.write_text(CLASS, "utf-8")
    slovenian = {**own, "LC_ALL": "sl_SI.UTF-8", "BROWSER": f"touch {opened} %s"}
    with console_running(slovenian, tmp_path, "--port", port, "class", plan, "--no-browser") as running:
        running.process.send_signal(signal.SIGINT)
        assert running.process.stdout is not None
        assert running.process.stdout.read() == (
            "Tečaj »Třída« ostane shranjen, s karticami, poskusi in povezavami vred. "
            f"Nadaljuje se z ukazom: cardconsole --port {port} class '{plan}'\n"
        )
        assert running.process.wait(PATIENCE) == 0
    assert not opened.exists()
    with console_running(own, tmp_path, "--port", port, "class", plan) as running:
        trainer = visitor(running, running.link)
        trainer.post(f"{trainer.get(running.link).url}/end", headers={"Origin": running.url})
        running.process.send_signal(signal.SIGINT)
        assert running.process.stdout is not None
        # A class that the trainer ended is not said to be kept.
        assert "kept" not in running.process.stdout.read()
