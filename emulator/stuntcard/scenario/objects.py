"""The keys and certificates of a scenario: what they are, and the entries that list them, as OpenSC would write them.

All comes from the scenario's name, the same every time: such keys protect nothing.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stuntcard.card.certificate import rsa_public_key
from stuntcard.card.factory_ca import derive_key, issue
from stuntcard.card.keys import PrivateKey, PublicKey
from stuntcard.card.pkcs15_objects import EC_PRIVATE_KEY, MODIFIABLE, PRIVATE, common_to_guarded, entry, path_to
from stuntcard.iso7816 import der, tlv
from stuntcard.profile.model import FactoryKey, KeyAlgorithm, KeyUsage, Personalisation, Profile
from stuntcard.scenario.model import Algorithm, CertificateStatus, CertificateWanted, KeyWanted, ObjectWanted

_CURVE = KeyAlgorithm.EC_P256
_SEED_LENGTH = 32
"""The most that a personalisation's seed has."""

_VALID = (datetime.date(2026, 1, 1), datetime.date(2046, 1, 1))
"""Longer than any real one's, so that scenarios keep."""
_EXPIRED = (datetime.date(2022, 1, 1), datetime.date(2025, 1, 1))

_SIGN, _VERIFY, _NON_REPUDIATION = 2, 6, 9
"""Bits of KeyUsageFlags (ISO 7816-15, 8.2.11)."""
_SENSITIVE, _ALWAYS_SENSITIVE, _NEVER_EXTRACTABLE, _LOCAL = 0, 2, 3, 4
"""Bits of KeyAccessFlags (ISO 7816-15, 8.2.11)."""


@dataclass(frozen=True, slots=True)
class CardObject:
    """A key and what belongs to it. `certificate` is DER; `serial` is its serial number."""

    area: str
    wanted: ObjectWanted
    private: PrivateKey
    public: bytes
    certificate: bytes | None
    serial: int | None

    @property
    def identifier(self) -> bytes:
        """Its identifier in PKCS#15."""
        return bytes.fromhex(self.wanted.id)

    @property
    def tag(self) -> int:
        """The tag of its keys' entries (ISO 7816-15, 8.4 and 8.5)."""
        return der.SEQUENCE if isinstance(self.private, rsa.RSAPrivateKey) else EC_PRIVATE_KEY

    @property
    def qualified(self) -> bool:
        """Whether its certificate is a qualified one."""
        return self.wanted.certificate is not None and self.wanted.certificate.qualified


def make_object(name: str, holder: str, area: str, wanted: ObjectWanted) -> CardObject:
    """The object that a scenario of this name wants."""
    private = _private_key(name, wanted)
    public = private.public_key()
    certificate = serial = None
    if wanted.certificate is not None:
        certificate = _certificate(name, holder, wanted, wanted.certificate, public)
        serial = _serial(certificate)
    return CardObject(area, wanted, private, _public_key_file(public), certificate, serial)


def _private_key(name: str, wanted: ObjectWanted) -> PrivateKey:
    label = f"object {wanted.id}"
    if wanted.algorithm is Algorithm.RSA_2048:
        from stuntcard.card.seeded_rsa import derive_rsa_key

        return derive_rsa_key(name, label)
    return derive_key(name, label, _CURVE)


def _public_key_file(key: PublicKey) -> bytes:
    """What OpenSC writes to a public key's file."""
    if isinstance(key, rsa.RSAPublicKey):
        return rsa_public_key(key)
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _certificate(name: str, holder: str, wanted: ObjectWanted, asked: CertificateWanted, public: PublicKey) -> bytes:
    start, end = _EXPIRED if asked.status is CertificateStatus.EXPIRED else _VALID
    usage = KeyUsage.CONTENT_COMMITMENT if asked.qualified else KeyUsage.DIGITAL_SIGNATURE
    content: dict[str, object] = {
        "label": wanted.label,
        "subject": {"country": "CZ", "common-name": holder, "organization": "TEST Stuntcard"},
        "valid": {"from": start, "until": end},
        "key_usage": [usage.value],
        "client_authentication": not asked.qualified,
    }
    if asked.qualified:
        # A key from outside was not made on the device, and its certificate never says so (PQ-21).
        content["qualified"] = {"on_device": wanted.key is not KeyWanted.IMPORTED}
    # The form of a factory's key knows curves only, and a certificate asks nothing of it.
    key = FactoryKey.model_validate(
        {"id": wanted.id, "label": wanted.label, "area": None, "algorithm": _CURVE.value, "certificate": content}
    )
    return issue(Personalisation(seed=name[:_SEED_LENGTH], keys=(key,)), key, public)


def _serial(certificate: bytes) -> int:
    """The serial number: the first integer of what was signed, behind the version (RFC 5280, 4.1)."""
    outer, _ = tlv.parse_one(certificate)
    return int.from_bytes(outer.children()[0].children()[1].value)


def _subject(certificate: bytes) -> bytes:
    """The subject's name, encoded: the sixth field of what was signed (RFC 5280, 4.1)."""
    outer, _ = tlv.parse_one(certificate)
    field = outer.children()[0].children()[5]
    return tlv.encode(field.tag, field.value)


def private_key_entry(profile: Profile, made: CardObject, reference: int, directory: bytes) -> bytes:
    """The entry of a private key in the DF at `directory` (ISO 7816-15, 8.4)."""
    common = common_to_guarded(profile, made.area, made.wanted.label, PRIVATE, MODIFIABLE)
    made_here = made.wanted.key is not KeyWanted.IMPORTED
    rights = (_SENSITIVE, _ALWAYS_SENSITIVE, _NEVER_EXTRACTABLE, _LOCAL) if made_here else (_SENSITIVE,)
    usage = (_SIGN, _NON_REPUDIATION) if made.qualified else (_SIGN,)
    attributes = der.octet_string(made.identifier) + der.named_bits(*usage)
    attributes += der.named_bits(*rights) + der.integer(reference)
    name = None if made.certificate is None else der.sequence(_subject(made.certificate))
    value = der.sequence(path_to(directory) + der.integer(made.private.key_size))
    return entry(made.tag, common, attributes, value, name)


def public_key_entry(made: CardObject, path: bytes) -> bytes:
    """The entry of a public key in the file at `path` (ISO 7816-15, 8.5)."""
    common = der.utf8_string(made.wanted.label) + der.named_bits(MODIFIABLE)
    attributes = der.octet_string(made.identifier) + der.named_bits(_VERIFY)
    attributes += der.boolean(False) + der.integer(0)  # not native: the card itself does nothing with it
    value = path_to(path)
    if isinstance(made.private, rsa.RSAPrivateKey):
        value += der.integer(made.private.key_size)
    return entry(made.tag, common, attributes, der.sequence(value))


def certificate_entry(made: CardObject, path: bytes) -> bytes:
    """The entry of a certificate in the file at `path` (ISO 7816-15, 8.7)."""
    common = der.utf8_string(made.wanted.label) + der.named_bits(MODIFIABLE)
    return entry(der.SEQUENCE, common, der.octet_string(made.identifier), der.sequence(path_to(path)))
