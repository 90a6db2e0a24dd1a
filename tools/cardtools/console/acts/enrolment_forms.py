"""What each act of the enrolment client asks for, and why it can't be done now: known without a code."""

from __future__ import annotations

from collections.abc import Callable

from cardtools.common.terms import CertificateProfile, Validity
from cardtools.common.told import ToldError
from cardtools.console.acts.enrolment import (
    E_MAIL,
    NAME,
    ORGANISATION,
    PROFILE,
    REQUEST_ID,
    SERIAL,
    VALIDITY,
    VERSION,
    Enrolment,
)
from cardtools.console.acts.fields import guards_of, present_field
from cardtools.console.acts.values import ActName, Choice, FieldKind, Form, FormField
from cardtools.enrol.commands.failures import sentences
from cardtools.enrol.errors import EnrolError
from cardtools.enrol.flows.card_certificates import certificates_on
from cardtools.enrol.flows.device import QualifiedDevice
from cardtools.enrol.flows.session import PIN

Fields = tuple[FormField, ...]


def enrolment_form(on: Enrolment, act: ActName) -> Form:
    """The form of an act. Whatever stands against it now is in it as a refusal."""
    question = on.run.own.text("confirm-clean") if act is ActName.CLEAN else None
    try:
        fields = _FORMS[act](on)
    except ToldError as error:
        return Form(act=act, target="", refusal=tuple(sentences(error, on.run.messages)))
    return Form(act=act, target="", fields=fields, question=question)


def _request_fields(on: Enrolment) -> Fields:
    device = on.run.find_device(None)
    kinds = [
        Choice(value=kind.value, label=on.run.messages.text(f"profile-{kind.value}")) for kind in CertificateProfile
    ]
    text = on.run.messages.text
    return (
        FormField(name=PROFILE, label=on.run.own.text("field-kind"), kind=FieldKind.CHOICE, choices=tuple(kinds)),
        FormField(name=NAME, label=text("applicant-name"), kind=FieldKind.TEXT),
        FormField(name=E_MAIL, label=text("applicant-e-mail"), kind=FieldKind.E_MAIL),
        FormField(name=ORGANISATION, label=on.run.own.text("field-organisation"), kind=FieldKind.TEXT, needed=False),
        *_codes(on, device, (device.status.kind.general_area, device.kind.qualified_area)),
    )


def _renew_fields(on: Enrolment) -> Fields:
    device = on.run.find_device(None)
    areas = (device.status.kind.general_area, device.kind.qualified_area)
    terms = [Choice(value=one.value, label=on.run.own.text(f"validity-{one.value}")) for one in Validity]
    label = on.run.own.text("field-validity")
    validity = FormField(name=VALIDITY, label=label, kind=FieldKind.CHOICE, choices=tuple(terms))
    return _certificates(on, device), validity, *_codes(on, device, areas)


def _install_fields(on: Enrolment) -> Fields:
    waiting = on.session.pending.ids()
    if not waiting:
        raise EnrolError("nothing-pending")
    device = on.run.find_device(None)
    choices = tuple(Choice(value=one, label=one) for one in waiting)
    number = FormField(name=REQUEST_ID, label=on.run.own.text("field-request"), kind=FieldKind.CHOICE, choices=choices)
    return number, *_codes(on, device, ())


def _clean_fields(on: Enrolment) -> Fields:
    device = on.run.find_device(None)
    return _certificates(on, device), *_codes(on, device, ())


def _settings_fields(on: Enrolment) -> Fields:
    device = on.run.find_device(None)
    label = on.run.own.text("field-manager-version", manager=device.kind.manager.name)
    version = on.run.settings.pki_manager_version or ""
    hint = on.run.own.text("hint-manager-version")
    return (FormField(name=VERSION, label=label, kind=FieldKind.TEXT, needed=False, value=version, hint=hint),)


def _no_fields(_on: Enrolment) -> Fields:
    return ()


def _certificates(on: Enrolment, device: QualifiedDevice) -> FormField:
    """Asks for one of the certificates on the card. Raises EnrolError when there is none."""
    found = certificates_on(on.session, device)
    if not found:
        raise EnrolError("serial-nothing", card=device.name)
    choices = tuple(
        Choice(
            value=item.facts.serial_decimal,
            label=f"{item.facts.holder}, {item.facts.valid_until:%Y-%m-%d}, {item.facts.serial_decimal}",
        )
        for item in found
    )
    return FormField(name=SERIAL, label=on.run.own.text("field-certificate"), kind=FieldKind.CHOICE, choices=choices)


def _codes(on: Enrolment, device: QualifiedDevice, areas: tuple[str | None, ...]) -> Fields:
    """Asks for the code for writing, and for those of the areas where a key may go; they are asked for if it does."""
    writing = device.status.code(PIN)
    guards = guards_of(device.status, areas, PIN)
    hint = on.run.own.text("hint-perhaps-asked")
    others = [present_field(on.run.messages, code, needed=False, hint=hint) for code in guards if code.id != PIN]
    return present_field(on.run.messages, writing), *others


_FORMS: dict[ActName, Callable[[Enrolment], Fields]] = {
    ActName.REQUEST: _request_fields,
    ActName.RENEW: _renew_fields,
    ActName.CHECK: _no_fields,
    ActName.INSTALL: _install_fields,
    ActName.CLEAN: _clean_fields,
    ActName.SETTINGS: _settings_fields,
}
