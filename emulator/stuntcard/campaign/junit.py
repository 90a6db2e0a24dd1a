"""Outcomes as JUnit XML, as Jenkins, GitLab and GitHub's actions read it: a suite a client, a test case a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from stuntcard.campaign.journal import Header
from stuntcard.campaign.outcome import Outcome, Verdict
from stuntcard.campaign.summary import Summary, repeat_line, summed

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has not (2.2)."""
_MOST_OUTPUT = 20_000
_ELEMENTS = {Verdict.FAILED: "failure", Verdict.BROKEN: "error", Verdict.FLAKY: "flakyFailure"}


def write_junit(header: Header, read: Callable[[], Iterable[Outcome]], stream: BinaryIO) -> None:
    """Writes the outcomes that `read` gives, as often as it is asked."""
    suites = sorted({outcome.cell.client for outcome in read()})
    xml = XMLGenerator(stream, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("testsuites", AttributesImpl({"name": header.name}))
    for suite in suites:
        _write_suite(xml, suite, header, lambda suite=suite: _of(read(), suite))  # type: ignore[misc]
    xml.endElement("testsuites")
    xml.endDocument()


def _of(outcomes: Iterable[Outcome], client: str) -> Iterator[Outcome]:
    return (outcome for outcome in outcomes if outcome.cell.client == client)


def _write_suite(xml: XMLGenerator, name: str, header: Header, read: Callable[[], Iterable[Outcome]]) -> None:
    sums: Summary = summed(read())
    told = {
        "tests": str(sums.runs),
        "failures": str(sums.verdicts[Verdict.FAILED]),
        "errors": str(sums.verdicts[Verdict.BROKEN]),
        "time": f"{sums.seconds:.3f}",
    }
    xml.startElement("testsuite", AttributesImpl({"name": name, **told}))
    for outcome in read():
        _write_case(xml, outcome, header)
    xml.endElement("testsuite")


def _write_case(xml: XMLGenerator, outcome: Outcome, header: Header) -> None:
    cell = outcome.cell
    about = {"name": f"{cell.title} [{outcome.id}]", "classname": f"{header.name}.{cell.client}.{cell.task}"}
    xml.startElement("testcase", AttributesImpl({**about, "time": f"{outcome.seconds:.3f}"}))
    element = _ELEMENTS.get(outcome.verdict)
    if element is not None:
        kind = outcome.not_met[0].kind.value if outcome.not_met else "not run"
        xml.startElement(element, AttributesImpl({"type": kind, "message": _clean(outcome.why)}))
        if outcome.verdict is not Verdict.FLAKY:
            xml.characters(_clean(f"{outcome.why}\nTo repeat it: {repeat_line(outcome, header.file)}\n"))
        xml.endElement(element)
        nothing: AttributesImpl[str] = AttributesImpl({})
        output = "".join(f"$ {one.command}\n{one.output}\n[{one.ended}]\n" for one in outcome.steps)
        xml.startElement("system-out", nothing)
        xml.characters(_clean(output[:_MOST_OUTPUT]))
        xml.endElement("system-out")
    xml.endElement("testcase")


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)
