"""Cards that attest their keys, and who vouches for them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from asn1crypto import parser
from cardtools.common.protocol import Attestation
from cardtools.common.terms import KeyOrigin
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.unit.cardtools.ca.keys import new_key

_LONG_AGO, _FAR_OFF = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


def tlv(tag: int, *parts: bytes) -> bytes:
    """A data object with a tag of one byte."""
    encoded: bytes = parser.emit(tag >> 6, tag >> 5 & 1, tag & 0x1F, b"".join(parts))
    return encoded


class Issuer:
    """Someone who certifies the attestation keys of cards."""

    def __init__(self, name: str = "TEST issuer of cards") -> None:
        self.key = new_key()
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self.certify(self.key, self.name, authority=True)

    def certify(
        self, key: ec.EllipticCurvePrivateKey, subject: x509.Name, *, authority: bool = False
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_LONG_AGO)
            .not_valid_after(_FAR_OFF)
        )
        if authority:
            builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return builder.sign(self.key, hashes.SHA256())


@dataclass(frozen=True)
class AttestingCard:
    """A card as its `manage` applet shows it (docs/manage-applet.md)."""

    issuer: Issuer
    profile: str = "proid-q"
    number: str = "0001"
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)

    @functools.cached_property
    def certificate(self) -> x509.Certificate:
        return self.issuer.certify(
            self.key,
            x509.Name(
                [
                    x509.NameAttribute(NameOID.COMMON_NAME, f"TEST Stuntcard card attestation {self.profile}"),
                    x509.NameAttribute(NameOID.SERIAL_NUMBER, self.number),
                ]
            ),
        )

    def statement(
        self,
        public_key: bytes,
        nonce: bytes,
        *,
        area: str = "cc",
        origin: KeyOrigin = KeyOrigin.MADE,
        other: Mapping[int, bytes] | None = None,
    ) -> bytes:
        """The statement; with `other`, fields by tag that it has instead."""
        fields = {
            0x80: b"\x01",
            0x81: self.profile.encode(),
            0x82: bytes.fromhex(self.number),
            0x83: b"\x05",
            0x84: area.encode(),
            0x85: bytes([origin]),
            0x86: public_key,
            0x87: nonce,
        }
        fields |= other or {}
        return tlv(0xE5, *(tlv(tag, value) for tag, value in sorted(fields.items())))

    def signed(self, statement: bytes) -> Attestation:
        return Attestation(
            statement=statement.hex(),
            signature=self.key.sign(statement, ec.ECDSA(hashes.SHA256())).hex(),
            certificate=self.certificate.public_bytes(serialization.Encoding.DER).hex(),
        )

    def attest(
        self, public_key: bytes, nonce: bytes, *, area: str = "cc", origin: KeyOrigin = KeyOrigin.MADE
    ) -> Attestation:
        return self.signed(self.statement(public_key, nonce, area=area, origin=origin))
