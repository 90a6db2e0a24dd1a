"""What a certificate says, for people: whose it is, who issued it, how long it holds, and what marks it carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from cardtools.common import foreign
from cardtools.common.foreign import ForeignError
from cardtools.common.qc_statements import QC_COMPLIANCE, QC_SSCD, statements_in

_CZECH_CARD = "1.2.203.7064.1.1.11"
"""The attributes of the Czech identity card's certificates."""

_ATTRIBUTES = {
    NameOID.COMMON_NAME.dotted_string: "common-name",
    NameOID.SURNAME.dotted_string: "surname",
    NameOID.GIVEN_NAME.dotted_string: "given-name",
    NameOID.SERIAL_NUMBER.dotted_string: "serial-number",
    NameOID.EMAIL_ADDRESS.dotted_string: "e-mail",
    NameOID.ORGANIZATION_NAME.dotted_string: "organization",
    NameOID.ORGANIZATIONAL_UNIT_NAME.dotted_string: "unit",
    NameOID.ORGANIZATION_IDENTIFIER.dotted_string: "organization-identifier",
    NameOID.TITLE.dotted_string: "title",
    NameOID.STREET_ADDRESS.dotted_string: "street",
    NameOID.LOCALITY_NAME.dotted_string: "locality",
    NameOID.STATE_OR_PROVINCE_NAME.dotted_string: "state",
    NameOID.COUNTRY_NAME.dotted_string: "country",
    f"{_CZECH_CARD}.1": "birth-date",
    f"{_CZECH_CARD}.2": "sex",
    f"{_CZECH_CARD}.4": "birth-place",
    f"{_CZECH_CARD}.5": "birth-number",
    f"{_CZECH_CARD}.6": "marital-status",
    f"{_CZECH_CARD}.7": "nationality",
}
_NAMES_OF_A_PERSON = frozenset({"common-name", "surname", "given-name"})


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate. `subject` is pairs of attribute (`surname`, or an OID that we have no name for) and value.

    `public_key` is a SubjectPublicKeyInfo in DER, `fingerprint` SHA-256 over the certificate's DER.
    """

    der: bytes
    holder: str
    issuer: str
    serial: int
    valid_from: datetime
    valid_until: datetime
    qualified: bool
    on_device: bool
    subject: tuple[tuple[str, str], ...]
    public_key: bytes
    algorithm: str
    fingerprint: bytes

    @property
    def serial_decimal(self) -> str:
        """The serial number as the JIP account takes it (TM-09)."""
        return str(self.serial)

    @property
    def serial_hex(self) -> str:
        """The serial number in upper-case hexadecimal without leading zeros, as the CA knows it."""
        return f"{self.serial:X}"

    @property
    def person(self) -> tuple[tuple[str, str], ...]:
        """What it tells of a person or an organisation; nothing when its subject has no name."""
        return self.subject if any(name in _NAMES_OF_A_PERSON for name, _ in self.subject) else ()

    def expired(self, now: datetime | None = None) -> bool:
        """Whether its time is over."""
        return (now or datetime.now(UTC)) > self.valid_until

    def valid_at(self, now: datetime) -> bool:
        """Whether a moment lies within its validity."""
        return self.valid_from <= now <= self.valid_until


def der_of(content: bytes) -> bytes:
    """The DER of a certificate in PEM or DER. Raises ForeignError, a ValueError, when it is none."""
    return foreign.certificate(content).public_bytes(Encoding.DER)


def read_certificate(der: bytes) -> CertificateFacts:
    """What a certificate (DER) says. Raises ForeignError, a ValueError, when it is none."""
    with foreign.reading("certificate"):
        certificate = foreign.certificate(der)
        public_key = certificate.public_key()
        subject = tuple((_attribute(part.oid), str(part.value)) for part in certificate.subject)
        marks = _marks(certificate)
        return CertificateFacts(
            der=der,
            holder=_name(certificate.subject),
            issuer=_name(certificate.issuer),
            serial=certificate.serial_number,
            valid_from=certificate.not_valid_before_utc,
            valid_until=certificate.not_valid_after_utc,
            qualified=QC_COMPLIANCE in marks,
            on_device=QC_SSCD in marks,
            subject=subject,
            public_key=public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            algorithm=algorithm_of(public_key),
            fingerprint=certificate.fingerprint(hashes.SHA256()),
        )


def algorithm_of(public_key: object) -> str:
    """What kind of key it is, such as `RSA 2048` or `EC secp256r1`."""
    match public_key:
        case rsa.RSAPublicKey():
            return f"RSA {public_key.key_size}"
        case ec.EllipticCurvePublicKey():
            return f"EC {public_key.curve.name}"
    return type(public_key).__name__


def _attribute(oid: x509.ObjectIdentifier) -> str:
    return _ATTRIBUTES.get(oid.dotted_string, oid.dotted_string)


def _name(name: x509.Name) -> str:
    """The common name, else the organisation's, else all of it."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        found = name.get_attributes_for_oid(oid)
        if found:
            return str(found[0].value)
    return name.rfc4514_string()


def _marks(certificate: x509.Certificate) -> frozenset[str]:
    """The statements of the extension QCStatements, by OID; none when it can't be read."""
    try:
        return statements_in(certificate)
    except ForeignError:
        return frozenset()
