"""The command `export`: a certificate or a public key into a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cardtools.common import foreign
from cardtools.manager.commands.options import Form
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.files import check_writable, make_folder, write_file
from cardtools.manager.model.inventory import Container, Inventory, StoredCertificate
from cardtools.manager.model.lookup import certificate_of, find_container
from cardtools.manager.model.refusals import ManagerError

_ENDING = {Form.PEM: "pem", Form.DER: "cer"}


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


def export_everything(run: ManagerRun, folder: Path, form: Form, *, force: bool) -> None:
    """Writes all that can leave the card, a file each, and nothing at all if a file is in the way. Raises ToldError."""
    files = {folder / name: content for name, content in _all_in(run.read_inventory(), form)}
    if not files:
        raise ManagerError("export-nothing")
    for file in files:
        check_writable(file, force=force)
    make_folder(folder)
    for file, content in files.items():
        write_file(file, content, force=force)
        run.line(str(file))
    run.say_counted("exported-all", len(files), folder=str(folder))


def _all_in(inventory: Inventory, form: Form) -> Iterator[tuple[str, bytes]]:
    """Names of files, with what goes into them."""
    for container in inventory.containers:
        for number, certificate in enumerate(container.certificates, 1):
            again = "" if number == 1 else f"-{number}"
            yield f"{container.name}{again}.{_ENDING[form]}", certificate_in(certificate, form)
        if container.empty and container.identifier is not None and container.public_key and container.algorithm:
            yield f"{container.name}-public-key.{form.value}", public_key_in(container, form)


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
