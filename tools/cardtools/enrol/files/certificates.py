"""What enrolment needs to know of a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from cardtools.common.qc_statements import QC_SSCD, statements_in
from cardtools.enrol.errors import BadInputError

MAX_FILE = 64 * 1024


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate, as far as people and this client ask about it. `public_key` is a DER SubjectPublicKeyInfo."""

    der: bytes
    holder: str
    issuer: str
    serial: int
    valid_from: datetime
    valid_until: datetime
    public_key: bytes
    key_kind: str
    on_device: bool
    """Whether it carries the mark of a key made on the qualified device."""
    fingerprint: bytes
    """SHA-256 over the DER."""

    @property
    def serial_decimal(self) -> str:
        """The serial number as the JIP account takes it (TM-09)."""
        return str(self.serial)

    @property
    def serial_hex(self) -> str:
        """The serial number in upper-case hexadecimal without leading zeros, as the CA knows it."""
        return f"{self.serial:X}"

    def valid_at(self, now: datetime) -> bool:
        """Whether a moment lies within the certificate's validity."""
        return self.valid_from <= now <= self.valid_until


def read_certificate(content: bytes) -> CertificateFacts:
    """Facts of a certificate in DER or PEM. Raises ValueError when it is none, or its key is neither RSA nor EC."""
    certificate = _loaded(content)
    der = certificate.public_bytes(Encoding.DER)
    key = certificate.public_key()
    return CertificateFacts(
        der=der,
        holder=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        serial=certificate.serial_number,
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        public_key=key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        key_kind=_key_kind(key),
        on_device=QC_SSCD in statements_in(certificate),
        fingerprint=certificate.fingerprint(hashes.SHA256()),
    )


def certificate_in(path: Path) -> CertificateFacts:
    """The certificate in a file, DER or PEM. Raises BadInputError."""
    content = file_content(path)
    try:
        return read_certificate(content)
    except ValueError as error:
        raise BadInputError("file-no-certificate", file=str(path)) from error


def file_content(path: Path) -> bytes:
    """A small file's content. Raises BadInputError when it can't be read or is not small."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise BadInputError("file-unreadable", file=str(path), reason=error.strerror or str(error)) from error
    if len(content) > MAX_FILE:
        raise BadInputError("file-too-large", file=str(path), limit=str(MAX_FILE))
    return content


def write_new(path: Path, content: bytes) -> None:
    """Writes a file that is not there yet. Raises BadInputError."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise BadInputError("file-there", file=str(path)) from error
    except OSError as error:
        raise BadInputError("file-unwritable", file=str(path), reason=error.strerror or str(error)) from error


def as_pem(der: bytes) -> bytes:
    """A certificate in its text form."""
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def _loaded(content: bytes) -> x509.Certificate:
    if b"-----BEGIN" in content:
        return x509.load_pem_x509_certificate(content)
    return x509.load_der_x509_certificate(content)


def _name(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def _key_kind(key: object) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    raise ValueError("a key of a kind that no card here has")
