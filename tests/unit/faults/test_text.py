"""Faults as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from stuntcard.faults.rules import (
    AnswerToReset,
    Corrupt,
    Cut,
    Delay,
    Effect,
    EndIdleTransaction,
    FaultError,
    LeaveService,
    Match,
    NoAnswer,
    Occasion,
    Remove,
    ReplaceStatus,
    Rule,
    Tear,
    Unplug,
    When,
)
from stuntcard.faults.text import TIME_OUT, parse_rule, rule_from, rule_text
from stuntcard.iso7816.instructions import Instruction


def test_the_example_of_the_documents() -> None:
    assert parse_rule("ins=2A nth=3 act=status:6F00 when=after") == Rule(
        ReplaceStatus(0x6F00, When.AFTER), Match(ins=0x2A), Occasion(nth=3)
    )


def test_from_the_third_on() -> None:
    rule = parse_rule("ins=2A from=3 act=tear")
    assert rule == Rule(Tear(), Match(ins=0x2A), Occasion(first=3))
    assert rule_text(rule) == "ins=2A from=3 act=tear when=before"
    assert [rule.occasion.strikes(count, 0) for count in (1, 2, 3, 4)] == [False, False, True, True]
    for text, why in (("from=0", "counted from 1"), ("from=2 nth=3", "nth and from can't go together")):
        with pytest.raises(FaultError, match=why):
            parse_rule(f"{text} act=tear")


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("status:6f00", ReplaceStatus(0x6F00)),
        ("delay:2", Delay(2.0)),
        ("delay:0.5s", Delay(0.5)),
        ("delay:300ms", Delay(0.3)),
        ("slow:50", Delay(0.05)),
        ("slow:1s", Delay(1.0)),
        ("no-answer", NoAnswer(TIME_OUT)),
        ("no-answer:0", NoAnswer(0.0)),
        ("corrupt", Corrupt(1)),
        ("corrupt:8", Corrupt(8)),
        ("cut", Cut(1)),
        ("cut:0", Cut(0)),
        ("remove", Remove(None)),
        ("remove:3", Remove(3.0)),
        ("unplug", Unplug(None)),
        ("unplug:0.5", Unplug(0.5)),
        ("tear", Tear(When.BEFORE)),
        ("status:6282 keep-data", ReplaceStatus(0x6282, When.AFTER, keep_data=True)),
        ("mute", AnswerToReset(b"")),
        ("atr:3b", AnswerToReset(b"\x3b")),
        ("service-gone", LeaveService(1.0)),
        ("service-gone:300ms", LeaveService(0.3)),
        ("idle-reset", EndIdleTransaction(5.0)),
        ("idle-reset:0.5", EndIdleTransaction(0.5)),
    ],
)
def test_acts(text: str, act: Effect) -> None:
    assert parse_rule(f"act={text}") == Rule(act)


@pytest.mark.parametrize("text", ["status:6F00", "delay:1", "no-answer", "remove", "unplug", "tear"])
def test_acts_before_or_after_the_command_took_effect(text: str) -> None:
    assert getattr(parse_rule(f"act={text}").effect, "when", None) is When.BEFORE
    assert getattr(parse_rule(f"act={text} when=after").effect, "when", None) is When.AFTER


def test_all_fields() -> None:
    text = "ins=20 cla=00 p1p2=0001 applet=isoapplet code=pin area=cc every=2 after=1.5 seed=9 act=cut:3"
    rule = Rule(Cut(3), Match(0x20, 0x00, 0x0001, "isoapplet", "pin", "cc"), Occasion(every=2, after=1.5), seed=9)
    assert parse_rule(text) == rule
    assert rule_text(rule) == text


@pytest.mark.parametrize("name", ["verify", "VERIFY", "perform-security-operation", "PERFORM_SECURITY_OPERATION"])
def test_instructions_by_name(name: str) -> None:
    expected = 0x20 if name.lower() == "verify" else 0x2A
    assert parse_rule(f"ins={name} act=tear").match == Match(ins=expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "what shall happen is missing"),
        ("nth=3", "what shall happen is missing"),
        ("act", "'act' can't be understood; a fault is written like this: ins=2A nth=3 act=status:6F00"),
        ("act=", "can't be understood"),
        ("=tear", "can't be understood"),
        ("act=tear act=cut", "act is given twice"),
        ("act=tear inst=20", "a fault has no 'inst'; did you mean ins?"),
        ("act=tear zzz=20", "a fault has no 'zzz'; there are: ins, cla, p1p2"),
        ("act=explode", "act=explode can't be understood; there are: status:XXXX, delay:SECONDS"),
        ("act=delays:3", "act=delays:3 can't be understood; did you mean delay:SECONDS?"),
        ("act=tear:3", "act=tear:3 can't be understood"),
        ("act=remove:", "act=remove: can't be understood"),
        ("act=status", "act=status can't be understood; write status:XXXX"),
        ("act=status:6F", "four hexadecimal digits"),
        ("act=status:6F0000", "four hexadecimal digits"),
        ("act=delay", "can't be understood"),
        ("act=delay:-1", "give a time"),
        ("act=delay:1e3", "give a time"),
        ("act=delay:inf", "give a time"),
        ("act=delay:3601", "at most 3600 seconds"),
        ("act=delay:1h", "give a time"),
        ("act=corrupt:0", "at least one bit"),
        ("act=corrupt:x", "whole number"),
        ("act=corrupt when=before", "there is no answer yet"),
        ("act=cut:2 when=before", "there is no answer yet"),
        ("act=tear when=during", "when=during: give before or after"),
        ("act=tear ins=2", "two hexadecimal digits, or a name"),
        ("act=tear ins=sign", "or a name; did you mean perform-security-operation (2A)? docs/faults.md has all names"),
        ("act=tear ins=verfy", "or a name; did you mean verify (20)? docs/faults.md has all names"),
        ("act=tear ins=binary", "did you mean erase-binary (0E) or search-binary (A0) or read-binary (B0)?"),
        ("act=tear ins=qqqqq", "give two hexadecimal digits, or a name; docs/faults.md has all names"),
        ("act=tear cla=000", "2 hexadecimal digits"),
        ("act=tear p1p2=01", "4 hexadecimal digits"),
        ("act=tear nth=0", "counted from 1"),
        ("act=tear nth=-1", "whole number"),
        ("act=tear nth=1.5", "whole number"),
        ("act=tear nth=²", "whole number"),
        ("act=tear nth=99999999999999999999", "at most 1000000000"),
        ("act=tear nth=1 every=2", "can't go together"),
        ("act=tear probability=2", "from 0 to 1"),
        ("act=tear probability=nan", "from 0 to 1"),
        ("act=tear seed=x", "whole number"),
        ("act=tear after=soon", "give a time"),
        ("act=tear keep-data", "keep-data goes with act=status:XXXX, and has no value"),
        ("act=status:6282 keep-data=no", "keep-data goes with act=status:XXXX, and has no value"),
        ("act=status:6282 keep-data when=before", "there is no data yet; leave when out"),
        ("act=atr", "act=atr can't be understood"),
        ("act=atr:3B0", "give 1 to 33 bytes in hexadecimal"),
        ("act=mute ins=20", "no answer to a command; leave out what says to which"),
        ("act=mute when=after", "there is but one moment for it; leave when out"),
        ("act=idle-reset when=after", "there is but one moment for it; leave when out"),
    ],
)
def test_what_can_not_be_understood_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(FaultError) as error:
        parse_rule(text)
    assert message in str(error.value)


@given(st.text(max_size=60) | st.from_regex(r"(act|ins|nth|when|after)=[a-z0-9:.]{0,8}( [a-z]{1,4}=[a-z0-9:.]{1,8})*"))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    try:
        rule = parse_rule(text)
    except FaultError:
        return
    assert parse_rule(rule_text(rule)) == rule


# YAML


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("{ins: '2A', nth: 3, act: 'status:6F00', when: after}", "ins=2A nth=3 act=status:6F00 when=after"),
        ("{ins: verify, every: 2, act: tear}", "ins=verify every=2 act=tear"),
        (
            "{p1p2: '0001', probability: 0.05, seed: 4, act: no-answer}",
            "p1p2=0001 probability=0.05 seed=4 act=no-answer",
        ),
        ("{after: 2.5, act: 'slow:50'}", "after=2.5 act=slow:50"),
        ("{after: 10, act: remove}", "after=10 act=remove"),
        ("{ins: 'B0', act: 'status:6282', keep-data: true}", "ins=B0 act=status:6282 keep-data"),
    ],
)
def test_a_mapping_in_yaml_is_the_same_rule(text: str, same: str) -> None:
    assert rule_from(yaml.safe_load(text)) == parse_rule(same)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"ins": 20, "act": "tear"}, 'ins: 20 has to stand in quotes, because it is hexadecimal: "20"'),
        ({"p1p2": 1, "act": "tear"}, "has to stand in quotes"),
        ({"act": True}, "a text or a number is expected"),
        ({"act": "status:6282", "keep-data": False}, "a text or a number is expected"),
        ({"act": "tear", "nth": None}, "a text or a number is expected"),
        ({"act": ["tear"]}, "a text or a number is expected"),
        ({"act": "tear", "nth": 1.5}, "whole number"),
        ({"act": "tear", "what": "x"}, "a fault has no 'what'"),
    ],
)
def test_a_mapping_that_can_not_be_understood(mapping: dict[str, object], message: str) -> None:
    with pytest.raises(FaultError) as error:
        rule_from(mapping)
    assert message in str(error.value)


def test_the_page_has_all_names_of_instructions() -> None:
    page = (Path(__file__).parents[3] / "docs/faults.md").read_text()
    for one in Instruction:
        named = f"`{one.name.lower().replace('_', '-')}` {one:02X}"
        assert one.name.endswith("_TLV") or named in " ".join(page.split()), named
