"""A trainee at the desk, with the keyboard alone, in each language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cardtools.common.messages import Language

from tests.browser.conftest import NewBrowser
from tests.browser.running_console import RunningConsole, console_running
from tests.browser.trainees import Trainee, Words, new_pin, trainer_of

NEW_PIN = "24681357"


def unblock(code: str) -> Callable[[Trainee], None]:
    """PUK, which the story tells or somebody on the telephone, sets a code anew."""

    def solve(trainee: Trainee) -> None:
        typed = {"PUK": trainee.told("PUK"), **new_pin(trainee.words, code, NEW_PIN)}
        trainee.act("unblock", code, typed)

    return solve


def after_a_call(person: str, solve: Callable[[Trainee], None]) -> Callable[[Trainee], None]:
    def call_and_solve(trainee: Trainee) -> None:
        trainee.browser.choose(trainee.words(f"call-{person}"))
        solve(trainee)

    return call_and_solve


def first_kpep(trainee: Trainee) -> None:
    code = trainee.words.name("PIN of KPEP")
    typed = {"TPIN": trainee.told("TPIN"), **new_pin(trainee.words, code, "135790")}
    trainee.act("set-first", code, typed)


EXERCISES: dict[str, Callable[[Trainee], None]] = {
    "proid-q-pin-blocked": unblock("PIN"),
    "proid-q-pin-guessed": after_a_call("holder", unblock("PIN")),
    "proid-q-qpin-blocked": unblock("QPIN"),
    "tokenme-pin-blocked": after_a_call("holder", unblock("PIN")),
    "zzzs-pk-first-use-of-kpep": after_a_call("post", first_kpep),
}


@pytest.mark.parametrize("language", Language)
def test_five_exercises_are_solved_by_keyboard(
    language: Language, private: dict[str, str], tmp_path: Path, new_browser: NewBrowser
) -> None:
    words, plan = Words(language), tmp_path / "class.yaml"
    plan.write_text(
        f"title: Five\nlanguage: {language}\nexercises: [{', '.join(EXERCISES)}]\ntrainees: [Žofie]\n", "utf-8"
    )
    with console_running(private, tmp_path, "class", plan) as console:
        trainer = trainer_of(console, new_browser)
        trainee = Trainee(new_browser("fi"), words)  # the browser's own language is none of ours
        trainee.browser.go(trainer.links()["Žofie"])
        for number, solve in enumerate(EXERCISES.values(), 1):
            trainee.browser.wait_text(words("exercise-of", number=number, count=len(EXERCISES)), "#state")
            solve(trainee)
            trainee.wait_for("solved")
            assert words("explain") in trainee.browser.text()
            if number < len(EXERCISES):
                trainee.browser.choose(words("next"))
        trainee.browser.wait_text(words("all-done"))
        trainer.wait_row("Žofie", "solved 5 of 5")
        assert trainee.browser.complaints == []


def test_what_a_wrong_code_leads_to_is_said_and_counted(console: RunningConsole, new_browser: NewBrowser) -> None:
    words = Words(Language.ENGLISH)
    trainee = Trainee(trainer_of(console, new_browser).browser, words)
    trainee.browser.tab_to("Skip")
    trainee.browser.choose("Begin: The PIN is blocked")
    trainee.act("unblock", "PIN", {"PUK": "00000000", **new_pin(words, "PIN", NEW_PIN)})
    said = trainee.browser.text("#said")
    assert said.startswith("Not done.")
    assert "PUK is wrong, 4 tries are left." in said
    # The page that is loaded again spends nothing again.
    trainee.browser.driver.refresh()
    trainee.browser.choose("PUK")
    assert "4 left of 5" in trainee.browser.text(".details")
    assert trainee.browser.text("#state").startswith("open")


def test_a_second_page_of_the_same_desk_follows(console: RunningConsole, new_browser: NewBrowser) -> None:
    words = Words(Language.ENGLISH)
    first = Trainee(trainer_of(console, new_browser).browser, words)
    first.browser.choose("Begin: The PIN is blocked")
    desk = first.browser.address
    tab = first.browser.driver.current_window_handle
    first.browser.driver.switch_to.new_window("tab")
    first.browser.go(desk)
    looking = first.browser.driver.current_window_handle
    first.browser.driver.switch_to.window(tab)
    unblock("PIN")(first)
    first.browser.driver.switch_to.window(looking)
    first.browser.wait_text("3 of 3", ".details table")
    first.wait_for("solved")


def test_all_acts_work_without_scripts(console: RunningConsole, new_browser: NewBrowser) -> None:
    words = Words(Language.ENGLISH)
    browser = new_browser("en", scripts=False)
    browser.go(console.link)
    browser.press_button("Begin: The PIN is blocked")
    browser.follow("PIN blocked")
    browser.follow(words("act-unblock"))
    for name, value in {"puk": "87654321", "new-pin": NEW_PIN, "again-pin": NEW_PIN}.items():
        browser.type_into(f"#field-{name}", value)
    browser.press_button(words("act-unblock"))
    browser.wait_text(words("progress-solved"))
    assert "3 left of 3" in browser.text()


def test_a_certificate_comes_from_the_consoles_own_ca(console: RunningConsole, new_browser: NewBrowser) -> None:
    words = Words(Language.ENGLISH)
    trainee = Trainee(trainer_of(console, new_browser).browser, words)
    trainee.browser.choose("Begin: The PIN is blocked")
    unblock("PIN")(trainee)
    trainee.act("request", "ProID+Q", {"Name of": "Jana Nováková", "E-mail": "jana@example.com", "PIN": NEW_PIN})
    assert "BP" in trainee.browser.text("#said")
    trainee.act("install", "ProID+Q", {"PIN": NEW_PIN})
    assert "Jana Nováková" in trainee.browser.text("#said")
    trainee.browser.choose("container")
    assert "Jana Nováková" in trainee.browser.text(".details")
