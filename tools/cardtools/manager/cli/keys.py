"""The commands for keys and certificates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cardtools.common.command import with_option_groups
from cardtools.common.options import YesOption
from cardtools.manager.cli.app import app
from cardtools.manager.commands.options import (
    CardOptions,
    CodeOptions,
    Form,
    IdentifierArgument,
    LabelOption,
)


@app.command()
@with_option_groups
def import_p12(
    file: Annotated[Path, typer.Argument(help="A PKCS#12 file: .p12 or .pfx.", metavar="FILE")],
    label: LabelOption = None,
    *,
    card: CardOptions,
    codes: CodeOptions,
) -> None:
    """Bring a key with its certificate onto the card from a PKCS#12 file. It asks for the file's password, then PIN.

    The key then never counts as made on the qualified device.

    Example: cardmanager import-p12 backup.p12
    """
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.importing import bring_in_key
    from cardtools.manager.commands.run import manager_run
    from cardtools.manager.model.files import read_file

    with manager_run(card) as run:
        bring_in_key(run, code_prompts(run, codes), read_file(file), label)


@app.command()
@with_option_groups
def import_cert(
    file: Annotated[Path, typer.Argument(help="A certificate: PEM or DER.", metavar="FILE")],
    label: LabelOption = None,
    *,
    card: CardOptions,
    codes: CodeOptions,
) -> None:
    """Put a certificate onto the card, where it pairs with its key. One that has no key there is refused.

    Example: cardmanager import-cert certificate.crt
    """
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.importing import bring_in_certificate
    from cardtools.manager.commands.run import manager_run
    from cardtools.manager.model.files import read_file

    with manager_run(card) as run:
        bring_in_certificate(run, code_prompts(run, codes), read_file(file), label)


@app.command()
@with_option_groups
def export(
    identifier: IdentifierArgument,
    file: Annotated[Path, typer.Argument(help="Where to write it.", metavar="FILE")],
    public_key: Annotated[bool, typer.Option("--public-key", help="The public key, and not the certificate.")] = False,
    form: Annotated[Form, typer.Option("--format", help="How to write it.")] = Form.PEM,
    force: Annotated[bool, typer.Option("--force", help="Replace the file when it exists.")] = False,
    *,
    card: CardOptions,
) -> None:
    """Export a certificate, or a public key, to a file. Private keys never leave the card.

    Example: cardmanager export 20 certificate.pem
    """
    from cardtools.manager.commands.export import export_certificate, export_public_key
    from cardtools.manager.commands.run import manager_run

    with manager_run(card) as run:
        (export_public_key if public_key else export_certificate)(run, identifier, file, form, force=force)


@app.command()
@with_option_groups
def export_all(
    folder: Annotated[Path, typer.Argument(help="Where to write them; made when it is not there.", metavar="FOLDER")],
    form: Annotated[Form, typer.Option("--format", help="How to write them.")] = Form.PEM,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    *,
    card: CardOptions,
) -> None:
    """Export every certificate, and the public key of each key without one, into a folder, a file each.

    Example: cardmanager export-all backup
    """
    from cardtools.manager.commands.export import export_everything
    from cardtools.manager.commands.run import manager_run

    with manager_run(card) as run:
        export_everything(run, folder, form, force=force)


@app.command()
@with_option_groups
def register(
    database: Annotated[
        Path | None, typer.Option(help="NSS's database; else ~/.pki/nssdb, which Chromium uses.", metavar="FOLDER")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the certificates on the card out of it.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on with each card that is put in, until Ctrl-C.")] = False,
    *,
    card: CardOptions,
) -> None:
    """Register the certificates on the card, and OpenSC's module, with NSS, where browsers and mail programs look.

    It needs NSS's own tools, certutil and modutil.

    Example: cardmanager register
    """
    from cardtools.manager.commands.registering import register_as_they_come, register_certificates
    from cardtools.manager.commands.run import manager_run
    from cardtools.manager.model.refusals import UsageError

    with manager_run(card) as run:
        if watch and remove:
            raise UsageError("register-watch-alone")
        if watch:
            register_as_they_come(run, database)
        else:
            register_certificates(run, database, remove=remove)


@app.command()
@with_option_groups
def sign(
    file: Annotated[Path, typer.Argument(help="What is to be signed.", metavar="FILE")],
    identifier: Annotated[
        str | None,
        typer.Option("--id", help="The key to sign with; needed where several have a certificate.", metavar="ID"),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="The signature's file; else FILE.p7s.", metavar="FILE")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the signature when it exists.")] = False,
    *,
    card: CardOptions,
    codes: CodeOptions,
) -> None:
    """Sign a file: the signature (CMS, CAdES B) is written beside it.

    The code that the key wants is asked for, and no other: PIN for an ordinary key, QPIN for a qualified one.

    Example: cardmanager sign order.pdf
    """
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.run import manager_run
    from cardtools.manager.commands.sign import sign_file

    with manager_run(card) as run:
        sign_file(run, code_prompts(run, codes), file, identifier, to, force=force)


@app.command()
@with_option_groups
def delete_cert(
    identifier: IdentifierArgument,
    yes: YesOption = False,
    *,
    card: CardOptions,
    codes: CodeOptions,
) -> None:
    """Delete a certificate; its key stays on the card, unpaired.

    Example: cardmanager delete-cert 20
    """
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.delete import delete_certificate
    from cardtools.manager.commands.run import manager_run

    with manager_run(card) as run:
        delete_certificate(run, code_prompts(run, codes), identifier, yes)


@app.command()
@with_option_groups
def delete_key(
    identifier: Annotated[
        str | None, typer.Argument(help="The key's identifier, as `cardmanager devices` shows it.", metavar="[ID]")
    ] = None,
    number: Annotated[
        int | None, typer.Option(help="The card's own number of a key that was never listed.", metavar="NUMBER")
    ] = None,
    expert: Annotated[bool, typer.Option("--expert", help="I know what I do.")] = False,
    yes: YesOption = False,
    *,
    card: CardOptions,
    codes: CodeOptions,
) -> None:
    """Delete a key without a certificate, which takes a place on the card and serves nobody.

    Example: cardmanager delete-key 21 --expert
    """
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.delete import delete_unpaired_key
    from cardtools.manager.commands.run import manager_run

    with manager_run(card) as run:
        delete_unpaired_key(run, code_prompts(run, codes), identifier, number, expert=expert, yes=yes)
