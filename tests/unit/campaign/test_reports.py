from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

from lxml import etree
from stuntcard.campaign.compare import Brief, brief, compared
from stuntcard.campaign.journal import Journal
from stuntcard.campaign.outcome import Outcome, Verdict, WayPoint
from stuntcard.campaign.report import read_briefs, write_reports

from tests.unit.campaign.outcomes import cell, outcome
from tests.unit.campaign.test_journal import HEADER

SCHEMA = Path(__file__).parents[2] / "fixtures/junit/junit-10.xsd"
WAY = (
    WayPoint(command=0, after="", lines=("PIN set, 3 tries left",), look="usable"),
    WayPoint(command=4, after="VERIFY -> 63C2", lines=("PIN set, 2 tries left",), look="usable"),
)


def results(folder: Path) -> Path:
    with Journal(folder, HEADER) as journal:
        journal.add(outcome(cell("login")))
        journal.add(outcome(cell("sign"), Verdict.FAILED).model_copy(update={"way": WAY}))
        journal.add(outcome(cell("list"), Verdict.FLAKY))
        journal.add(outcome(cell("list", "other"), Verdict.BROKEN))
        for nth in (2, 1):
            journal.add(outcome(cell(nth=nth), Verdict.FAILED if nth == 2 else Verdict.PASSED))
    return folder


def test_junit_xml_is_as_its_schema_wants_it(tmp_path: Path) -> None:
    write_reports(results(tmp_path))
    report = etree.parse(tmp_path / "junit.xml")
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    assert schema.validate(report), schema.error_log
    suites = {suite.get("name"): suite for suite in report.iter("testsuite")}
    assert {
        name: (suite.get("tests"), suite.get("failures"), suite.get("errors")) for name, suite in suites.items()
    } == {
        "opensc": ("5", "2", "0"),
        "other": ("1", "0", "1"),
    }
    failure = next(report.iter("failure"))
    assert failure.get("message") == "exit status: exit 1 ?[1m <b> & ]]>"
    assert f"stuntcard campaign repeat {cell('sign').id} try.yaml" in failure.text
    assert [one.getparent().get("classname") for one in report.iter("flakyFailure")] == ["try.opensc.list"]


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.ids |= {str(told["id"])} if "id" in told else set()
        self.links += [str(told["href"])] if tag == "a" and "href" in told else []
        self.loads += [str(told[name]) for name in ("src", "srcset") if name in told]


def test_the_page_needs_nothing_else_and_each_tile_leads_to_its_run(tmp_path: Path) -> None:
    write_reports(results(tmp_path))
    text = (tmp_path / "report.html").read_text("utf-8")
    page = Page()
    page.feed(text)
    assert len(page.links) == 6
    assert {link.removeprefix("#") for link in page.links} <= page.ids
    assert (page.loads, "@import" in text, re.findall(r"url\((?!#)", text)) == ([], False, [])
    assert "exit 1 \x1b[1m &lt;b&gt; &amp; ]]&gt;" in text
    assert "VERIFY -&gt; 63C2" in text
    # In the order of commands, whichever ended first.
    assert text.index(f'href="#{cell(nth=1).id}"') < text.index(f'href="#{cell(nth=2).id}"')


def test_json_has_all_outcomes_and_is_compared_like_a_folder(tmp_path: Path) -> None:
    write_reports(results(tmp_path))
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["verdicts"] == {"passed": 2, "failed": 2, "flaky": 1, "broken": 1}
    assert [one["id"] for one in report["outcomes"]][:2] == [cell("login").id, cell("sign").id]
    assert list(read_briefs(tmp_path / "report.json")) == list(read_briefs(tmp_path))


def test_what_broke_and_what_was_mended_is_told() -> None:
    def briefs(**verdicts: Verdict) -> list[Brief]:
        return [brief(outcome(cell(task), verdict)) for task, verdict in verdicts.items()]

    old = briefs(a=Verdict.PASSED, b=Verdict.FAILED, c=Verdict.PASSED, d=Verdict.FAILED, e=Verdict.PASSED)
    new = briefs(a=Verdict.BROKEN, b=Verdict.FLAKY, c=Verdict.FLAKY, d=Verdict.FAILED, f=Verdict.PASSED)
    found = compared(old, new)
    tasks = {name: [one.title.split(", ")[-1] for one in getattr(found, name)] for name in ("broke", "mended", "other")}
    assert tasks == {"broke": ["a"], "mended": ["b"], "other": ["c"]}
    assert ([one.id for one in found.new], [one.id for one in found.gone]) == ([cell("f").id], [cell("e").id])
    assert found.same == 1


def test_why_it_failed_is_one_line() -> None:
    failed: Outcome = outcome(cell("login"), Verdict.FAILED, "exit 1 (no card)")
    assert failed.why == "exit status: exit 1 (no card)"
