"""What several chapters do: putting cards into readers, asking for certificates, typing codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from demo.walkthrough.answers import StoryError
from demo.walkthrough.stage import Stage, Typing
from demo.walkthrough.story import World
from demo.walkthrough.words import Phrase, Said, say, shown_by

FACTORY_PIN, FACTORY_PUK, FACTORY_QPIN = "12345678", "87654321", "12345678"
PIN, PUK, QPIN = "zelena.louka", "modra-obloha-42", "cerveny?vlak"
"""Jana's own codes: for training, like all that is typed here."""

JANA, KAREL = "jana", "karel"
"""The cards' names."""

QUALIFIED, COMMERCIAL = "qualified", "commercial"


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks for certificates."""

    name: str
    e_mail: str


JANA_NOVAKOVA = Applicant("Jana Nováková", "jana@example.com")
PETR_NOVAK = Applicant("Petr Novák", "petr@example.com")
KAREL_DVORAK = Applicant("Karel Dvořák", "karel@example.com")

TYPED_PIN = Typing("PIN: ", PIN, say("typed-of-jana", code="PIN"))
TYPED_QPIN = Typing("QPIN: ", QPIN, say("typed-of-jana", code="QPIN"))
TYPED_TOKEN_PIN = Typing("PIN: ", FACTORY_PIN, say("typed-of-token"))


def new_value(code: Phrase, value: str, what: Said, again: str | None = None) -> list[Typing]:
    """A code's new value, which is asked for twice; `again` where the second is to be another."""
    second = value if again is None else again
    return [
        Typing(shown_by("manager", "prompt-new", code=code), value, what),
        Typing(
            shown_by("manager", "prompt-again", code=code), second, say("typed-slip") if again is not None else what
        ),
    ]


def insert(stage: Stage, world: World, card: str) -> None:
    """Puts a stored card into a reader of its own, which the programs see from now on."""
    process, found = stage.start("stuntcard", "run", f"card:{card}", ready=r"PCSCLITE_CSOCK_NAME=(\S+)$")
    world.processes[card], world.sockets[card] = process, found[1]
    stage.watch(found[1])


def remove(stage: Stage, world: World, card: str) -> None:
    """Takes a card out of its reader, as Ctrl-C does."""
    stage.bench.stop(world.processes.pop(card))
    del world.sockets[card]


def change_code(
    stage: Stage, code: str, old: Typing, new: Sequence[Typing], *, status: int = 0, shows: Sequence[Phrase] = ()
) -> None:
    """A holder changes a code; `old` is typed at its own prompt, and `new` is its new value."""
    stage.do("cardmanager", "change", code, typing=[old, *new], status=status, shows=shows)


def set_by(
    stage: Stage, command: str, code: str, by: Typing, new: Sequence[Typing], *, shows: Sequence[Phrase] = ()
) -> None:
    """A holder sets a code with another, by `unblock` or `set-first`."""
    stage.do("cardmanager", command, code, typing=[by, *new], shows=shows)


def block(stage: Stage, code: str, wrong: Typing, new: Sequence[Typing]) -> None:
    """A code is given wrongly, three times."""
    for _ in range(3):
        change_code(stage, code, wrong, new, status=1)


def request(stage: Stage, world: World, kind: str, who: Applicant, called: str, typing: Sequence[Typing]) -> None:
    """Asks for a first certificate; the request's number is kept under what the story calls it."""
    shown = stage.do(
        "enrol", "request", kind, "--name", who.name, "--e-mail", who.e_mail, typing=typing,
        shows=[shown_by("enrol", "request-sent")],
    )  # fmt: skip
    world.requests[called] = request_number(shown)


def renew(stage: Stage, world: World, old: str, called: str, typing: Sequence[Typing]) -> None:
    """Asks for the follow-on of a certificate."""
    shown = stage.do(
        "enrol", "renew", "--serial", f"0x{world.serials[old]}", typing=typing,
        shows=[shown_by("enrol", "store-preset"), shown_by("enrol", "request-sent")],
    )  # fmt: skip
    world.requests[called] = request_number(shown)


def issue(stage: Stage, world: World, called: str) -> None:
    """The operator of the CA issues what was asked for."""
    shown = stage.do("cardtools-ca", "issue", "ca", world.requests[called])
    found = re.search(r"^[0-9A-F]{16,}$", shown, re.MULTILINE)
    if found is None:
        raise StoryError("cardtools-ca issue did not tell a serial number")
    world.serials[called] = found[0]


def install(stage: Stage, world: World, called: str, typing: Sequence[Typing]) -> None:
    """Puts an issued certificate onto the card."""
    stage.do("enrol", "install", world.requests[called], typing=typing, shows=[shown_by("enrol", "installed")])


def clean(stage: Stage, world: World, called: str, typing: Sequence[Typing]) -> None:
    """Deletes a certificate with its key."""
    serial = world.serials[called]
    stage.do(
        "enrol", "clean", "--serial", f"0x{serial}", typing=[Typing("[y/N]: ", "y"), *typing],
        shows=[shown_by("enrol", "clean-warning"), shown_by("enrol", "clean-deleted", serial=str(int(serial, 16)))],
    )  # fmt: skip


def request_number(shown: str) -> str:
    """The number of a request in what `enrol` showed."""
    found = re.search(r"\bBP[0-9]{10}\b", shown)
    if found is None:
        raise StoryError("enrol did not tell the number of the request")
    return found[0]
