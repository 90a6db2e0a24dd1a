"""Choosing from a list: by number when somebody sits at a terminal, by serial number in a script."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import typer

from cardtools.enrol.commands.run import EnrolRun
from cardtools.enrol.errors import BadInputError, EnrolError
from cardtools.enrol.files.certificates import now
from cardtools.enrol.flows.card_certificates import CertificateOnCard, with_serial
from cardtools.enrol.flows.device import QualifiedDevice

_COLUMNS = ("", "column-holder", "column-issuer", "column-valid-until", "column-serial", "column-serial-hex")


def show_certificates(run: EnrolRun, title: str, found: Sequence[CertificateOnCard]) -> None:
    """A numbered list of certificates."""
    present = now()
    rows = []
    for number, item in enumerate(found, 1):
        facts = item.facts
        state = run.messages.text("still-valid" if facts.valid_at(present) else "not-valid")
        until = f"{facts.valid_until:%Y-%m-%d} ({state})"
        rows.append((str(number), facts.holder, facts.issuer, until, facts.serial_decimal, facts.serial_hex))
    run.table(title, _COLUMNS, rows)


def choose_one(
    run: EnrolRun, device: QualifiedDevice, found: list[CertificateOnCard], serial: str | None
) -> CertificateOnCard:
    """The certificate to be renewed. Raises BadInputError."""
    if serial is not None:
        return with_serial(device, found, serial)
    if not somebody_is_there():
        raise BadInputError("renew-choose", serials=_serials(found))
    show_certificates(run, run.messages.text("certificates-title", card=device.name), found)
    return found[_ask_number(run, "renew-which", len(found))]


def tick(
    run: EnrolRun, device: QualifiedDevice, found: list[CertificateOnCard], serials: list[str]
) -> list[CertificateOnCard]:
    """The certificates to be deleted, each once, in the order in which they were named. Raises BadInputError."""
    if serials:
        return _each_once(with_serial(device, found, serial) for serial in serials)
    if not somebody_is_there():
        raise BadInputError("clean-choose", serials=_serials(found))
    show_certificates(run, run.messages.text("certificates-title", card=device.name), found)
    answer = str(typer.prompt(run.messages.text("clean-which"), default="", show_default=False))
    return _each_once(found[_number(word, len(found))] for word in answer.replace(",", " ").split())


def choose_store(run: EnrolRun, stores: list[QualifiedDevice], name: str | None) -> str:
    """The name of a store, as given or as chosen from the list. Raises BadInputError."""
    if name is not None:
        return name
    labels = [store.name for store in stores]
    if not somebody_is_there():
        raise BadInputError("store-choose", stores=", ".join(labels))
    for number, store in enumerate(stores, 1):
        run.line(f"{number}  {store.name}  {store.reader}")
    return stores[_ask_number(run, "store-which", len(stores))].reader


def confirm(run: EnrolRun, key: str, yes: bool) -> None:
    """Asks whether to go on. Raises EnrolError when the answer is no, BadInputError when nobody is there to answer."""
    if yes:
        return
    if not somebody_is_there():
        raise BadInputError("clean-yes-needed")
    if not typer.confirm(run.messages.text(key)):
        raise EnrolError("clean-nothing-done")


def ask_if_missing(run: EnrolRun, key: str, value: str | None, option: str, default: str | None = None) -> str:
    """A value that was left out on the command line. Raises BadInputError when nobody is there to give it."""
    if value is not None:
        return value
    if not somebody_is_there():
        raise BadInputError("option-missing", option=option)
    return str(typer.prompt(run.messages.text(key), default=default))


def somebody_is_there() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin.isatty()


def _each_once(named: Iterable[CertificateOnCard]) -> list[CertificateOnCard]:
    return list(dict.fromkeys(named))


def _ask_number(run: EnrolRun, key: str, count: int) -> int:
    return _number(str(typer.prompt(run.messages.text(key))).strip(), count)


def _number(word: str, count: int) -> int:
    if not (word.isascii() and word.isdecimal() and 1 <= int(word) <= count):
        raise BadInputError("number-wrong", given=word)
    return int(word) - 1


def _serials(found: list[CertificateOnCard]) -> str:
    return ", ".join(f"{item.facts.serial_decimal} ({item.facts.holder})" for item in found)
