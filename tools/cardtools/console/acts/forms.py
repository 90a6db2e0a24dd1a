"""What each act of the card manager asks for, warns of, and why it can't be done now: known without a code."""

from __future__ import annotations

from collections.abc import Callable

from cardtools.card.errors import CodeBlockedError, CodeNotSetError
from cardtools.card.status import CodeState, CodeStatus
from cardtools.common.told import Name, ToldError
from cardtools.console.acts import manager_acts
from cardtools.console.acts.fields import new_fields, present_field
from cardtools.console.acts.given import PASSWORD, GivenCodes
from cardtools.console.acts.telling import ManagerOnPage, QuestionError
from cardtools.console.acts.values import ActName, FieldKind, Form, FormField
from cardtools.manager.commands.code_prompts import CodePrompts
from cardtools.manager.commands.failures import sentences
from cardtools.manager.model.advice import advice
from cardtools.manager.model.code_actions import CodeAction, code_by, find_code, why_not
from cardtools.manager.model.writing import writing_code

FILE = "file"
"""The name of the field that takes a file."""

Fields = tuple[FormField, ...]


def form_of(run: ManagerOnPage, act: ActName, target: str) -> Form:
    """The form of an act of the card manager. Whatever stands against it now is in it as a refusal."""
    question = None
    try:
        if act in (ActName.DELETE_CERT, ActName.DELETE_KEY):
            question = _question(run, act, target)
        fields = _FORMS[act](run, target)
    except ToldError as error:
        refusal = tuple(run.messages.told(told) for told in sentences(error, run.card))
        return Form(act=act, target=target, about=_about(run, target), refusal=refusal)
    warnings = tuple(run.warned)
    return Form(act=act, target=target, about=_about(run, target), fields=fields, warnings=warnings, question=question)


def _about(run: ManagerOnPage, target: str) -> str:
    """A code's name; an identifier speaks for itself."""
    codes = run.card.codes if run.card is not None else ()
    return next((run.messages.name(code.name) for code in codes if code.id == target), target)


def _question(run: ManagerOnPage, act: ActName, target: str) -> str | None:
    """What the act itself asks before it asks for a code. Raises ToldError when it would not be done at all."""
    try:
        manager_acts.ACTS[act](run, CodePrompts(run, GivenCodes({})), target, b"")
    except QuestionError as question:
        return run.messages.told(question)
    raise AssertionError(f"{act} is done without a question")


def _log_in(run: ManagerOnPage, target: str) -> Fields:
    code = find_code(run.read_card(), target)
    if code.state is CodeState.NOT_SET:
        raise CodeNotSetError(code.id, code.name)
    if code.state is CodeState.BLOCKED:
        raise CodeBlockedError(code.id, code.name)
    return (_present(run, code),)


def _change(run: ManagerOnPage, target: str) -> Fields:
    card = run.read_card()
    code = find_code(card, target)
    if reason := why_not(card, code, CodeAction.CHANGE):
        raise reason
    return _present(run, code), *new_fields(run.messages, code)


def _by_another(action: CodeAction) -> Callable[[ManagerOnPage, str], Fields]:
    def fields(run: ManagerOnPage, target: str) -> Fields:
        card = run.read_card()
        code = find_code(card, target)
        if reason := why_not(card, code, action):
            raise reason
        by = code_by(card, code)
        assert by is not None, "why_not refuses what no code sets"
        return _present(run, by), *new_fields(run.messages, code)

    return fields


def _writing(run: ManagerOnPage, _target: str) -> Fields:
    return (_present(run, writing_code(run.read_card())),)


def _import_p12(run: ManagerOnPage, target: str) -> Fields:
    password = FormField(name=PASSWORD, label=run.messages.text("prompt-password"), kind=FieldKind.PASSWORD)
    return _file("PKCS#12, .p12, .pfx"), password, *_writing(run, target)


def _import_cert(run: ManagerOnPage, target: str) -> Fields:
    return _file(".pem, .crt, .cer, .der"), *_writing(run, target)


def _file(hint: str) -> FormField:
    return FormField(name=FILE, label="", kind=FieldKind.FILE, hint=hint)


def _present(run: ManagerOnPage, code: CodeStatus) -> FormField:
    """The field of a present value; before the last try it is warned of what that leads to."""
    if code.tries_left == 1 and run.card is not None:
        run.warn_of("last-try", code=Name(code.name))
        for sentence in advice(run.card, code, blocked=False):
            run.warn_told(sentence)
    return present_field(run.messages, code)


_FORMS: dict[ActName, Callable[[ManagerOnPage, str], Fields]] = {
    ActName.LOG_IN: _log_in,
    ActName.CHANGE: _change,
    ActName.UNBLOCK: _by_another(CodeAction.UNBLOCK),
    ActName.SET_FIRST: _by_another(CodeAction.SET_FIRST),
    ActName.IMPORT_P12: _import_p12,
    ActName.IMPORT_CERT: _import_cert,
    ActName.DELETE_CERT: _writing,
    ActName.DELETE_KEY: _writing,
}
