"""`stuntcard advise`, as a helpdesk uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.view import view
from stuntcard.control.wire import as_json
from stuntcard.profile.load import load_profile

from tests.unit.cli.command_line import ROOT, json_of, refused, run, stuntcard
from tests.unit.control.running_cards import answering

PROFILES = ROOT / "profiles"


class Desk:
    """Asks, and gives what was printed."""

    def told(self, target: str, state: str | None = None, *forgotten: str, language: str = "en") -> str:
        result = run(*_question(target, state, forgotten, language))
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    def object(self, target: str, state: str | None = None, *forgotten: str) -> Any:
        return json_of(*_question(target, state, forgotten, "en"))

    def refused(self, target: str, state: str | None = None, *forgotten: str, language: str = "en") -> str:
        return refused(*_question(target, state, forgotten, language)).rstrip("\n")


def _question(target: str, state: str | None, forgotten: tuple[str, ...], language: str) -> list[str]:
    described = [] if state is None else ["--state", state]
    return ["advise", target, *described, *(f"--forgot={code}" for code in forgotten), "--language", language]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def running() -> Iterator[Card]:
    """A ProID+Q that runs."""
    card = Card(load_profile("proid-q"), APPLETS)
    with answering(card):
        yield card


def test_a_blocked_pin_in_english(desk: Desk) -> None:
    assert desk.told("proid-q", "pin=blocked,puk=4") == (
        "ProID+Q\n"
        "\n"
        "Works\n"
        "  - CC area: use of keys\n"
        "\n"
        "Can be made to work\n"
        "  - CC area: new keys\n"
        "  - general area: use of keys, new keys\n"
        "\n"
        "What to do\n"
        "  1. The holder gives PUK and so unblocks PIN, choosing a new value for it.\n"
        "     PUK has 4 tries left. The last wrong one blocks PUK. "
        "Lost for good then: CC area: new keys; general area: use of keys, new keys.\n"
        "     Then this works: CC area: new keys; general area: use of keys, new keys.\n"
    )


def test_a_forgotten_iok_in_czech(desk: Desk) -> None:
    assert desk.told("eobcanka", None, "iok", language="cs") == (
        "eObčanka\n"
        "\n"
        "Funguje\n"
        "  - kvalifikované podpisy: použití klíčů, nové klíče\n"
        "  - obecná oblast: použití klíčů, nové klíče\n"
        "  - BOK: použití kódu\n"
        "\n"
        "Lze zprovoznit\n"
        "  - identifikace: použití klíčů\n"
        "\n"
        "Co udělat\n"
        "  1. Držitel zadá DOK a nastaví nový IOK.\n"
        "     DOK: zbývá 10 pokusů. Poslední chybný zablokuje: DOK a IOK. I potom ještě existuje cesta zpět.\n"
        "     Nebo úřad nastaví společně DOK a IOK po ověření totožnosti.\n"
        "     Potom funguje: identifikace: použití klíčů.\n"
    )


def test_the_last_tpin_in_slovenian(desk: Desk) -> None:
    assert desk.told("zzzs-pk", "tpin=1,part:pep=lost", language="sl") == (
        "ZZZS-PK\n"
        "\n"
        "Lahko se usposobi\n"
        "  - KPEP: uporaba ključev\n"
        "\n"
        "Za vedno izgubljeno\n"
        "  - PEP: uporaba ključev\n"
        "    (del PEP je za vedno izgubljen)\n"
        "  To povrne le nova kartica. Zaprosite zanjo pri izdajatelju.\n"
        "\n"
        "Kaj storiti\n"
        "  1. Imetnik vnese TPIN in prvič nastavi PIN za KPEP.\n"
        "     Na kartici je to mogoče narediti samo enkrat.\n"
        "     TPIN se lahko uporabi le tokrat; potem ne velja več.\n"
        "     TPIN: na voljo je še 1 poskus. Zadnji napačni blokira: TPIN in PIN za KPEP. "
        "S tem propade del KPEP. Za vedno se izgubi: KPEP: uporaba ključev.\n"
        "     Potem deluje: KPEP: uporaba ključev.\n"
    )


def test_a_dead_card(desk: Desk) -> None:
    told = desk.told("proid-q", "card=dead", language="cs")
    assert "(celá karta je nenávratně zničena)" in told
    assert told.endswith("Je potřeba nová karta; požádejte o ni vydavatele.\n")


def test_a_full_cc_area_names_each_that_could_be_deleted(desk: Desk) -> None:
    told = desk.told("proid-q", "cc=1+1 unpaired").splitlines()
    assert "  1. The holder gives PIN and deletes a key that has no certificate: no. 2, CC area." in told
    assert "     Or the holder gives PIN and deletes a certificate with its key: no. 1, CC area." in told
    assert sum("never comes back" in line for line in told) == 1


def test_with_puk_blocked_care_is_advised(desk: Desk) -> None:
    told = desk.told("proid-q", "puk=blocked")
    assert "There is nothing to do." in told
    assert "Take care\n  - PIN has 3 tries left. The last wrong one blocks PIN. Lost for good then: CC area" in told


def test_json_has_all_of_it(desk: Desk) -> None:
    told = desk.object("eobcanka", "dok=blocked", "puk")
    assert told["profile"] == "eobcanka"
    assert told["state"]["codes"]["iok"] == {"state": "blocked", "tries_left": 0}
    assert (told["forgotten"], told["new_card_needed"]) == (["puk"], False)
    standing = {f"{f['function']['use']} {f['function']['name']}": f["standing"] for f in told["functions"]}
    assert standing["use-keys identification"] == "way-back"
    assert standing["use-keys qualified"] == "works"
    assert [(step["who"], step["action"]["act"]) for step in told["plan"]] == [("office", "unblock")]
    assert told["text"][0] == "eObčanka"
    assert desk.object("zzzs-pk", "part:pep=lost")["new_card_needed"] is True


# Where the state comes from


def test_a_running_card_is_asked_for_its_state(desk: Desk, running: Card) -> None:
    for _ in range(3):
        running.verify("pin", b"wrong")
    running.verify("puk", b"wrong")
    told = desk.told("proid-q")
    assert "The holder gives PUK and so unblocks PIN" in told
    assert "PUK has 4 tries left." in told
    assert desk.object("proid-q", None, "puk")["new_card_needed"] is True


def test_a_state_that_is_described_counts_and_not_the_card_that_runs(desk: Desk, running: Card) -> None:
    running.verify("pin", b"wrong")
    assert desk.object("proid-q", "pin=2")["state"]["codes"]["pin"]["tries_left"] == 2
    assert desk.object("proid-q")["state"]["codes"]["puk"]["tries_left"] == 5


def test_of_two_cards_that_run_one_has_to_be_named(desk: Desk, running: Card) -> None:
    with answering(running) as socket:
        assert desk.refused("proid-q").startswith("Several cards proid-q are running")
        assert "all that this card" not in desk.told(socket.parent.name)


def test_a_state_file(desk: Desk, tmp_path: Path) -> None:
    card = Card(load_profile("eobcanka"), APPLETS)
    card.act("office", "set-identification", {"dok": b"1111", "iok": b"2222"})
    card.act("helpline", "block-identification", {})
    file = tmp_path / "state.json"
    file.write_text(as_json(view(card.profile, card.content)), encoding="utf-8")
    told = desk.told(str(file), language="cs")
    assert "(část identifikace je nenávratně ztracena)" in told
    assert "leave --state out" in desk.refused(str(file), "pin=blocked")


def test_a_state_file_that_the_law_can_not_come_to(desk: Desk, tmp_path: Path) -> None:
    card = Card(load_profile("eobcanka"), APPLETS)
    content = json.loads(as_json(view(card.profile, card.content)))
    content["codes"]["pin"].update(state="set")
    file = tmp_path / "state.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    refused = desk.refused(str(file))
    assert "with pin=set there is never dok=not_set, but only: dok=set, dok=blocked." in refused


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: c.pop("codes"), "codes: Field required"),
        (lambda c: c["codes"].pop("pin"), "codes: puk, qpin <> pin, puk, qpin"),
        (lambda c: c["codes"]["pin"].update(tries_left=9), "codes.pin: set, 9 / 3"),
        (lambda c: c["codes"]["pin"].update(state="odd"), "codes.pin.state"),
        (lambda c: c["areas"].pop("cc"), "areas: general <> cc, general"),
        (lambda c: c.update(keys=[{"number": 1}]), "keys.0.area"),
    ],
)
def test_a_file_that_is_no_state_is_refused_with_the_reason(
    desk: Desk, tmp_path: Path, change: Any, reason: str
) -> None:
    card = Card(load_profile("proid-q"), APPLETS)
    content = json.loads(as_json(view(card.profile, card.content)))
    change(content)
    file = tmp_path / "state.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    refused = desk.refused(str(file))
    assert refused.startswith(f"{file}: is not a card's state: ")
    assert reason in refused
    assert "--state-out" in refused


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b"1" * 5000])
def test_a_file_of_anything_else_is_refused(desk: Desk, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(content)
    assert desk.refused(str(file)).startswith(f"{file}: is not a card's state: ")


def test_a_profile_of_ones_own(desk: Desk, tmp_path: Path) -> None:
    content = yaml.safe_load((PROFILES / "tokenme.yaml").read_text(encoding="utf-8"))
    content["areas"]["general"]["name"] = "my drawer"
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert "my drawer: uporaba ključev, novi ključi" in desk.told(str(file), "pin=blocked", language="sl")
    assert "is neither a card that is running" in desk.refused(str(tmp_path / "other.yaml"), "pin=blocked")


# What can't be answered


@pytest.mark.parametrize(
    ("target", "state", "forgotten", "message"),
    [
        ("proid-q", None, (), "No ProID+Q is running. Start one with: stuntcard run proid-q; or describe"),
        ("no-such", None, (), "no-such is neither a card that is running, nor a file"),
        ("no-such", "pin=1", (), "no-such is neither a card that is running, nor a file"),
        ("proid-q", "pin", (), "pin: expected NAME=VALUE, such as pin=blocked."),
        ("proid-q", "pin=", (), "pin=: expected NAME=VALUE, such as pin=blocked."),
        ("proid-q", "pin=1,pin=2", (), "pin: stands there twice. Say it once."),
        (
            "proid-q",
            "pun=1",
            (),
            "pun: ProID+Q has nothing of that name. There are: pin, puk, qpin, cc, general, card.",
        ),
        (
            "proid-q",
            "pin=4",
            (),
            "pin=4: a code is blocked, set or not_set, or has a number of tries left: 1 to 3 here.",
        ),
        ("proid-q", "pin=-1", (), "pin=-1: a code is blocked"),
        ("proid-q", "pin=²", (), "pin=²: a code is blocked"),
        ("proid-q", "cc=full", (), "cc=full: expected how many keys"),
        ("proid-q", "cc=1000", (), "cc=1000: expected how many keys"),
        ("proid-q", "card=lost", (), "card=lost: of a part, and of the card, one can say only: dead, whole."),
        ("zzzs-pk", "part:pep=dead", (), "part:pep=dead: of a part, and of the card, one can say only: lost, whole."),
        ("zzzs-pk", "part:pap=lost", (), "part:pap: ZZZS-PK has nothing of that name."),
        ("zzzs-pk", "pep=1", (), "pep=1: nobody can store keys there on a ZZZS-PK. Leave it out."),
        ("proid-q", "cc=3", (), "No ProID+Q can come to this state: cc=3. Possible is only: cc=2.\nCorrect"),
        (
            "eobcanka",
            "dok=blocked,iok=set",
            (),
            "No eObčanka can come to this state: with dok=blocked there is never iok=set, but only: iok=blocked.\n",
        ),
        ("proid-q", None, ("pan",), "pan: ProID+Q has no such code. There are: pin, puk, qpin."),
        ("zzzs-pk", "tpin=not_set", ("tpin",), "TPIN is not set in this state"),
    ],
)
def test_a_question_that_can_not_be_answered_is_refused_with_what_to_do(
    desk: Desk, target: str, state: str | None, forgotten: tuple[str, ...], message: str
) -> None:
    assert desk.refused(target, state, *forgotten).startswith(message)


def test_refusals_speak_the_language_too(desk: Desk) -> None:
    assert desk.refused("eobcanka", "dok=blocked,iok=set", language="cs") == (
        "Do tohoto stavu se eObčanka nemůže dostat: při dok=blocked není nikdy iok=set, ale jen: iok=blocked.\n"
        "Opravte popis stavu a zeptejte se znovu."
    )
    assert desk.refused("proid-q", language="de") == "de: there is no such language. There are: en, cs, sl."


@pytest.mark.parametrize(
    ("words", "tries", "used"),
    [
        ("pin=0", ("blocked", 0), 0),
        (" pin = 1 , cc = 2 ", ("set", 1), 2),
        ("cc=2 unpaired", ("set", 3), 2),
        ("", ("set", 3), 0),
    ],
)
def test_words_are_taken_as_they_are_meant(desk: Desk, words: str, tries: tuple[str, int], used: int) -> None:
    told = desk.object("proid-q", words)["state"]
    assert tuple(told["codes"]["pin"].values()) == tries
    assert told["areas"]["cc"]["used"] == used


def test_the_command_line() -> None:
    command = ("advise", "eobcanka", "--forgot", "iok", "--forgot", "pin")
    done = stuntcard(*command, "--language", "sl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Imetnik vnese PUK in nastavi nov PIN." in done.stdout
    wrong = stuntcard(*command, "--state", "x")
    assert (wrong.returncode, wrong.stdout) == (2, "")
