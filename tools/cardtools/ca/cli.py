"""The command `cardtools-ca`. Each command imports what it needs when it runs."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cardtools.ca.commands.bonds import bond_app
from cardtools.ca.commands.customers import customer_app
from cardtools.ca.commands.run import (
    BY_HAND,
    DEFAULT_PORT,
    CustomerOption,
    FolderArgument,
    explained,
    fail,
    line,
    opened,
    said,
    with_language,
)
from cardtools.ca.commands.tokens import token_app
from cardtools.common.command import new_app, run_app, with_option_groups
from cardtools.common.exit_codes import ExitCode
from cardtools.common.protocol import RequestState

if TYPE_CHECKING:
    from cardtools.ca.settings import MailServer

_PORT_MAX = 65535


app = new_app("A training CA: requests, certificates, revocation, OCSP and time stamps, on this machine.", mainly="run")
app.add_typer(token_app, name="token")
app.add_typer(customer_app, name="customer")
app.add_typer(bond_app, name="bond")

ProxiesOption = Annotated[
    list[str] | None,
    typer.Option(
        help="The address of a proxy whose X-Forwarded-For says who calls. More than one: give it again.",
        metavar="ADDRESS",
    ),
]
RequestArgument = Annotated[str, typer.Argument(help="A request's id: BP and ten digits.", metavar="REQUEST")]


@app.command()
def init(folder: FolderArgument) -> None:
    """Make a new CA in a new or empty folder: its keys, its database, and a token for its operator."""
    from cardtools.ca.office import roles
    from cardtools.ca.office.service import create

    with explained():
        create(folder)
        with opened(folder) as service:
            token = roles.add(service, "operator", roles.Role.OPERATOR, BY_HAND)
    typer.echo(said("ca-made", folder=str(folder), root=str(folder / "root.pem")))
    typer.echo(said("ca-made-token", token=token))
    typer.echo(said("ca-made-start", folder=str(folder)))


@dataclass(frozen=True, slots=True)
class PlaceOptions:
    """Where the CA is reached."""

    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1"
    port: Annotated[int, typer.Option(help="The port to listen on; 0 for a free one.", min=0, max=65535)] = DEFAULT_PORT
    url: Annotated[str | None, typer.Option(help="How clients reach it, where that is not the host and port.")] = None
    trusted_proxy: ProxiesOption = None


@dataclass(frozen=True, slots=True)
class MailOptions:
    """How the CA writes to applicants."""

    smtp: Annotated[
        str | None,
        typer.Option(help="A mail server that takes the e-mails about certificates issued.", metavar="HOST:PORT"),
    ] = None
    mail_from: Annotated[str, typer.Option(help="The address that the CA writes from.", metavar="EMAIL")] = (
        "no-reply@localhost"
    )


@app.command()
@with_option_groups
def run(
    folder: FolderArgument,
    automatic: Annotated[bool, typer.Option("--auto", help="Issue and undo bonds as asked, with no operator.")] = False,
    *,
    place: PlaceOptions,
    mail: MailOptions,
) -> None:
    """Serve the CA until Ctrl-C. The first line written is its address."""
    import gc

    from cardtools.ca.app import create_app
    from cardtools.ca.settings import Settings
    from cardtools.ca.web.server import LOOPBACK, Server, is_everywhere, is_network, listening

    proxies = place.trusted_proxy or []
    for proxy in proxies:
        if not is_network(proxy):
            fail("ca-no-proxy", ExitCode.BAD_INPUT, proxy=proxy)
    if place.url is None and is_everywhere(place.host):
        fail("ca-many-addresses", ExitCode.BAD_INPUT)
    with explained(), listening(place.host, place.port) as (listener, address):
        settings = Settings(
            folder=folder,
            url=(place.url or address).rstrip("/"),
            automatic=automatic,
            mail_server=None if mail.smtp is None else _mail_server(mail.smtp),
            mail_sender=_address(mail.mail_from),
        )
        if place.host not in (LOOPBACK, "::1", "localhost"):
            typer.echo(said("ca-seen-by-others", host=place.host), err=True)
        server = Server(
            create_app(settings), settings.limits, lambda: typer.echo(settings.url), trusted_proxies=proxies
        )
        # Commands that end soon do without; this one serves for long.
        gc.enable()
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


@app.command("list")
def list_requests(
    folder: FolderArgument,
    state: Annotated[RequestState | None, typer.Option(help="Only those in this state.")] = None,
) -> None:
    """List the newest requests, newest first."""
    from cardtools.ca.office import requests

    with explained(), opened(folder) as service:
        for record in requests.listed(service, state):
            device = "device" if record.on_device else "-"
            fields = (record.id, record.state, record.profile, device, record.serial or "-", record.applicant.name)
            typer.echo(line(*fields, record.applicant.e_mail))


@app.command()
def issue(folder: FolderArgument, request_id: RequestArgument) -> None:
    """Issue the certificate of a pending request, and write to the applicant."""
    from cardtools.ca.mail.notices import write_waiting
    from cardtools.ca.office import requests

    with explained(), opened(folder) as service:
        typer.echo(requests.issue(service, request_id, BY_HAND).serial)
        write_waiting(service)


@app.command()
def refuse(
    folder: FolderArgument,
    request_id: RequestArgument,
    reason: Annotated[str, typer.Option(help="Why; the applicant reads it.")],
) -> None:
    """Refuse a pending request."""
    from cardtools.ca.office import requests

    with explained(), opened(folder) as service:
        requests.refuse(service, request_id, reason, BY_HAND)


@app.command()
def revoke(
    folder: FolderArgument,
    serial: Annotated[str, typer.Argument(help="The certificate's serial number, hexadecimal.")],
    reason: Annotated[str, typer.Option(help="Why, as RFC 5280 names it, such as keyCompromise.")] = "unspecified",
) -> None:
    """Revoke a certificate, for good."""
    from cardtools.ca.office import certificates
    from cardtools.ca.pki.reasons import RevocationReason

    try:
        why = RevocationReason(reason)
    except ValueError:
        known = ", ".join(RevocationReason)
        fail("ca-no-revocation-reason", ExitCode.BAD_INPUT, reason=reason, known=known)
    with explained(), opened(folder) as service:
        certificates.revoke(service, serial.upper().lstrip("0"), why, BY_HAND)


@app.command()
def outbox(folder: FolderArgument) -> None:
    """List the newest e-mails to applicants, newest first, and what became of them."""
    from cardtools.ca.mail import notices
    from cardtools.ca.office import certificates

    with explained(), opened(folder) as service:
        notices.write_waiting(service)
        for record in notices.listed(service):
            e_mail = certificates.of_request(service, record.request).applicant.e_mail
            typer.echo(line(record.request, record.outcome or "written", e_mail))


@app.command()
def audit(
    folder: FolderArgument,
    after: Annotated[int, typer.Option(help="Only entries numbered above this.", min=0)] = 0,
) -> None:
    """Write the audit log, oldest entry first."""
    with explained(), opened(folder) as service:
        while entries := service.audit.entries(after=after):
            for entry in entries:
                fields = (str(entry.number), entry.at.isoformat(), entry.who, entry.act, entry.subject, entry.outcome)
                typer.echo(line(*fields, entry.detail))
            after = entries[-1].number


@app.command()
def authorise(
    folder: FolderArgument,
    e_mail: Annotated[str, typer.Argument(help="The address of a customer's authorised person.", metavar="EMAIL")],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the authorisation back.")] = False,
    customer: CustomerOption = "",
) -> None:
    """Let someone revoke and hand cards over by signed e-mail."""
    from cardtools.ca.mail import senders

    with explained(), opened(folder) as service:
        if withdraw:
            senders.withdraw(service, e_mail, BY_HAND)
        else:
            senders.authorise(service, e_mail, BY_HAND, customer)


@app.command()
def authorised(folder: FolderArgument) -> None:
    """List who may ask by signed e-mail."""
    from cardtools.ca.mail import senders

    with explained(), opened(folder) as service:
        for e_mail in senders.authorised(service):
            typer.echo(e_mail)


@app.command()
def mail(
    folder: FolderArgument,
    file: Annotated[Path, typer.Argument(help="The signed e-mail, as it came (.eml).", metavar="FILE")],
) -> None:
    """Do what a signed e-mail asks."""
    from cardtools.ca.mail.carrying_out import carry_out
    from cardtools.ca.mail.message import SIZE_MAX

    try:
        with file.open("rb") as stream:
            raw = stream.read(SIZE_MAX + 1)
    except OSError as error:
        fail("ca-mail-file", ExitCode.BAD_INPUT, file=str(file), why=str(error.strerror))
    with explained(), opened(folder) as service:
        outcome = carry_out(service, raw, BY_HAND)
    for serial in outcome.revoked:
        typer.echo(said("ca-said-revoked", serial=serial))
    for card in outcome.undone:
        typer.echo(said("ca-said-undone", card=f"{card.card_profile}/{card.card_number}"))
    for card in outcome.still_bound:
        valid = ", ".join(card.still_valid)
        typer.echo(said("ca-said-still-bound", card=f"{card.card_profile}/{card.card_number}", valid=valid))


def _mail_server(text: str) -> MailServer:
    from cardtools.ca.settings import MailServer

    host, _, port = text.rpartition(":")
    if not (host and port.isascii() and port.isdecimal() and 0 < int(port) <= _PORT_MAX):
        fail("ca-no-mail-server", ExitCode.BAD_INPUT, text=text)
    return MailServer(host.removeprefix("[").removesuffix("]"), int(port))


def _address(text: str) -> str:
    from cardtools.common.applicants import flaw_in_address

    if flaw_in_address(text) is not None:
        fail("ca-no-address", ExitCode.BAD_INPUT, text=text)
    return text


with_language(app)


def main() -> None:
    """The entry point of the `cardtools-ca` command."""
    run_app(app, "cardtools-ca")
