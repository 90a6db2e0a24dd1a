"""The commands `import-p12` and `import-cert`."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding

from cardtools.card.errors import BadCertificateError
from cardtools.card.pkcs12 import read_pkcs12
from cardtools.common.certificates import CertificateFacts, der_of, read_certificate
from cardtools.manager.commands.code_prompts import CodePrompts
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.inventory import Inventory
from cardtools.manager.model.refusals import ManagerError
from cardtools.manager.model.writing import writing_code

_LABEL_LENGTH = 32


def bring_in_key(run: ManagerRun, codes: CodePrompts, content: bytes, label: str | None) -> None:
    """Imports a PKCS#12 file's key and certificate. Raises ToldError; then the card is as it was, or the error says
    what remained on it.
    """  # fmt: skip
    inventory = run.read_inventory()
    code = writing_code(inventory.card)
    found = read_pkcs12(content, codes.password())
    der = found.certificate.public_bytes(Encoding.DER)
    facts = _facts(der)
    for container in inventory.containers:
        if container.public_key == facts.public_key:
            raise ManagerError("key-there", identifier=container.name)
    value = codes.given(code)
    with run.token() as token:
        token.log_in({code.id: value})
        identifier = token.free_identifier()
        token.import_key(found.key, identifier, _label(label or found.label or facts.holder), der)
    run.say("imported-p12", holder=facts.holder, identifier=identifier.hex())
    run.say("imported-p12-mark")


def bring_in_certificate(run: ManagerRun, codes: CodePrompts, content: bytes, label: str | None) -> None:
    """Stores a certificate with its key. Raises ToldError, and has changed nothing then."""
    der = _certificate_in(content)
    facts = _facts(der)
    inventory = run.read_inventory()
    code = writing_code(inventory.card)
    _check_certificate_is_new(inventory, facts, der)
    with run.token() as token:
        identifier = token.key_of_certificate(der).identifier
        value = codes.given(code)
        token.log_in({code.id: value})
        stored = token.store_certificate(identifier, _label(label or facts.holder), der)
    run.say("imported-cert", holder=facts.holder, identifier=stored.hex())


def _check_certificate_is_new(inventory: Inventory, facts: CertificateFacts, der: bytes) -> None:
    for container in inventory.containers:
        if any(certificate.der == der for certificate in container.certificates):
            raise ManagerError("certificate-there", identifier=container.name)
        if container.public_key == facts.public_key and container.certificates:
            raise ManagerError("other-certificate-there", identifier=container.name)


def _certificate_in(content: bytes) -> bytes:
    """The DER of the certificate that a file holds, in PEM or DER. Raises BadCertificateError."""
    try:
        return der_of(content)
    except ValueError:
        raise BadCertificateError from None


def _facts(der: bytes) -> CertificateFacts:
    try:
        return read_certificate(der)
    except ValueError:
        raise BadCertificateError from None


def _label(text: str) -> str:
    return text[:_LABEL_LENGTH]
