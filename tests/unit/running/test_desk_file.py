"""A whole desk in a file."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from stuntcard.running.choices import TraceChoice
from stuntcard.running.desk_file import DeskFileError, parse_desk
from stuntcard.running.plan import ReaderPlan


def parsed(text: str, file: str = "/d/desk.yaml") -> tuple[ReaderPlan, ...]:
    return parse_desk(f"schema: 1\nreaders:\n{textwrap.dedent(text)}".encode(), file)


def test_a_desk_with_all_that_it_can_have() -> None:
    plans = parsed(
        """\
        - card: proid-q
          name: anna
          serial: "5354554E54000042"
          applet: myeid
          faults: ["ins=2A act=no-answer", {ins: "20", act: tear}]
          trace: traces/anna.jsonl
          unmasked: true
          state_out: anna.json
          pinpad: true
          keys: anna.keys
        - scenario: tokenme-full
        - {card: "card:mine"}
        - {card: empty}
        - card: proid-q
        """
    )
    assert plans[0] == ReaderPlan(
        "proid-q", "anna", named=True, applet="myeid", serial="5354554E54000042",
        faults=("ins=2A act=no-answer", {"ins": "20", "act": "tear"}),
        trace=TraceChoice(Path("/d/traces/anna.jsonl"), unmasked=True), state_out=Path("/d/anna.json"),
        pinpad=True, keys=Path("/d/anna.keys"),
    )  # fmt: skip
    assert plans[1:] == (
        ReaderPlan(scenario="tokenme-full"),
        ReaderPlan("card:mine", "mine"),
        ReaderPlan("empty", "empty"),
        ReaderPlan("proid-q", "proid-q", beside=1),
    )


@pytest.mark.parametrize(
    ("reader", "complaint"),
    [
        ("{card: nope}", "3:4: readers.0.card: there is no profile 'nope'"),
        ("{card: nope.yaml}", "3:4: readers.0.card: /d/nope.yaml: there is no such file"),
        ("{name: a}", "3:3: readers.0: say which card: "),
        ("{scenario: nope}", "3:4: readers.0.scenario: there is no scenario 'nope'"),
        ("{scenario: tokenme-full, serial: '0042'}", "3:28: readers.0.serial: a scenario brings its own card"),
        ("{card: empty, trace: x}", "3:17: readers.0.trace: an empty reader has no card for this"),
        ("{card: proid-q, unmasked: true}", "3:19: readers.0.unmasked: says how to record, but nothing is recorded"),
        ("{card: proid-q, serial: xy}", "3:19: readers.0.serial: 'XY' is no serial number"),
        ("{card: 'card:a', serial: '42'}", "3:20: readers.0.serial: a stored card has its own"),
        ("{card: proid-q, applet: nope}", "3:19: readers.0.applet: there is no applet 'nope'"),
        ("{card: proid-q, faults: [act=boom]}", "3:28: readers.0.faults.0: act=boom can't be understood"),
        ("{card: proid-q, colour: blue}", "3:19: readers.0.colour: is not a key that a desk has here"),
        (
            "{card: proid-q, name: a b}",
            "3:19: readers.0.name: 'a b': expected 1 to 32 letters, digits, and . _ - within",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(reader: str, complaint: str) -> None:
    with pytest.raises(DeskFileError) as error:
        parsed(f"- {reader}\n")
    assert str(error.value).startswith(f"/d/desk.yaml:{complaint}")


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(DeskFileError) as error:
        parsed("- {card: nope, name: a}\n- {card: proid-q, name: a}\n- {card: proid-q, serial: x}\n")
    assert [(one.line, one.column) for one in error.value.mistakes] == [(3, 4), (4, 19), (5, 19)]


@pytest.mark.parametrize("readers", ["[]", "[" + ", ".join(["{card: empty}"] * 17) + "]"])
def test_a_desk_has_as_many_readers_as_pcsc_shows(readers: str) -> None:
    with pytest.raises(DeskFileError, match="2:1: readers: a desk has 1 to 16 readers, and not "):
        parse_desk(f"schema: 1\nreaders: {readers}\n".encode(), "desk.yaml")
