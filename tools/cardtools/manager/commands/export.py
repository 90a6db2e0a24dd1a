"""The command `export`: a certificate or a public key into a file."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cardtools.common import foreign
from cardtools.manager.commands.options import Form
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.files import check_writable, write_file
from cardtools.manager.model.inventory import Container, StoredCertificate
from cardtools.manager.model.lookup import certificate_of, find_container
from cardtools.manager.model.refusals import ManagerError


def export_certificate(run: ManagerRun, identifier: str, file: Path, form: Form, *, force: bool) -> None:
    """Writes a certificate to a file. Raises ToldError."""
    check_writable(file, force=force)
    container = find_container(run.read_inventory(), identifier)
    certificate = certificate_of(container)
    write_file(file, certificate_in(certificate, form), force=force)
    holder = certificate.facts.holder if certificate.facts is not None else container.name
    run.say("exported-certificate", holder=holder, file=str(file))


def export_public_key(run: ManagerRun, identifier: str, file: Path, form: Form, *, force: bool) -> None:
    """Writes a public key to a file. Raises ToldError."""
    check_writable(file, force=force)
    container = find_container(run.read_inventory(), identifier)
    write_file(file, public_key_in(container, form), force=force)
    run.say("exported-public-key", identifier=container.name, file=str(file))


def public_key_in(container: Container, form: Form) -> bytes:
    """A container's public key, as a file has it. Raises ManagerError when the card does not show it."""
    if container.public_key is None or not container.algorithm:
        raise ManagerError("no-public-key-there", identifier=container.name)
    key = foreign.public_key(container.public_key)
    return key.public_bytes(_encoding(form), PublicFormat.SubjectPublicKeyInfo)


def certificate_in(certificate: StoredCertificate, form: Form) -> bytes:
    """A certificate, as a file has it."""
    if form is Form.DER or certificate.facts is None:
        return certificate.der
    return foreign.certificate(certificate.der).public_bytes(Encoding.PEM)


def _encoding(form: Form) -> Encoding:
    return Encoding.PEM if form is Form.PEM else Encoding.DER
