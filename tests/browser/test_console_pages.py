"""Every page of the console: judged by axe in each language, light and dark, and readable at 400 %."""

from __future__ import annotations

from cardtools.common.messages import Language

from tests.browser.conftest import NewBrowser
from tests.browser.pages import judge, keep_picture
from tests.browser.running_console import RunningConsole
from tests.browser.trainees import Trainee, Trainer, Words, new_pin, trainer_of

WORDS = Words(Language.ENGLISH)
CLASS = """\
title: Helpdesk & <b>friends</b>
language: en
exercises: [proid-q-pin-blocked, eobcanka-dok-blocked, proid-q-622-unpaired-key]
trainees: [Jana Nováková, "<script>alert(1)</script>"]
"""


def test_every_page_of_a_trainee_passes_axe_and_is_readable_at_400_percent(
    class_: RunningConsole, new_browser: NewBrowser
) -> None:
    trainer = trainer_of(class_, new_browser)
    jana = Trainee(new_browser("en"), WORDS)
    jana.browser.go(next(iter(trainer.links().values())))
    desk = jana.browser.address
    pages = ["", "?at=code:pin", "/act/unblock?target=pin", "/act/import-p12", "/act/settings", "/act/renew"]
    for page in pages:
        judge(jana.browser, desk + page)
    jana.browser.go(f"{desk}?at=code:pin")
    keep_picture(jana.browser, "desk")
    jana.act("unblock", "PIN", {"PUK": "00000000", **new_pin(WORDS, "PIN", "24681357")})
    jana.act("unblock", "PIN", {"PUK": "87654321", **new_pin(WORDS, "PIN", "24681357")})
    jana.wait_for("solved")
    judge(jana.browser, desk)
    keep_picture(jana.browser, "solved")

    jana.browser.choose(WORDS("next"))
    jana.browser.wait_text(WORDS("exercise-of", number=2, count=3), "#state")
    office = jana.browser.links("a[href*='/people/']")[0]
    judge(jana.browser, office)
    assert jana.browser.complaints == []


def test_every_page_of_the_trainer_passes_axe_and_is_readable_at_400_percent(
    class_: RunningConsole, new_browser: NewBrowser
) -> None:
    trainer = trainer_of(class_, new_browser)
    browser, board = trainer.browser, trainer.browser.address
    for link in trainer.links().values():
        trainee = Trainee(new_browser("cs"), WORDS)
        trainee.browser.go(link)
    trainee.browser.choose(WORDS("asks"))
    trainer.wait_row("<script>", "asks for help")
    for address in (
        board,
        f"{class_.url}/",
        f"{class_.url}/classes/new",
        f"{class_.url}/exercises/proid-q-seal",
        f"{class_.url}/nowhere",
    ):
        judge(browser, address)
    assert trainee.browser.complaints == []


def test_what_people_are_called_is_text_and_nothing_else(class_: RunningConsole, new_browser: NewBrowser) -> None:
    trainer = trainer_of(class_, new_browser)
    assert trainer.browser.text("h1") == "Helpdesk & <b>friends</b>"
    assert "<script>alert(1)</script>" in trainer.links()
    assert trainer.browser.complaints == []


def test_where_the_focus_is_can_be_seen(class_: RunningConsole, new_browser: NewBrowser) -> None:
    browser = trainer_of(class_, new_browser).browser
    browser.tab_to(WORDS("skip"))
    assert browser.outline != "none"


def test_a_class_is_begun_on_the_page_and_ended_there(console: RunningConsole, new_browser: NewBrowser) -> None:
    trainer: Trainer = trainer_of(console, new_browser)
    browser = trainer.browser
    browser.choose(WORDS("class-new"))
    browser.fill(WORDS("class-title"), "Podzim")
    browser.fill(WORDS("class-trainees"), "Ana\nBor\n")
    browser.tab_to("The PIN is blocked")
    browser.press(" ")
    browser.choose(WORDS("class-begin"))
    assert browser.text("h1") == "Podzim"
    assert list(trainer.links()) == ["Ana", "Bor"]
    assert "has not come yet" in trainer.row("Ana")
    browser.open_fold(WORDS("class-end"))
    browser.choose(WORDS("class-end-sure"))
    assert WORDS("classes-none") in browser.text()
