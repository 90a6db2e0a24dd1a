"""The acts that are cardmanager's: each is what its command does, with codes from a form."""

from __future__ import annotations

from collections.abc import Callable

from cardtools.card import codes as card_codes
from cardtools.common.told import Name
from cardtools.console.acts.telling import ManagerOnPage
from cardtools.console.acts.values import ActName, Exported
from cardtools.manager.commands.code_prompts import CodePrompts
from cardtools.manager.commands.codes import change_code, set_by_another
from cardtools.manager.commands.delete import delete_certificate, delete_unpaired_key
from cardtools.manager.commands.export import certificate_in, public_key_in
from cardtools.manager.commands.importing import bring_in_certificate, bring_in_key
from cardtools.manager.commands.options import Form
from cardtools.manager.model.code_actions import CodeAction, find_code
from cardtools.manager.model.lookup import certificate_of, find_container

UNLISTED = "number-"
"""Before the card's own number of a key, where it is the target of an act."""

PUBLIC_KEY = "public-key"
"""As the act's value `what`: the public key is exported, and not the certificate."""

Act = Callable[[ManagerOnPage, CodePrompts, str, bytes], None]


def export(run: ManagerOnPage, target: str, what: str) -> Exported:
    """A certificate or a public key, in PEM. Raises ToldError."""
    container = find_container(run.read_inventory(), target)
    if what == PUBLIC_KEY:
        return Exported(name=f"{target}.pub.pem", content=public_key_in(container, Form.PEM))
    return Exported(name=f"{target}.crt.pem", content=certificate_in(certificate_of(container), Form.PEM))


def _log_in(run: ManagerOnPage, codes: CodePrompts, target: str, _file: bytes) -> None:
    """Gives the card a code, and no more: it is forgotten at the end."""
    code = find_code(run.read_card(), target)
    value = codes.present(code)
    with run.connection() as connection:
        card_codes.verify(connection, code, value)
    run.line(run.own.text("logged-in", code=Name(code.name)))


def _change(run: ManagerOnPage, codes: CodePrompts, target: str, _file: bytes) -> None:
    change_code(run, codes, target)


def _unblock(run: ManagerOnPage, codes: CodePrompts, target: str, _file: bytes) -> None:
    set_by_another(run, codes, target, CodeAction.UNBLOCK)


def _set_first(run: ManagerOnPage, codes: CodePrompts, target: str, _file: bytes) -> None:
    set_by_another(run, codes, target, CodeAction.SET_FIRST)


def _import_p12(run: ManagerOnPage, codes: CodePrompts, _target: str, file: bytes) -> None:
    bring_in_key(run, codes, file, None)


def _import_cert(run: ManagerOnPage, codes: CodePrompts, _target: str, file: bytes) -> None:
    bring_in_certificate(run, codes, file, None)


def _delete_cert(run: ManagerOnPage, codes: CodePrompts, target: str, _file: bytes) -> None:
    delete_certificate(run, codes, target, yes=False)


def _delete_key(run: ManagerOnPage, codes: CodePrompts, target: str, _file: bytes) -> None:
    number = target.removeprefix(UNLISTED) if target.startswith(UNLISTED) else ""
    listed = None if number else target
    unlisted = int(number) if number.isdecimal() else None
    delete_unpaired_key(run, codes, listed, unlisted, expert=run.expert, yes=False)


ACTS: dict[ActName, Act] = {
    ActName.LOG_IN: _log_in,
    ActName.CHANGE: _change,
    ActName.UNBLOCK: _unblock,
    ActName.SET_FIRST: _set_first,
    ActName.IMPORT_P12: _import_p12,
    ActName.IMPORT_CERT: _import_cert,
    ActName.DELETE_CERT: _delete_cert,
    ActName.DELETE_KEY: _delete_key,
}
