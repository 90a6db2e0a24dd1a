"""The command `register`: the certificates on a card in NSS's database; the vendors register them with the system."""

from __future__ import annotations

import gc
from pathlib import Path

from cardtools.card.errors import CardError
from cardtools.card.pkcs11_module import find_module
from cardtools.card.watching import Present, cards_present
from cardtools.common.certificates import CertificateFacts
from cardtools.manager.commands.failures import sentences
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model import nss


def register_certificates(run: ManagerRun, database: Path | None, *, remove: bool) -> None:
    """Registers what is on the card, or takes it out again. Raises ToldError."""
    folder = database or nss.usual_database()
    found = _on_card(run)
    if remove:
        for facts in found:
            if nss.remove_certificate(folder, _nickname(facts)):
                run.say("unregistered", nickname=_nickname(facts), database=str(folder))
        return
    nss.open_database(folder)
    nss.add_module(folder, find_module(run.module))
    for facts in found:
        nss.add_certificate(folder, _nickname(facts), facts.der)
        run.say("registered", nickname=_nickname(facts), database=str(folder))
    if not found:
        run.say("nothing-to-register")


def register_as_they_come(run: ManagerRun, database: Path | None) -> None:
    """The same with each card that is there or is put in, until Ctrl-C. Raises ToldError; a card's own is told."""
    gc.enable()  # which one short command does without
    run.warn_of("register-watches")
    seen: Present = {}
    try:
        for present in cards_present():
            new = [name for name, count in present.items() if seen.get(name) != count and run.reader in (None, name)]
            seen = present
            for name in new:
                _register_or_tell(run.for_reader(name), database)
    except KeyboardInterrupt:
        return


def _register_or_tell(run: ManagerRun, database: Path | None) -> None:
    try:
        register_certificates(run, database, remove=False)
    except CardError as error:
        for told in sentences(error, None):
            run.warn_told(told)


def _on_card(run: ManagerRun) -> list[CertificateFacts]:
    containers = run.read_inventory().containers
    return [one.facts for container in containers for one in container.certificates if one.facts is not None]


def _nickname(facts: CertificateFacts) -> str:
    """A name that no other certificate of the same holder has."""
    return f"{facts.holder} {facts.serial_hex[:16]}"
