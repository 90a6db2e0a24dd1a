"""The `campaign` commands: cards against clients and faults, run, repeated, reported and compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli import campaign_walk
from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.groups import new_group
from stuntcard.cli.options import with_options

if TYPE_CHECKING:
    from stuntcard.campaign.load import NamedCampaign
    from stuntcard.campaign.whole import Where

_EXTRA = "campaigns need more Python packages than are here; install them with: pip install 'stuntcard[campaign]'"

campaign_app = new_group("Cards in trouble against clients and faults, by the thousand.", mainly="run")

FileArgument = Annotated[
    str, typer.Argument(help="A campaign (see `stuntcard campaign list`), or a YAML file's path.", metavar="FILE")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="Another value for a variable of the campaign; again for more.", metavar="NAME=VALUE"),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Only runs with such a card, scenario, applet, reader, client, task or fault; * for any letters.",
        metavar="WHAT=PATTERN",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    campaign_walk.add_to(campaign_app)
    app.add_typer(campaign_app, name="campaign")


@campaign_app.command("list")
def list_campaigns() -> None:
    """List the campaigns that come with Stuntcard.

    Example: stuntcard campaign list
    """
    from stuntcard.campaign.load import campaign_names, load_campaign

    for name in campaign_names():
        typer.echo(f"{name:26} {load_campaign(name).campaign.title}")


@campaign_app.command()
def check(file: FileArgument, variables: SetOption = None, only: OnlyOption = None) -> None:
    """Tell all mistakes in a campaign's file, with line and column, or how many runs it has.

    Example: stuntcard campaign check mine.yaml --set module=./build/module.so
    """
    from stuntcard.campaign.cells import Series, TooManyCellsError
    from stuntcard.campaign.summary import counted
    from stuntcard.campaign.whole import NothingToRunError, entries_of

    named = _loaded(file, variables, only, files_too=True)
    with failing(TooManyCellsError, NothingToRunError):
        entries = entries_of(named.campaign)
    series = sum(isinstance(entry, Series) for entry in entries)
    more = f", and {series:,} series of a run for each command" if series else ""
    typer.echo(f"{named.name} can be run: {counted(len(entries) - series, 'run')}{more}.")


@campaign_app.command()
def schema() -> None:
    """Write the JSON Schema of campaigns' files, for your editor.

    Example: stuntcard campaign schema > campaign.schema.json
    """
    from stuntcard.campaign.model import Campaign

    typer.echo(json.dumps(Campaign.model_json_schema(by_alias=True), indent=2))


@dataclass(frozen=True, slots=True)
class CampaignOptions:
    """Which of a campaign's runs are wanted, where they are run, and where the results go."""

    results: Annotated[
        Path | None, typer.Option(help="The folder for the results; otherwise campaign-NAME here.", metavar="FOLDER")
    ] = None
    workers: Annotated[
        int | None, typer.Option(help="So many runs at once; otherwise two a processor.", min=1, max=1000)
    ] = None
    dask: Annotated[
        str | None, typer.Option(help="Run it on a Dask cluster: its scheduler's address.", metavar="ADDRESS")
    ] = None
    variables: SetOption = None
    only: OnlyOption = None
    sample: Annotated[int | None, typer.Option(help="Only so many runs, chosen by chance.", min=1)] = None
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Only so many runs that each two things meet at least once.")
    ] = False
    afresh: Annotated[bool, typer.Option("--afresh", help="Begin anew, also where an ended campaign could go on.")] = (
        False
    )
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Write each outcome as a line of JSON, and no table.")] = False


@campaign_app.command()
@with_options
def run(file: FileArgument, *, options: CampaignOptions) -> None:
    """Run a campaign, or go on with one that was ended, and write its reports: report.html, junit.xml, report.json.

    Ends with 1 when a run failed, or could not be done.

    Example: stuntcard campaign run every-command-fails --only client=opensc
    """
    from dataclasses import replace

    from stuntcard.campaign.finding import RESULTS
    from stuntcard.campaign.whole import Where

    named = _loaded(file, options.variables, options.only)
    changes = {"sample": options.sample, "pairs": options.pairs or None}
    wanted = {name: value for name, value in changes.items() if value is not None}
    named = replace(named, campaign=named.campaign.model_copy(update=wanted))
    folder = options.results if options.results is not None else Path(f"{RESULTS}{named.name}")
    _run(named, Where(folder, options.workers, options.dask, options.afresh), as_lines=options.jsonl)


def _run(named: NamedCampaign, where: Where, *, as_lines: bool) -> None:
    from stuntcard.campaign.cells import TooManyCellsError
    from stuntcard.campaign.execution import ClientsMissingError
    from stuntcard.campaign.journal import JournalError, read_outcomes
    from stuntcard.campaign.report import write_reports
    from stuntcard.campaign.summary import summed
    from stuntcard.campaign.whole import ClusterError, NothingToRunError, run_campaign
    from stuntcard.cli.campaign_table import Lines, Table
    from stuntcard.cli.streams import output_errors_as_they_are
    from stuntcard.running.signals import ENDING, caught

    with (
        output_errors_as_they_are(),
        _extra_needed(),
        failing(TooManyCellsError, NothingToRunError, JournalError),
        failing(ClientsMissingError, ClusterError, OSError, code=ExitCode.UNAVAILABLE),
        caught(*ENDING) as signals,
        Lines() if as_lines else Table(named.name) as shown,
    ):
        whole = run_campaign(named, where, shown.tell, shown.begun, lambda: bool(signals.wait(0)))
        paths = write_reports(where.results)
        sums = summed(read_outcomes(where.results))
    if not whole:
        again = "the same command goes on from there"
        fail(f"Ended after {sums}. {again[0].upper()}{again[1:]}.", ExitCode.INTERRUPTED)
    if not as_lines:
        typer.echo(f"{sums}. The report: {paths[0]}")
        for warning in sums.warnings:
            typer.echo(f"{warning[0].upper()}{warning[1:]}")
    if not sums.good:
        raise typer.Exit(ExitCode.REFUSED)


@campaign_app.command()
def repeat(
    number: Annotated[str, typer.Argument(help="The run's id, as the report has it.", metavar="ID")],
    file: Annotated[
        str | None,
        typer.Argument(help="Its campaign; without, the run is looked for in the results here.", metavar="[FILE]"),
    ] = None,
    variables: SetOption = None,
    trace: Annotated[
        Path | None, typer.Option(help="Write the masked conversation to this file; see `stuntcard trace`.")
    ] = None,
) -> None:
    """Repeat one run of a campaign, and tell what it showed; ends with 1 when it failed.

    Example: stuntcard campaign repeat 0123456789ab every-command-fails
    """
    from stuntcard.campaign.cells import TooManyCellsError
    from stuntcard.campaign.finding import NoSuchCellError, cell_in, cell_in_results
    from stuntcard.campaign.outcome import Verdict
    from stuntcard.campaign.whole import run_alone
    from stuntcard.cli.campaign_table import told

    with failing(NoSuchCellError, TooManyCellsError), _extra_needed():
        if file is None:
            campaign, cell = cell_in_results(number, Path())
        else:
            campaign = _loaded(file, variables, None).campaign
            cell = cell_in(campaign, number)
        outcome = run_alone(campaign, cell)
    if trace is not None:
        with failing(OSError, code=ExitCode.NOT_WRITTEN, prefix=f"{trace}: "):
            trace.touch(mode=0o600)
            trace.write_text("".join(f"{line}\n" for line in outcome.trace), encoding="utf-8")
    typer.echo("\n".join(told(outcome)))
    if outcome.verdict in (Verdict.FAILED, Verdict.BROKEN):
        raise typer.Exit(ExitCode.REFUSED)


@campaign_app.command()
def report(
    results: Annotated[Path, typer.Argument(help="A folder with results, also of a campaign under way.")],
) -> None:
    """Write the reports of results again: report.html, junit.xml, report.json.

    Example: stuntcard campaign report campaign-opensc-versions
    """
    from stuntcard.campaign.journal import JournalError
    from stuntcard.campaign.report import write_reports

    with failing(JournalError, OSError), _extra_needed():
        paths = write_reports(results)
    typer.echo("\n".join(map(str, paths)))


@campaign_app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="A folder with results, or a report.json.", metavar="OLD")],
    new: Annotated[Path, typer.Argument(help="The same, of later.", metavar="NEW")],
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, for scripts.")] = False,
) -> None:
    """Tell what broke between two campaigns, and what was mended; ends with 1 when something broke.

    Ends with 2 when they have no run in common.

    Example: stuntcard campaign compare nightly/report.json campaign-opensc-versions
    """
    from dataclasses import asdict

    from stuntcard.campaign.compare import compared
    from stuntcard.campaign.journal import JournalError
    from stuntcard.campaign.report import read_briefs
    from stuntcard.campaign.summary import counted
    from stuntcard.cli.campaign_table import comparison_lines

    with failing(JournalError, OSError):
        found = compared(read_briefs(old), read_briefs(new))
    if not found.common:
        fail(
            f"nothing can be compared: {old} and {new} have no run in common. {counted(len(found.gone), 'run')} of the "
            f"former, {counted(len(found.new), 'run')} of the latter; are they of one campaign?"
        )
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(comparison_lines(found)))
    if found.broke:
        raise typer.Exit(ExitCode.REFUSED)


def _loaded(
    file: str, variables: list[str] | None, only: list[str] | None, *, files_too: bool = False
) -> NamedCampaign:
    from stuntcard.campaign.beside import missing_values
    from stuntcard.campaign.load import load_campaign, with_variables
    from stuntcard.campaign.whole import only as only_these
    from stuntcard.cli.loading import failing_to_read
    from stuntcard.profile.document import DocumentError

    _must_be_text(file)
    values = dict(_pair("--set", one) for one in variables or ())
    with failing_to_read(file), failing(DocumentError):
        named = load_campaign(file, files_too=files_too, given=values)
    for problem in missing_values(values) if files_too else ():
        fail(problem)
    with failing(ValueError):
        named = with_variables(named, values)
        return only_these(named, [dict([_pair("--only", one)]) for one in only or ()])


def _pair(option: str, given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not (name and equals):
        fail(f"{option} {given}: expected NAME=VALUE")
    _must_be_text(given)
    return name, value


def _must_be_text(given: str) -> None:
    """The journal and the reports keep it, in UTF-8."""
    if not given.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in given):
        fail(f"{given!r} is no UTF-8 text")


@contextmanager
def _extra_needed() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] == "stuntcard":
            raise
        fail(_EXTRA, ExitCode.UNAVAILABLE)
