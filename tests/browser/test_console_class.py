"""A class: the trainer follows trainees, each in a browser of their own, and nothing of it is lost."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path

from cardtools.common.messages import Language

from tests.browser.conftest import NewBrowser
from tests.browser.pages import keep_picture
from tests.browser.running_console import RunningConsole, class_running, console_running
from tests.browser.trainees import Trainee, Trainer, Words, new_pin, trainer_of
from tests.clients.opensc import opensc_command

ENGLISH = Words(Language.ENGLISH)
CLASS = """\
title: Helpdesk, listopad
language: en
exercises: [proid-q-pin-blocked, zzzs-pk-first-use-of-kpep]
trainees: [Jana Nováková, Žiga Šuštar, Petr]
"""
PUK = "87654321"


def seated(new_browser: NewBrowser, link: str, language: Language = Language.ENGLISH) -> Trainee:
    browser = new_browser(language.value)
    browser.go(link)
    return Trainee(browser, Words(language))


def unblock(trainee: Trainee) -> None:
    trainee.act("unblock", "PIN", {"PUK": PUK, **new_pin(trainee.words, "PIN", "24681357")})


def report(trainer: Trainer) -> list[dict[str, str]]:
    """The report, fetched as the browser would save it."""
    address = trainer.browser.address.split("#")[0] + "/report.csv"
    script = "return fetch(arguments[0]).then((answer) => answer.text())"
    text = str(trainer.browser.driver.execute_script(script, address))
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def test_a_trainer_follows_three_trainees_in_three_browsers(class_: RunningConsole, new_browser: NewBrowser) -> None:
    trainer = trainer_of(class_, new_browser)
    links = trainer.links()
    assert list(links) == ["Jana Nováková", "Žiga Šuštar", "Petr"]
    jana, ziga, petr = (seated(new_browser, link) for link in links.values())

    unblock(jana)
    jana.wait_for("solved")
    trainer.wait_row("Jana Nováková", "The PIN is blocked solved 1 of 2")

    ziga.act("unblock", "PIN", {"PUK": "00000000", **new_pin(ENGLISH, "PIN", "24681357")})
    trainer.wait_row("Žiga Šuštar", "open 0 of 2 1")

    petr.browser.choose(ENGLISH("asks"))
    trainer.wait_row("Petr", "asks for help")
    assert trainer.browser.violations() == []

    trainer.browser.open_fold(ENGLISH("help-for", name="Petr"))
    trainer.browser.fill(ENGLISH("help-message"), "The letter ")
    # The board becomes another while somebody types there.
    petr.browser.choose(ENGLISH("asks-stop"))
    trainer.browser.wait(lambda: "asks for help" not in trainer.row("Petr"), "the hand is lowered")
    trainer.browser.press("has the PUK.")
    trainer.browser.choose(ENGLISH("help-send"))
    petr.browser.wait_text("The letter has the PUK.", "#message")

    keep_picture(trainer.browser, "board")
    rows = report(trainer)
    assert [(row["Trainee"], row["State"], row["Tries spent"]) for row in rows] == [
        ("Jana Nováková", "solved", "0"),
        ("Žiga Šuštar", "open", "1"),
        ("Petr", "open", "0"),
    ]


def test_opensc_solves_an_exercise_while_the_page_looks_on(
    class_: RunningConsole, new_browser: NewBrowser, tmp_path: Path
) -> None:
    trainer = trainer_of(class_, new_browser)
    jana = seated(new_browser, trainer.links()["Jana Nováková"])
    jana.wait_for("open")
    socket = Path(class_.card(jana.card)["pcsc_socket"])
    tool = opensc_command("pkcs15-tool", tmp_path, socket)
    looking = jana.browser.document
    command = [*tool, "--unblock-pin", "--auth-id", "01", "--puk", PUK, "--new-pin", "24681357"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    jana.wait_for("solved")
    trainer.wait_row("Jana Nováková", "solved")
    jana.browser.wait_text("3 of 3", ".details table")
    assert jana.browser.document == looking


def test_a_class_outlives_the_machines_failure(
    private: dict[str, str], tmp_path: Path, new_browser: NewBrowser, port: str
) -> None:
    with class_running(private, tmp_path, CLASS, "--port", port) as first:
        trainer = trainer_of(first, new_browser)
        links = trainer.links()
        jana, ziga = seated(new_browser, links["Jana Nováková"]), seated(new_browser, links["Žiga Šuštar"])
        unblock(jana)
        jana.wait_for("solved")
        jana.browser.choose(ENGLISH("next"))
        ziga.act("unblock", "PIN", {"PUK": "00000000", **new_pin(ENGLISH, "PIN", "24681357")})
        ziga.browser.wait_text("4 tries", "#said")
        trainer.wait_row("Žiga Šuštar", "open 0 of 2 1")
        first.kill()

    with console_running(private, tmp_path, "--port", port, "class", tmp_path / "class.yaml") as second:
        trainer = trainer_of(second, new_browser)
        assert trainer.links() == links
        assert "1 of 2" in trainer.row("Jana Nováková")
        assert "open 0 of 2" in trainer.row("Žiga Šuštar")
        for trainee in (jana, ziga):
            trainee.browser.go(trainee.browser.address.split("?")[0])
        assert "Exercise 2 of 2" in jana.browser.text("#state")
        # The try that was spent is spent, and the card goes on from there.
        assert "4 of 5" in ziga.browser.text(".details table")
        unblock(ziga)
        ziga.wait_for("solved")
        assert [row["Tries spent"] for row in report(trainer)] == ["0", "0", "1"]
