"""The command `export`: a certificate or a public key into a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from cryptography.x509 import load_der_x509_certificate

from cardtools.manager.files import check_writable, write_file
from cardtools.manager.finding import certificate_of, find_container
from cardtools.manager.inventory import Container, StoredCertificate
from cardtools.manager.options import IdentifierArgument, LanguageOption, ModuleOption, ReaderOption
from cardtools.manager.refusals import ManagerError
from cardtools.manager.run import run_of


class Form(StrEnum):
    """How a file is written."""

    PEM = "pem"
    DER = "der"


def add_to(app: typer.Typer) -> None:
    """Adds the command to the others."""
    app.command("export")(export)


def export(
    identifier: IdentifierArgument,
    file: Annotated[Path, typer.Argument(help="Where to write it.", metavar="FILE")],
    public_key: Annotated[bool, typer.Option("--public-key", help="The public key, and not the certificate.")] = False,
    form: Annotated[Form, typer.Option("--format", help="How to write it.")] = Form.PEM,
    force: Annotated[bool, typer.Option("--force", help="Replace the file when it exists.")] = False,
    reader: ReaderOption = None,
    language: LanguageOption = None,
    module: ModuleOption = None,
) -> None:
    """Export a certificate, or a public key, to a file. Private keys never leave the card.

    Example: cardmanager export 20 certificate.pem
    """
    with run_of(reader, language, module) as run:
        check_writable(file, force=force)
        container = find_container(run.read_inventory(), identifier)
        if public_key:
            write_file(file, _public_key(container, form), force=force)
            run.say("exported-public-key", identifier=container.name, file=str(file))
            return
        certificate = certificate_of(container)
        write_file(file, _certificate(certificate, form), force=force)
        holder = certificate.facts.holder if certificate.facts is not None else container.name
        run.say("exported-certificate", holder=holder, file=str(file))


def _public_key(container: Container, form: Form) -> bytes:
    if container.public_key is None or not container.algorithm:
        raise ManagerError("no-public-key-there", identifier=container.name)
    key = load_der_public_key(container.public_key)
    return key.public_bytes(_encoding(form), PublicFormat.SubjectPublicKeyInfo)


def _certificate(certificate: StoredCertificate, form: Form) -> bytes:
    if form is Form.DER or certificate.facts is None:
        return certificate.der
    return load_der_x509_certificate(certificate.der).public_bytes(Encoding.PEM)


def _encoding(form: Form) -> Encoding:
    return Encoding.PEM if form is Form.PEM else Encoding.DER
