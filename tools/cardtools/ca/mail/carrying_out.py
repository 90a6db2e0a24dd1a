"""Carrying out a signed e-mail: the second way of handing a card over (PQ-25).

An e-mail is carried out when all of this holds, and otherwise refused with nothing changed:
its one sender is an authorised address; its signature holds over the text; the signer's certificate is one that this CA
issued to a person for the sender's address, and is valid and not revoked when the e-mail comes in; it was signed
lately, and was not carried out before. What it asks for happens in one transaction, or not at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import timedelta

from cryptography import x509

from cardtools.ca.errors import RefusedError
from cardtools.ca.mail import message as mail_message
from cardtools.ca.mail import order as mail_order
from cardtools.ca.mail import senders
from cardtools.ca.mail import signature as mail_signature
from cardtools.ca.mail.order import NamedCard, Order
from cardtools.ca.mail.signature import Signature
from cardtools.ca.office import bonds
from cardtools.ca.office.audit import AuditedAct
from cardtools.ca.office.service import Service
from cardtools.ca.pki.profiles import KINDS
from cardtools.ca.pki.reasons import RevocationReason
from cardtools.ca.store import bond_rows, certificate_rows
from cardtools.ca.store.bond_rows import BondRecord
from cardtools.ca.store.cards import CardId
from cardtools.ca.store.certificate_rows import CertificateRecord
from cardtools.ca.store.customer_rows import Scope, within
from cardtools.ca.store.people import folded, person_of
from cardtools.common.protocol import Applicant, Model, Problem, Serial

AGE_MAX = timedelta(days=7)
"""How long ago an e-mail may have been signed: one that was held back can't be sent in when it suits someone."""
_AHEAD_MAX = timedelta(minutes=10)
"""How far the sender's clock may be ahead."""

_ACT = "signed e-mail"
_REASON = RevocationReason.UNSPECIFIED


class MailedCard(Model):
    """A card that an e-mail was about, and the certificates on it that still hold its bond."""

    card_profile: str
    card_number: str
    still_valid: list[Serial]


class MailOutcome(Model):
    """What a signed e-mail has brought about."""

    name: str
    e_mail: str
    revoked: list[Serial]
    not_valid_before: list[Serial]
    """Those named by serial number that were revoked already, or had expired."""
    undone: list[MailedCard]
    still_bound: list[MailedCard]


def carry_out(service: Service, raw: bytes, who: str) -> MailOutcome:
    """Does what a signed e-mail asks; `who` handed it in. Raises RefusedError; refusals are in the audit log too."""
    subject = ""
    try:
        message = mail_message.read(raw)
        subject = message.message_id
        signature = mail_signature.read(message)
        with service.database.reading() as connection:
            _check_signer(service, connection, signature, message.sender)
        mail_signature.check(signature, service.authority, service.clock())
        _check_time(service, signature)
    except RefusedError as error:
        service.audit.refused(who, _ACT, subject, error)
        raise
    with service.audit.act(f"e-mail {message.sender}", _ACT, subject) as act:
        # Asked again: the first time was before the transaction, so that strangers can't hold it up.
        signer = _check_signer(service, act.connection, signature, message.sender)
        order = mail_order.parse(mail_message.text_of(signature.content))
        customer = senders.customer_of(act.connection, message.sender)
        may_ask = customer is not None
        if not may_ask and not (order.is_notice and order.names(signer.applicant)):
            raise _may_not_ask(message.sender)
        if not senders.take(act.connection, signature.fingerprint, message.message_id, service.clock()):
            raise RefusedError(Problem.ALREADY_DONE, "mail-done-before")
        outcome = (_undo_only if order.is_notice else _carry_out)(service, act, order, customer)
        whose = Applicant(name=outcome.name, e_mail=outcome.e_mail)
        if not may_ask and person_of(whose) != person_of(signer.applicant):
            raise _may_not_ask(message.sender)
        act.detail = f"{outcome.name}, signed with {signature.serial}"
        return outcome


def _may_not_ask(sender: str) -> RefusedError:
    return RefusedError(
        Problem.NOT_ALLOWED,
        "mail-not-authorised",
        sender=sender,
    )


def _check_signer(
    service: Service, connection: sqlite3.Connection, signature: Signature, sender: str
) -> CertificateRecord:
    record = certificate_rows.find(connection, signature.serial)
    if record is None or record.der != signature.certificate:
        raise RefusedError(Problem.BAD_SIGNATURE, "mail-foreign-signer")
    at = service.clock()
    if not record.valid_from <= at or not record.still_valid(at):
        key = "mail-signer-expired" if record.revoked is None else "mail-signer-revoked"
        raise RefusedError(Problem.NOT_ALLOWED, key, serial=record.serial)
    if KINDS[record.profile].for_organisation:
        raise RefusedError(Problem.NOT_ALLOWED, "mail-signed-with-seal")
    if folded(sender) not in _addresses(record):
        raise RefusedError(
            Problem.NOT_ALLOWED,
            "mail-other-sender",
            sender=sender,
        )
    return record


def _addresses(record: CertificateRecord) -> set[str]:
    extensions = x509.load_der_x509_certificate(record.der).extensions
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {folded(address) for address in names.get_values_for_type(x509.RFC822Name)}


def _check_time(service: Service, signature: Signature) -> None:
    age = service.clock() - signature.signed_at
    if not -_AHEAD_MAX <= age <= AGE_MAX:
        raise RefusedError(
            Problem.NOT_ALLOWED,
            "mail-wrong-time",
            at=str(signature.signed_at),
            days=AGE_MAX.days,
        )


def _carry_out(service: Service, act: AuditedAct, order: Order, scope: Scope) -> MailOutcome:
    connection, at = act.connection, service.clock()
    named = [_certificate(connection, order, serial, scope) for serial in order.serials]
    bound = [_bond(connection, order, card, scope) for card in order.cards]
    person = _one_person(order, [*(person_of(record.applicant) for record in named), *(bond.person for bond in bound)])
    for bond in bound:
        on_card = certificate_rows.on_card(connection, bond.card)
        named += [record for record in on_card if _is_of(record, person, scope)]
    certificates = {record.serial: record for record in named}.values()
    revoked = [record for record in certificates if record.still_valid(at)]
    for record in revoked:
        certificate_rows.set_revoked(connection, record.serial, at, _REASON)
        act.also("revoke", record.serial, f"{record.applicant.name}, {_REASON}")
    undone, still_bound = _undo_bonds(
        service, act, person, [record.card for record in certificates if record.card], scope
    )
    if not revoked and not undone:
        raise _nothing_done(still_bound)
    applicant = next(iter(certificates)).applicant
    return MailOutcome(
        name=applicant.name,
        e_mail=applicant.e_mail,
        revoked=[record.serial for record in revoked],
        not_valid_before=[
            record.serial for record in certificates if record.serial in order.serials and record not in revoked
        ],
        undone=undone,
        still_bound=still_bound,
    )


def _undo_only(service: Service, act: AuditedAct, order: Order, scope: Scope) -> MailOutcome:
    """Undoes the bonds of cards on which nothing is valid any more (PQ-34). Raises RefusedError."""
    named = [_certificate(act.connection, order, serial, scope) for serial in order.serials]
    bound = [_bond(act.connection, order, card, scope) for card in order.cards]
    person = _one_person(order, [*(person_of(record.applicant) for record in named), *(bond.person for bond in bound)])
    cards = [*(bond.card for bond in bound), *(record.card for record in named if record.card)]
    bonds_there = [bond for card in cards if (bond := bond_rows.of_card(act.connection, card)) is not None]
    undone, still_bound = _undo_bonds(service, act, person, cards, scope)
    if still_bound:
        serials = _still_valid(still_bound)
        raise RefusedError(
            Problem.STILL_VALID_CERTIFICATES,
            "mail-still-valid",
            serials=serials,
        )
    if not undone:
        raise RefusedError(Problem.ALREADY_DONE, "mail-no-bond-left")
    holder = next(bond for bond in bonds_there if bond.person == person)
    return MailOutcome(
        name=holder.name, e_mail=holder.e_mail, revoked=[], not_valid_before=[], undone=undone, still_bound=[]
    )


def _is_of(record: CertificateRecord, person: str, scope: Scope) -> bool:
    return person_of(record.applicant) == person and within(record.customer, scope)


def _certificate(connection: sqlite3.Connection, order: Order, serial: str, scope: Scope) -> CertificateRecord:
    record = certificate_rows.find(connection, serial)
    if record is None or not order.names(record.applicant) or not within(record.customer, scope):
        raise RefusedError(Problem.NOT_FOUND, "mail-no-certificate-of", serial=serial, applicant=order.applicant)
    return record


def _bond(connection: sqlite3.Connection, order: Order, card: NamedCard, scope: Scope) -> BondRecord:
    found = [
        bond
        for bond in bond_rows.of_number(connection, card.number)
        if within(bond.customer, scope)
        and card.profile in (None, bond.card.profile)
        and order.names(Applicant(name=bond.name, e_mail=bond.e_mail))
    ]
    if not found:
        raise RefusedError(Problem.NOT_FOUND, "mail-not-bound-to", card=str(card), applicant=order.applicant)
    if len(found) > 1:
        kinds = ", ".join(f"`{bond.card}`" for bond in found)
        raise RefusedError(Problem.BAD_REQUEST, "mail-several-cards", card=str(card), kinds=kinds)
    return found[0]


def _one_person(order: Order, people: Iterable[str]) -> str:
    different = set(people)
    if len(different) != 1:
        raise RefusedError(
            Problem.BAD_REQUEST,
            "mail-namesakes",
            applicant=order.applicant,
        )
    return different.pop()


def _undo_bonds(
    service: Service, act: AuditedAct, person: str, cards: Iterable[CardId], scope: Scope
) -> tuple[list[MailedCard], list[MailedCard]]:
    """Undoes the person's bonds to these cards where nothing is valid any more; gives those undone, and those not."""
    undone, still_bound = [], []
    for card in dict.fromkeys(cards):
        bond = bond_rows.of_card(act.connection, card)
        if bond is None or bond.person != person or not within(bond.customer, scope):
            continue
        valid = bonds.release(service, act, bond)
        told = [record.serial for record in valid if within(record.customer, scope)]
        mailed = MailedCard(card_profile=card.profile, card_number=card.number, still_valid=told)
        if valid:
            still_bound.append(mailed)
        else:
            act.also("undo bond", str(card), bond.name)
            undone.append(mailed)
    return undone, still_bound


def _still_valid(still_bound: Iterable[MailedCard]) -> str:
    """The serial numbers in the way; nothing of another customer's is told but that it is there."""
    return ", ".join(serial for card in still_bound for serial in card.still_valid or ["one of another customer"])


def _nothing_done(still_bound: Iterable[MailedCard]) -> RefusedError:
    still_bound = list(still_bound)
    if still_bound:
        return RefusedError(
            Problem.STILL_VALID_CERTIFICATES,
            "mail-others-valid",
            serials=_still_valid(still_bound),
        )
    return RefusedError(Problem.ALREADY_DONE, "mail-all-done")
