"""Keys and certificates as PKCS#11 has them, and as the rest of the tools have them: in DER."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from asn1crypto.core import OctetString
from asn1crypto.keys import ECDomainParameters, PublicKeyAlgorithm, PublicKeyInfo, RSAPublicKey
from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pkcs11 import Attribute, CertificateType, KeyType, ObjectClass, PKCS11Error, Session
from pkcs11.types import Object
from pkcs11.util.ec import decode_ec_private_key, decode_ec_public_key
from pkcs11.util.rsa import decode_rsa_private_key, decode_rsa_public_key

from cardtools.card.errors import BadCertificateError
from cardtools.card.pkcs12 import PrivateKey
from cardtools.common import foreign
from cardtools.common.foreign import ForeignError

Attributes = dict[Attribute, object]


class ObjectKind(StrEnum):
    """What an object on the card is."""

    CERTIFICATE = "certificate"
    PUBLIC_KEY = "public-key"
    PRIVATE_KEY = "private-key"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object on the card. `der` is a certificate's DER or a public key's SubjectPublicKeyInfo, else None.

    `area` is the id of the area of the key that it belongs to, None where there is none.
    """

    kind: ObjectKind
    identifier: bytes
    label: str
    area: str | None
    der: bytes | None


def public_objects(session: Session, areas: Mapping[bytes, str]) -> Iterator[StoredObject]:
    """The certificates and public keys that a session sees; `areas` are those of keys, by identifier."""
    for kind, wanted, der_of in (
        (ObjectKind.CERTIFICATE, ObjectClass.CERTIFICATE, _certificate),
        (ObjectKind.PUBLIC_KEY, ObjectClass.PUBLIC_KEY, _public_key),
    ):
        for item in session.get_objects({Attribute.CLASS: wanted}):
            identifier = bytes(item[Attribute.ID])
            yield StoredObject(kind, identifier, str(item[Attribute.LABEL]), areas.get(identifier), der_of(item))


def find_one(session: Session, wanted: ObjectClass, identifier: bytes) -> Object | None:
    """The object of a class with an identifier that a session sees."""
    found = list(session.get_objects({Attribute.CLASS: wanted, Attribute.ID: identifier}))
    return found[0] if found else None


def always_authenticates(key: Object) -> bool:
    """Whether a private key wants its code again for each use (CKA_ALWAYS_AUTHENTICATE)."""
    try:
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    except PKCS11Error:
        return False


def public_key_info(key: Object) -> bytes:
    """A public key's SubjectPublicKeyInfo, in DER. Raises ForeignError."""
    if key[Attribute.KEY_TYPE] is KeyType.RSA:
        numbers = {
            "modulus": int.from_bytes(key[Attribute.MODULUS]),
            "public_exponent": int.from_bytes(key[Attribute.PUBLIC_EXPONENT]),
        }
        return bytes(PublicKeyInfo.wrap(RSAPublicKey(numbers), "rsa").dump())
    parameters, encoded_point = key[Attribute.EC_PARAMS], key[Attribute.EC_POINT]
    with foreign.reading("EC key"):
        algorithm = {"algorithm": "ec", "parameters": ECDomainParameters.load(parameters)}
        point = OctetString.load(encoded_point).native
        return bytes(PublicKeyInfo({"algorithm": PublicKeyAlgorithm(algorithm), "public_key": point}).dump())


def spki_of_key(key: PrivateKey) -> bytes:
    """The SubjectPublicKeyInfo of a private key's public part, in DER."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def spki_of_certificate(der: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a certificate, in DER. Raises BadCertificateError."""
    try:
        with foreign.reading("certificate"):
            key = foreign.certificate(der).public_key()
            return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except ForeignError as error:
        raise BadCertificateError from error


def certificate_attributes(der: bytes, identifier: bytes, label: str) -> Attributes:
    """What C_CreateObject needs of a certificate. Raises BadCertificateError."""
    try:
        with foreign.reading("certificate"):
            body = Asn1Certificate.load(der)["tbs_certificate"]
            named = {
                Attribute.SUBJECT: body["subject"].dump(),
                Attribute.ISSUER: body["issuer"].dump(),
                Attribute.SERIAL_NUMBER: body["serial_number"].dump(),
            }
    except ForeignError as error:
        raise BadCertificateError from error
    return {
        Attribute.CLASS: ObjectClass.CERTIFICATE,
        Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
        Attribute.TOKEN: True,
        Attribute.PRIVATE: False,
        Attribute.ID: identifier,
        Attribute.LABEL: label,
        Attribute.VALUE: der,
        **named,
    }


def key_pair_attributes(key: PrivateKey, identifier: bytes, label: str) -> tuple[Attributes, Attributes]:
    """What C_CreateObject needs of a private key and of its public key."""
    private_der = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    if isinstance(key, rsa.RSAPrivateKey):
        private = decode_rsa_private_key(private_der)
        public = decode_rsa_public_key(key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1))
    else:
        private = decode_ec_private_key(private_der)
        public = decode_ec_public_key(spki_of_key(key))
    named: Attributes = {Attribute.TOKEN: True, Attribute.ID: identifier, Attribute.LABEL: label}
    return (
        {**private, **named, Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.SIGN: True},
        {**public, **named, Attribute.PRIVATE: False, Attribute.VERIFY: True},
    )


def kind_of(key: PrivateKey) -> str:
    """A key's kind and size, such as `RSA-2048`."""
    return f"RSA-{key.key_size}" if isinstance(key, rsa.RSAPrivateKey) else f"EC {key.curve.name}"


def _public_key(item: Object) -> bytes | None:
    """None when the card's own bytes are of a form that is no public key's."""
    try:
        return public_key_info(item)
    except ForeignError:
        return None


def _certificate(item: Object) -> bytes | None:
    return bytes(item[Attribute.VALUE])
