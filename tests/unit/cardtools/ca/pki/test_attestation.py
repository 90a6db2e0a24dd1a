"""Which statements of cards are believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cardtools.ca.pki.attestation import Statement, StatementRefusedError, check, load_issuers
from cardtools.ca.settings import ATTESTATION_ISSUERS
from cardtools.common.protocol import Attestation
from cardtools.common.terms import KeyOrigin
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from tests.unit.cardtools.ca.cards import AttestingCard, Issuer, tlv
from tests.unit.cardtools.ca.keys import new_key, public_der

_AT = datetime(2026, 6, 1, tzinfo=UTC)
_NONCE = bytes(range(32))
_ISSUER = Issuer()
_CARD = AttestingCard(_ISSUER)
_KEY = public_der(new_key())
_GOOD = _CARD.attest(_KEY, _NONCE)


_AS_ISSUER = (
    replace(_CARD, key=_ISSUER.key)
    .attest(_KEY, _NONCE)
    .model_copy(update={"certificate": _ISSUER.certificate.public_bytes(serialization.Encoding.DER).hex()})
)


def _with(fields: dict[int, bytes]) -> Attestation:
    """A statement that has these fields instead, signed by the card."""
    return _CARD.signed(_CARD.statement(_KEY, _NONCE, other=fields))


def _of_another(profile: str = _CARD.profile, number: str = _CARD.number) -> Attestation:
    """Another card's statement, signed by the card."""
    return _CARD.signed(replace(_CARD, profile=profile, number=number).statement(_KEY, _NONCE))


def _check(attestation: Attestation, *, at: datetime = _AT) -> Statement:
    return check(attestation, issuers=[_ISSUER.certificate], public_key=_KEY, at=at)


def test_a_card_is_believed() -> None:
    assert _check(_GOOD) == Statement("proid-q", "0001", 5, "cc", KeyOrigin.MADE, _KEY, _NONCE)


@pytest.mark.parametrize("origin", [KeyOrigin.IMPORTED, KeyOrigin.FACTORY])
def test_a_card_is_believed_when_it_did_not_make_the_key(origin: KeyOrigin) -> None:
    assert _check(_CARD.attest(_KEY, _NONCE, origin=origin, area="general")) == Statement(
        "proid-q", "0001", 5, "general", origin, _KEY, _NONCE
    )


def test_a_field_that_came_later_does_no_harm() -> None:
    later = _CARD.signed(_CARD.statement(_KEY, _NONCE, other={0x8F: b"later"}))
    assert _check(later).nonce == _NONCE


def _refused(attestation: Attestation, *, at: datetime = _AT) -> str:
    with pytest.raises(StatementRefusedError) as caught:
        _check(attestation, at=at)
    return str(caught.value)


def test_every_byte_is_signed() -> None:
    statement = bytes.fromhex(_GOOD.statement)
    for at in range(len(statement)):
        changed = bytearray(statement)
        changed[at] ^= 1
        assert _refused(_GOOD.model_copy(update={"statement": changed.hex()})) == "its signature does not hold"


@pytest.mark.parametrize(
    ("attestation", "why"),
    [
        (_GOOD.model_copy(update={"signature": "30"}), "its signature does not hold"),
        (_CARD.attest(public_der(new_key()), _NONCE), "it is about another key than the one requested for"),
        # A foreign issuer, even of the same name.
        (AttestingCard(Issuer()).attest(_KEY, _NONCE), "its certificate is of no issuer of cards that this CA knows"),
        (_GOOD.model_copy(update={"certificate": "3000"}), "its certificate can't be read"),
        (_AS_ISSUER, "its certificate is an issuer's, not a card's"),
        (_of_another(number="0002"), "it is signed by another card than it names"),
        (_of_another(profile="tokenme"), "it is signed by a card of another kind than it names"),
        (_CARD.signed(bytes.fromhex("E503800101")), "it lacks the field 81"),
        (_CARD.signed(bytes.fromhex("E400")), "it can't be read"),
        (_with({0x80: b"\x02"}), "it has a form that this CA does not know"),
        (_with({0x85: b"\x07"}), "it can't be read"),
        (_with({0x82: b"\xff"}), "it is signed by another card than it names"),
        (_with({0x86: b"no key"}), "its public key can't be read"),
    ],
)
def test_what_is_not_believed(attestation: Attestation, why: str) -> None:
    assert _refused(attestation) == why


def test_a_cards_key_certifies_no_second_card() -> None:
    """Only an issuer that may issue can vouch for a card."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST issuer of cards")])
    plain = _ISSUER.certify(_ISSUER.key, name)
    with pytest.raises(StatementRefusedError, match="no issuer of cards"):
        check(_GOOD, issuers=[plain], public_key=_KEY, at=_AT)


@pytest.mark.parametrize("year", [1999, 2100])
def test_an_expired_certificate(year: int) -> None:
    assert _refused(_GOOD, at=datetime(year, 6, 1, tzinfo=UTC)) == "its certificate is not valid now"


@pytest.mark.parametrize(
    "broken",
    ["80", "8002 00", "8080 0000", "8081 01 00", "808200FF", "9F0100", "800101 800101"],
    ids=["cut off", "short", "no length", "long length", "long length, cut off", "long tag", "twice"],
)
def test_a_signed_statement_that_is_not_der(broken: str) -> None:
    assert _refused(_CARD.signed(tlv(0xE5, bytes.fromhex(broken)))) == "it can't be read"
    assert _refused(_CARD.signed(_CARD.statement(_KEY, _NONCE) + bytes.fromhex(broken))) == "it can't be read"


def test_the_emulators_issuer_is_known() -> None:
    [issuer] = load_issuers(ATTESTATION_ISSUERS.read_bytes())
    [name] = issuer.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert name.value == "TEST Stuntcard card attestation issuer"
