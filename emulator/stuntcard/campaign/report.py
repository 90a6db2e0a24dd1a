"""The reports of a campaign: a page for people, JUnit XML for CI, JSON for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from stuntcard.campaign.compare import Brief, brief
from stuntcard.campaign.journal import JournalError, read_header, read_outcomes, read_versions
from stuntcard.campaign.junit import write_junit
from stuntcard.campaign.outcome import Verdict
from stuntcard.campaign.summary import summed

PAGE, JUNIT, JSON = "report.html", "junit.xml", "report.json"


def write_reports(results: Path) -> tuple[Path, ...]:
    """Writes all three into the folder of the results; gives where they are. Raises JournalError, or OSError."""
    from stuntcard.campaign.page import page

    header = read_header(results)
    with open(results / JUNIT, "wb", opener=_privately) as junit:
        write_junit(header, lambda: read_outcomes(results), junit)
    with open(results / JSON, "w", encoding="utf-8", opener=_privately) as stream:
        stream.writelines(_json_lines(results))
    with open(results / PAGE, "w", encoding="utf-8", opener=_privately) as stream:
        stream.writelines(page(results))
    return results / PAGE, results / JUNIT, results / JSON


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _json_lines(results: Path) -> Iterator[str]:
    """One JSON object, written bit by bit."""
    header, sums = read_header(results), summed(read_outcomes(results))
    head = {
        "stuntcard_campaign_report": 1,
        "campaign": header.name,
        "title": header.campaign.title,
        "versions": read_versions(results),
        "verdicts": {verdict.value: sums.verdicts[verdict] for verdict in Verdict},
        "seconds": round(sums.seconds, 3),
        "never_struck": dict(sorted(sums.never_struck.items())),
        "matched_none": sorted(sums.matched_none),
        "overhead_a_run": round(sums.overhead, 4),
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "outcomes": ['
    for number, outcome in enumerate(read_outcomes(results)):
        told = {"title": outcome.cell.title, **outcome.model_dump(mode="json", exclude={"trace"}), "why": outcome.why}
        yield (",\n" if number else "\n") + json.dumps(told, ensure_ascii=False)
    yield "\n]}\n"


def read_briefs(path: Path) -> Iterable[Brief]:
    """The outcomes in a folder of results, or in a report in JSON. Raises JournalError, or OSError."""
    if path.is_dir():
        return (brief(outcome) for outcome in read_outcomes(path))
    if path.exists() and not path.is_file():
        raise JournalError(f"{path}: it is no file, nor a folder of results")  # a pipe would be waited for
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        rows = report["outcomes"]
        return [Brief(str(one["id"]), str(one["title"]), Verdict(one["verdict"]), str(one["why"])) for one in rows]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise JournalError(f"{path}: it is no campaign's report in JSON, nor a folder of results") from error
