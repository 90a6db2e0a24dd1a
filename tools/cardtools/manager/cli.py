"""The command line of the card manager. Each command imports what it needs when it runs, so that it starts fast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cardtools.common.command import new_app, run_app, with_option_groups
from cardtools.common.options import JsonOption, YesOption
from cardtools.manager.commands.options import (
    CardOptions,
    CodeArgument,
    CodeOptions,
    CodesFileOption,
    Form,
    IdentifierArgument,
    LabelOption,
    LanguageOption,
    OptionalIdentifier,
    ReaderOption,
    StdinOption,
)

app = new_app(
    "A card manager: see what is on the card in the reader, change and unblock codes, put certificates on it."
)


# Looking


@app.command()
@with_option_groups
def devices(
    *,
    card: CardOptions,
    as_data: JsonOption = False,
) -> None:
    """Show the cards there are and the objects on them, area by area, as a tree.

    A key without a certificate is shown as an empty container.

    Example: cardmanager devices
    """
    from cardtools.manager.commands.devices import show_devices
    from cardtools.manager.commands.run import manager_run

    with manager_run(card) as run:
        show_devices(run, as_data)


@app.command()
@with_option_groups
def show(
    identifier: OptionalIdentifier = None,
    *,
    card: CardOptions,
    as_data: JsonOption = False,
) -> None:
    """Show a card in detail, or one key or certificate on it, and what can be done.

    For every code: the tries left now, the tries set, and the most that can be set.

    Example: cardmanager show
    """
    from cardtools.manager.commands.run import manager_run
    from cardtools.manager.commands.show import show_card_or_object

    with manager_run(card) as run:
        show_card_or_object(run, identifier, as_data)


@app.command()
@with_option_groups
def holder(
    identifier: OptionalIdentifier = None,
    *,
    card: CardOptions,
    as_data: JsonOption = False,
) -> None:
    """Show what the certificates on the card tell of their holder. No code is needed for it.

    Example: cardmanager holder
    """
    from cardtools.manager.commands.holder import show_holder
    from cardtools.manager.commands.run import manager_run

    with manager_run(card) as run:
        show_holder(run, identifier, as_data)


@app.command()
@with_option_groups
def diagnostics(
    *,
    card: CardOptions,
    as_data: JsonOption = False,
) -> None:
    """Tell what is there and what is wrong, to be sent to a helpdesk: service, drivers, readers, cards, and what to do.

    No code is asked for, and nothing secret and no name of a person is in it.

    Ends with 0 when nothing is wrong, and with 1 when something is.

    Example: cardmanager diagnostics
    """
    from cardtools.manager.commands.diagnostics import tell_diagnosis
    from cardtools.manager.commands.run import manager_run

    with manager_run(card) as run:
        tell_diagnosis(run, as_data)


# Codes


@app.command()
def change(
    code: CodeArgument,
    reader: ReaderOption = None,
    language: LanguageOption = None,
    stdin: StdinOption = False,
    codes_file: CodesFileOption = None,
) -> None:
    """Change a code with its present value. The new value is asked for twice.

    Example: cardmanager change PIN
    """
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.codes import change_code
    from cardtools.manager.commands.run import manager_run

    with manager_run(CardOptions(reader, language)) as run:
        change_code(run, code_prompts(run, CodeOptions(stdin, codes_file)), code)


@app.command()
def unblock(
    code: CodeArgument,
    reader: ReaderOption = None,
    language: LanguageOption = None,
    stdin: StdinOption = False,
    codes_file: CodesFileOption = None,
) -> None:
    """Unblock a code with the code that the card has for that, and set its new value in the same act.

    A code that is not blocked but forgotten is set anew in the same way, where the card allows it.

    Example: cardmanager unblock PIN
    """
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.codes import set_by_another
    from cardtools.manager.commands.run import manager_run
    from cardtools.manager.model.code_actions import CodeAction

    with manager_run(CardOptions(reader, language)) as run:
        set_by_another(run, code_prompts(run, CodeOptions(stdin, codes_file)), code, CodeAction.UNBLOCK)


@app.command()
def set_first(
    code: CodeArgument,
    reader: ReaderOption = None,
    language: LanguageOption = None,
    stdin: StdinOption = False,
    codes_file: CodesFileOption = None,
) -> None:
    """Set a code that has no value yet, with the code that the card has for that.

    Such as eObčanka's PUK with IOK, its PIN and QPIN with PUK, and KPEP's PIN with TPIN.

    Example: cardmanager set-first PUK
    """
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.codes import set_by_another
    from cardtools.manager.commands.run import manager_run
    from cardtools.manager.model.code_actions import CodeAction

    with manager_run(CardOptions(reader, language)) as run:
        set_by_another(run, code_prompts(run, CodeOptions(stdin, codes_file)), code, CodeAction.SET_FIRST)


# Keys and certificates


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


# A warranty claim


@app.command()
@with_option_groups
def ready_for_claim(
    check_codes: Annotated[
        bool,
        typer.Option(
            "--check-codes",
            help="Try the factory values; a code that has another loses a try. The last try is never risked.",
        ),
    ] = False,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Delete what is on the card, and set its codes to the factory values.")
    ] = False,
    yes: YesOption = False,
    *,
    card: CardOptions,
    codes: CodeOptions,
    as_data: JsonOption = False,
) -> None:
    """Tell whether the card is ready for a warranty claim, and what is still missing.

    It is, when no certificate and no key of its user is left, and PIN, PUK and QPIN have their factory values. A code
    that was never changed has it for certain; of any other only --check-codes can tell.

    Ends with 0 when it is ready, and with 1 when it is not, or when that can't be told.

    Example: cardmanager ready-for-claim
    """
    from cardtools.manager.commands.claim import prepare_for_claim, tell_readiness
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.run import manager_run
    from cardtools.manager.model.refusals import UsageError

    with manager_run(card) as run:
        if prepare and (check_codes or as_data):
            raise UsageError("prepare-alone")
        if prepare:
            prepare_for_claim(run, code_prompts(run, codes), yes)
        else:
            tell_readiness(run, check_codes=check_codes, as_data=as_data)


def main() -> None:
    """The entry point of the `cardmanager` command."""
    run_app(app, "cardmanager")
