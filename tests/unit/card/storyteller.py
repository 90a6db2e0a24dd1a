"""Commands and their answers as data, in hexadecimal or in the words below: FOLDER/PROFILE.APPLET.SUFFIX.

    @beginning                   what stands under it is how a story (beginning) begins
    # Title [facts]              each exchange under it is made with a fresh card, and changes nothing that is kept
    ## Title [facts]             the exchanges under it are made one after the other, with one card
    ## {name: one | other}       the section stands for several: in its lines, {name} is the one or the other
    > command, command           come first in their section, and are obeyed
    ! actor act code=value       what an actor does
    command, command             is done, and no error comes of it
    command *3                   three times
    command, command -> answer   each has this answer; an x in it stands for any digit; "text" stands in the answer
    command, command -> one / other      their answers, one by one
    = command -> answer          and it changes nothing that is kept
    == command -> answer         the same; with such lines beside it, done once more after the card was off

What waits is fetched, unless the answer ends in 61 and a number. What stands behind a semicolon is for people.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import groupby, product
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from stuntcard.applets.registry import seen_through
from stuntcard.card.keys import generate_ec, generate_rsa
from stuntcard.control.actors import perform
from stuntcard.control.errors import ActRefusedError
from stuntcard.control.requests import ActRequest
from stuntcard.profile.load import load_profile

from tests.unit.applets.myeid_client import AES, DES, EC, RSA, MyEidClient
from tests.unit.card.cards import (
    ISOAPPLET,
    MANAGE,
    OK,
    CardClient,
    Client,
    certificate_entry,
    key_entry,
    lost_parts,
    new_card,
)
from tests.unit.card.cards import unchanged as nothing_changes
from tests.unit.card.holders import CHOSEN

OBEYED = "9000|61.."
NO_ERROR = r"(.*9000|61..|63C.|DONE|)"


# The words


def given(pairs: Sequence[str]) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in pairs)


def act(client: CardClient, actor: str, name: str, *values: str) -> str:
    """What the law says to an actor."""
    return client.card.act(actor, name, {code: v.encode() for code, v in given(values).items()}).name


def ask(client: CardClient, actor: str, name: str, *values: str) -> str:
    """What is said when an act is asked for by its front door."""
    try:
        return perform(client.card, ActRequest(actor, name, given(values)))
    except ActRefusedError as refused:
        return f"refused: {refused}"


def sign(client: Client, reference: str, algorithm: str = "21") -> str:
    """The status word; without a signature unless all went well."""
    signature, sw = client.sign(int(reference, 16), bytes(20), int(algorithm, 16))
    assert bool(signature) is (sw == OK)
    return sw


def reference_or_name(code: str) -> int | str:
    return int(code) if code.isdigit() else code


def change(client: Client, code: str, *values: str) -> str:
    """CHANGE REFERENCE DATA from the one value to the other; `right` is the one that the holder knows."""
    old, new = (client.values[code] if value == "right" else value for value in values)
    return client.change(reference_or_name(code), old, new)


def set_code(client: Client, code: str, *values: str) -> str:
    """RESET RETRY COUNTER: `set pin`, `set pin 4711`, `set pin by=87654321`."""
    new = [value for value in values if not value.startswith("by=")]
    return client.set_code(code, *new, by=given([v for v in values if v.startswith("by=")]).get("by"))


def list_keys(client: Client, *keys: str) -> str:
    """The directory of private keys: references and what the identifiers are made of, as in `1=one`."""
    client.list_keys(*(key_entry(int(number, 16), name.encode()) for number, name in given(keys).items()))
    return ""


def list_certificates(client: Client, *names: str) -> str:
    client.list_certificates(*(certificate_entry(name.encode()) for name in names))
    return ""


def silent(do: Callable[[CardClient], object]) -> Callable[[CardClient], str]:
    """A word that has no answer."""

    def word(client: CardClient) -> str:
        do(client)
        return ""

    return word


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return generate_rsa(2048)


ANY_CARD: dict[str, Callable[..., str]] = {
    "act": act,
    "ask": ask,
    "reset": silent(lambda client: client.card.reset()),
    "off": silent(lambda client: client.card.power_off()),
    "on": silent(lambda client: client.card.power_on()),
    "off-and-on": silent(lambda client: client.restart()),
    "select": lambda client, path: client.select(path),
    "leave": lambda client: client.select("3F00"),
    "isoapplet": lambda client: client.send(ISOAPPLET),
    "isoapplet-read": lambda client: client.fetch(ISOAPPLET)[1],
    "manage": lambda client: client.fetch(MANAGE)[1],
    # What the card keeps
    "tries": lambda client, *codes: " ".join(str(client.card.state.codes[code].tries_left) for code in codes),
    "status": lambda client, code: client.card.state.codes[code].status.name,
    "lost": lambda client: " ".join(sorted(client.card.state.lost)) or "nothing",
    "items": lambda client: " ".join(item.area for item in client.card.state.items) or "none",
    "origins": lambda client: " ".join(item.key.name if item.key else "gone" for item in client.card.state.items),
    "paired": lambda client: " ".join("yes" if item.paired else "no" for item in client.card.state.items),
    "listed": lambda client: " ".join("yes" if item.listed else "no" for item in client.card.state.items),
    "numbers": lambda client: " ".join(str(item.number) for item in client.card.state.items),
    "shown-lost": lambda client: " ".join(sorted(lost_parts(client))) or "nothing",
    "keys": lambda client: " ".join(str(number) for number in client.card.content.keys),
    "used": lambda client, area: str(client.card.state.used(area)),
}

ISOAPPLETS: dict[str, Callable[..., str]] = {
    "query": lambda client, code: client.query(reference_or_name(code)),
    "verify": lambda client, code, *value: client.verify(reference_or_name(code), *value),
    "wrong": lambda client, code: client.verify_wrong(code),
    "block": lambda client, code: client.block(code)[-1],
    "change": change,
    "reset-code": lambda client, code, by, new: client.reset_code(reference_or_name(code), by, new),
    "set": set_code,
    "make": lambda client, reference: client.make_key(int(reference, 16)),
    "import": lambda client, reference: client.import_key(int(reference, 16), generate_ec(ec.SECP256R1())),
    "sign": sign,
    "import-rsa": lambda client, reference: client.import_key(int(reference, 16), rsa_key()),
    "environment": lambda client, *numbers: client.environment(*(int(number, 16) for number in numbers)),
    "read": lambda client, path: client.read(path).hex().upper(),
    "list-keys": list_keys,
    "list-certificates": list_certificates,
}

KINDS = {"EF": 1, "RSA": RSA, "DES": DES, "EC": EC, "AES": AES}


def create(client: MyEidClient, identifier: str, kind: str, size: str, *access_and_attributes: str) -> str:
    number = KINDS[kind] if kind in KINDS else int(kind, 16)
    return client.create(identifier, number, int(size), *access_and_attributes)


def data(client: MyEidClient, tag: str) -> str:
    value, sw = client.data(tag)
    return value.hex().upper() + sw


MYEIDS: dict[str, Callable[..., str]] = {
    "query": lambda client, code: client.query(int(code)),
    "verify": lambda client, code, value: client.verify(int(code), value),
    "make-code": lambda client, code, *values: client.make_code(int(code), *values),
    "activate": lambda client: client.activate(),
    "data": data,
    "create": create,
    "generate": lambda client: client.fetch("00460000")[1],
    "sign": lambda client, file: client.sign(file, bytes(range(32)))[1],
}


# The cards


def client_of(profile: str, applet: str) -> CardClient:
    """A client of a fresh card; only MyEID is chosen by the ATR, the others by SELECT."""
    if applet == "myeid":
        return MyEidClient(profile)
    client = Client(new_card(seen_through(load_profile(profile), "isoapplet")), CHOSEN.get(profile))
    client.card.reset()
    return client


# The lines


@dataclass(frozen=True)
class Line:
    """What is done, and the answer that is expected, or none."""

    how: str
    command: str
    answer: str | None = None


def lines_of(text: str) -> Iterator[Line]:
    """One line of a file, command by command."""
    how, text = (found[1], text[found.end() :]) if (found := re.match(r"(==|[=>!]) ", text)) else ("", text)
    commands, arrow, answer = (part.strip() for part in text.partition("->"))
    several = [
        command
        for part in commands.split(", ")
        for command in [part.partition(" *")[0]] * int(part.partition(" *")[2] or 1)
    ]
    if not arrow:
        yield from (Line(how, command, OBEYED if how == ">" else None) for command in several)
        return
    answers = [answer] if answer.startswith('"') else [one.strip() for one in answer.split("/")]
    yield from (
        Line(how, *each) for each in zip(several, answers * (len(several) if len(answers) == 1 else 1), strict=True)
    )


def do(client: CardClient, line: Line) -> None:
    word, *rest = shlex.split(line.command) or [""]
    words = ANY_CARD | (MYEIDS if isinstance(client, MyEidClient) else ISOAPPLETS)
    expected = NO_ERROR if line.answer is None else line.answer
    if line.how == "!":
        expected, got = "DONE", act(client, word, *rest)
    elif word in words:
        got = words[word](client, *rest)
    else:
        expected = expected.replace(" ", "").replace("x", ".")
        got = fetched(client, line.command, waits=expected[-4:-2] == "61")
    if expected.startswith('"'):
        assert expected.strip('"') in got, f"{line.command} -> {got}"
    else:
        assert re.fullmatch(expected, got), f"{line.command} -> {got}, not {expected}"


def fetched(client: CardClient, command: str, *, waits: bool) -> str:
    """The answer to a command in hexadecimal, as it is or with what waits."""
    got = client.send(command)
    while got[-4:-2] == "61" and not waits:
        got = got[:-4] + client.send(f"00C00000{got[-2:]}")
    return got


def tell(client: CardClient, lines: Sequence[Line]) -> None:
    """Does one line after the other."""
    for how, some in groupby(lines, lambda line: line.how):
        together = list(some)
        if how not in ("=", "=="):
            for line in together:
                do(client, line)
            continue
        for turn in range(len(how)):
            if turn:
                client.restart()
            with nothing_changes(client):
                for line in together:
                    do(client, line)


# The files


@dataclass(frozen=True)
class Section:
    """What is done with one card."""

    profile: str
    applet: str
    title: str
    facts: tuple[str, ...]
    story: bool
    lines: list[Line] = field(default_factory=list)

    def case(self, lines: Sequence[Line], end: str = "") -> object:
        name = f"{self.profile}-{self.applet}-{self.title}" + (f"-{end}" if end else "")
        marks = [pytest.mark.fact(*self.facts)] if self.facts else []
        return pytest.param(self.profile, self.applet, lines, marks=marks, id=name)


def written_out(heading: str, texts: list[str]) -> Iterator[tuple[str, list[str]]]:
    """A section for each of the values that its heading gives."""
    names = re.findall(r"\{(\w+): ([^}]+)\}", heading)
    for values in product(*(choice.split(" | ") for _, choice in names)):
        title, lines = heading, texts
        for (name, choice), value in zip(names, values, strict=True):
            title = title.replace(f"{{{name}: {choice}}}", value)
            lines = [line.replace(f"{{{name}}}", value) for line in lines]
        yield title, lines


def sections(folder: Path) -> Iterator[Section]:
    for file in sorted(folder.iterdir()):
        profile, applet, _ = file.name.split(".")
        text = re.sub(r"(^|\s+);.*", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        beginnings: dict[str, list[Line]] = {}
        for part in re.split(r"^(?=@|##? )", text, flags=re.MULTILINE)[1:]:
            heading, *texts = (line.strip() for line in part.splitlines() if line.strip())
            for title, filled in written_out(heading, texts):
                ((kind, name, begins, facts),) = re.findall(r"^(@|##?) ?(.+?)(?: \((.+)\))?(?: \[(.+)\])?$", title)
                lines = beginnings.get(begins, []) + [line for raw in filled for line in lines_of(raw)]
                if kind == "@":
                    beginnings[name] = lines
                else:
                    name = name if begins in beginnings or not begins else f"{name} ({begins})"
                    yield Section(profile, applet, name, tuple(facts.split()), kind == "##", lines)


def stories(folder: Path) -> list[object]:
    return [section.case(section.lines) for section in sections(folder) if section.story]


def exchanges(folder: Path) -> list[object]:
    """Each exchange with what comes first."""
    found = []
    for section in sections(folder):
        if not section.story:
            first = [line for line in section.lines if line.how in (">", "!")]
            for end in (line for line in section.lines if line not in first):
                found.append(section.case([*first, replace(end, how="=")], f"{end.command} -> {end.answer}"))
    return found
