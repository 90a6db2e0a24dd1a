"""Rules for faults as people write them: `ins=2A nth=3 act=status:6F00 when=after`; or as a mapping, in YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from stuntcard.faults.meant import instruction_meant, one_of
from stuntcard.faults.rules import (
    SECONDS_MAX,
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
from stuntcard.iso7816.instructions import Instruction

TIME_OUT = 2.0
"""Seconds after which a reader gives up on a card that does not answer, unless a rule says otherwise."""

RESTART_TIME = 1.0
"""Seconds that a service takes to start again, unless a rule says otherwise."""

IDLE_TIME = 5.0
"""Seconds after which Windows ends a transaction in which nothing is done (SCardBeginTransaction, Remarks)."""

_ATR_MAX = 33
_T = TypeVar("_T")
_NUMBER_MAX = 1_000_000_000
_FIELDS = (
    "ins", "cla", "p1p2", "applet", "code", "area", "nth", "from", "every", "probability", "after", "seed", "act",
    "when", "keep-data",
)  # fmt: skip
_HEXADECIMAL = frozenset({"ins", "cla", "p1p2", "act"})
_KEEP_DATA, _YES = "keep-data", "yes"
"""A field that is there or not, and has no value where it stands in a text."""
_EXAMPLE = "ins=2A nth=3 act=status:6F00"
_DURATION = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,9})?)(ms|s)?")
_PROBABILITY = re.compile(r"[0-9](\.[0-9]{1,9})?")


def parse_rule(text: str) -> Rule:
    """The rule in a text of fields NAME=VALUE with spaces between. Raises FaultError."""
    fields: dict[str, str] = {}
    for word in text.split():
        name, equals, value = (word, "=", _YES) if word == _KEEP_DATA else word.partition("=")
        if not (name and equals and value):
            raise FaultError(f"'{word}' can't be understood; a fault is written like this: {_EXAMPLE}")
        if name in fields:
            raise FaultError(f"{name} is given twice; give it once, and a second fault for the other value")
        fields[name] = value
    return _rule(fields)


def rule_from(mapping: Mapping[str, object]) -> Rule:
    """The rule in a mapping with the same fields, as YAML brings it. Raises FaultError."""
    fields = {}
    for name, value in mapping.items():
        if name == _KEEP_DATA and value is True:
            fields[name] = _YES
            continue
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise FaultError(f"{name}: a text or a number is expected, not {value!r}")
        if name in _HEXADECIMAL and not isinstance(value, str):
            # 20 and 0x20 are two numbers for YAML, and a person may mean either.
            raise FaultError(f'{name}: {value} has to stand in quotes, because it is hexadecimal: "{value}"')
        # A code's name may well be a number for YAML; a number is never written with an exponent here.
        fields[str(name)] = f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return _rule(fields)


def rule_text(rule: Rule) -> str:
    """A rule in the form that `parse_rule` takes."""
    match, occasion = rule.match, rule.occasion
    fields = {
        "ins": None if match.ins is None else f"{match.ins:02X}",
        "cla": None if match.cla is None else f"{match.cla:02X}",
        "p1p2": None if match.p1p2 is None else f"{match.p1p2:04X}",
        "applet": match.applet,
        "code": match.code,
        "area": match.area,
        "nth": occasion.nth,
        "from": occasion.first,
        "every": occasion.every,
        "probability": None if occasion.probability is None else _decimal(occasion.probability),
        "after": _decimal(occasion.after) if occasion.after else None,
        "seed": rule.seed or None,
        "act": _effect_text(rule.effect),
        "when": getattr(rule.effect, "when", None),
    }
    words = [f"{name}={value}" for name, value in fields.items() if value is not None]
    return " ".join([*words, _KEEP_DATA] if getattr(rule.effect, "keep_data", False) else words)


def _rule(fields: Mapping[str, str]) -> Rule:
    unknown = [name for name in fields if name not in _FIELDS]
    if unknown:
        raise FaultError(f"a fault has no '{unknown[0]}'; {one_of(unknown[0], {name: name for name in _FIELDS})}")
    if "act" not in fields:
        raise FaultError(f"what shall happen is missing: act=…, one of {', '.join(_FORMS_IN_WORDS.values())}")
    match = Match(
        ins=_optional(fields, "ins", _instruction),
        cla=_optional(fields, "cla", lambda value: _hexadecimal("cla", value, 2)),
        p1p2=_optional(fields, "p1p2", lambda value: _hexadecimal("p1p2", value, 4)),
        applet=fields.get("applet"),
        code=fields.get("code"),
        area=fields.get("area"),
    )
    occasion = Occasion(
        nth=_optional(fields, "nth", lambda value: _number("nth", value)),
        first=_optional(fields, "from", lambda value: _number("from", value)),
        every=_optional(fields, "every", lambda value: _number("every", value)),
        probability=_optional(fields, "probability", _probability),
        after=_optional(fields, "after", lambda value: _seconds(f"after={value}", value)) or 0.0,
    )
    effect = _effect(fields["act"], _optional(fields, "when", _when))
    if _KEEP_DATA in fields:
        effect = _keeping_data(effect, fields)
    return Rule(effect, match, occasion, _optional(fields, "seed", lambda value: _number("seed", value)) or 0)


def _keeping_data(effect: Effect, fields: Mapping[str, str]) -> Effect:
    if not isinstance(effect, ReplaceStatus) or fields[_KEEP_DATA] != _YES:
        raise FaultError(
            f"{_KEEP_DATA} goes with act=status:XXXX, and has no value, as in: act=status:6282 {_KEEP_DATA}"
        )
    if fields.get("when") == When.BEFORE:
        raise FaultError(f"{_KEEP_DATA} when=before: there is no data yet; leave when out")
    return replace(effect, when=When.AFTER, keep_data=True)


def _optional(fields: Mapping[str, str], name: str, read: Callable[[str], _T]) -> _T | None:
    return read(fields[name]) if name in fields else None


def _instruction(value: str) -> int:
    name = value.upper().replace("-", "_")
    if name in Instruction.__members__:
        return Instruction[name]
    try:
        return _hexadecimal("ins", value, 2)
    except FaultError:
        meant = instruction_meant(value)
        raise FaultError(f"ins={value}: give two hexadecimal digits, or a name; {meant}") from None


def _hexadecimal(what: str, value: str, digits: int) -> int:
    if re.fullmatch(f"[0-9A-Fa-f]{{{digits}}}", value) is None:
        raise FaultError(f"{what}={value}: give {digits} hexadecimal digits")
    return int(value, 16)


def _number(what: str, value: str) -> int:
    if not (value.isascii() and value.isdecimal()) or len(value) > len(str(_NUMBER_MAX)) or int(value) > _NUMBER_MAX:
        raise FaultError(f"{what}={value}: give a whole number, at most {_NUMBER_MAX}")
    return int(value)


def _probability(value: str) -> float:
    if _PROBABILITY.fullmatch(value) is None:
        raise FaultError(f"probability={value}: give a number from 0 to 1, such as 0.05")
    return float(value)


def _seconds(given: str, value: str, unit: str = "s") -> float:
    found = _DURATION.fullmatch(value)
    seconds = float(found[1]) / (1000 if (found[2] or unit) == "ms" else 1) if found else SECONDS_MAX + 1
    if seconds > SECONDS_MAX:
        raise FaultError(f"{given}: give a time such as 2, 0.5s or 300ms, at most {SECONDS_MAX:g} seconds")
    return round(seconds, 6)


def _when(value: str) -> When:
    try:
        return When(value)
    except ValueError:
        raise FaultError(f"when={value}: give before or after (the command took effect)") from None


# Effects


@dataclass(frozen=True, slots=True)
class _EffectForm:
    """How an effect is written: what may stand behind its name, whether it must, and what makes the effect."""

    value: str
    required: bool
    make: Callable[[str, str | None, When | None], Effect]


def _status(given: str, value: str | None, when: When | None) -> Effect:
    if value is None or re.fullmatch("[0-9A-Fa-f]{4}", value) is None:
        raise FaultError(f"{given}: give a status word of four hexadecimal digits, such as status:6F00")
    return ReplaceStatus(int(value, 16), when or When.BEFORE)


def _delay(given: str, value: str | None, when: When | None) -> Effect:
    return Delay(_seconds(given, value or ""), when or When.BEFORE)


def _slow(given: str, value: str | None, when: When | None) -> Effect:
    return Delay(_seconds(given, value or "", "ms"), when or When.BEFORE)


def _no_answer(given: str, value: str | None, when: When | None) -> Effect:
    return NoAnswer(TIME_OUT if value is None else _seconds(given, value), when or When.BEFORE)


def _corrupt(given: str, value: str | None, when: When | None) -> Effect:
    _only_after(given, when)
    bits = 1 if value is None else _number(given, value)
    if not bits:
        raise FaultError(f"{given}: at least one bit has to be flipped")
    return Corrupt(bits)


def _cut(given: str, value: str | None, when: When | None) -> Effect:
    _only_after(given, when)
    return Cut() if value is None else Cut(_number(given, value))


def _remove(given: str, value: str | None, when: When | None) -> Effect:
    return Remove(None if value is None else _seconds(given, value), when or When.BEFORE)


def _unplug(given: str, value: str | None, when: When | None) -> Effect:
    return Unplug(None if value is None else _seconds(given, value), when or When.BEFORE)


def _tear(_given: str, _value: str | None, when: When | None) -> Effect:
    return Tear(when or When.BEFORE)


def _mute(given: str, _value: str | None, when: When | None) -> Effect:
    _without_when(given, when)
    return AnswerToReset()


def _atr(given: str, value: str | None, when: When | None) -> Effect:
    _without_when(given, when)
    if value is None or re.fullmatch(f"([0-9A-Fa-f]{{2}}){{1,{_ATR_MAX}}}", value) is None:
        raise FaultError(f"{given}: give 1 to {_ATR_MAX} bytes in hexadecimal, such as atr:3B")
    return AnswerToReset(bytes.fromhex(value))


def _service_gone(given: str, value: str | None, when: When | None) -> Effect:
    return LeaveService(RESTART_TIME if value is None else _seconds(given, value), when or When.BEFORE)


def _idle_reset(given: str, value: str | None, when: When | None) -> Effect:
    _without_when(given, when)
    return EndIdleTransaction(IDLE_TIME if value is None else _seconds(given, value))


def _without_when(given: str, when: When | None) -> None:
    if when is not None:
        raise FaultError(f"{given} when={when}: there is but one moment for it; leave when out")


def _only_after(given: str, when: When | None) -> None:
    if when is When.BEFORE:
        raise FaultError(f"{given} when=before: there is no answer yet; leave when out")


_EFFECT_FORMS = {
    "status": _EffectForm("XXXX", True, _status),
    "delay": _EffectForm("SECONDS", True, _delay),
    "slow": _EffectForm("MILLISECONDS", True, _slow),
    "no-answer": _EffectForm("SECONDS", False, _no_answer),
    "corrupt": _EffectForm("BITS", False, _corrupt),
    "cut": _EffectForm("BYTES", False, _cut),
    "remove": _EffectForm("SECONDS", False, _remove),
    "unplug": _EffectForm("SECONDS", False, _unplug),
    "tear": _EffectForm("", False, _tear),
    "mute": _EffectForm("", False, _mute),
    "atr": _EffectForm("HEX", True, _atr),
    "service-gone": _EffectForm("SECONDS", False, _service_gone),
    "idle-reset": _EffectForm("SECONDS", False, _idle_reset),
}


def _in_words(name: str, form: _EffectForm) -> str:
    if not form.value:
        return name
    return f"{name}:{form.value}" if form.required else f"{name}[:{form.value}]"


_FORMS_IN_WORDS = {name: _in_words(name, form) for name, form in _EFFECT_FORMS.items()}


def _effect(text: str, when: When | None) -> Effect:
    name, colon, value = text.partition(":")
    form = _EFFECT_FORMS.get(name)
    if form is None or (colon and not (value and form.value)) or (form.required and not value):
        meant = f"write {_FORMS_IN_WORDS[name]}" if name in _FORMS_IN_WORDS else one_of(name, _FORMS_IN_WORDS)
        raise FaultError(f"act={text} can't be understood; {meant}")
    return form.make(f"act={text}", value or None, when)


def _effect_text(effect: Effect) -> str:
    match effect:
        case ReplaceStatus(status_word):
            return f"status:{status_word:04X}"
        case Delay(seconds):
            return f"delay:{_decimal(seconds)}"
        case NoAnswer(seconds):
            return f"no-answer:{_decimal(seconds)}"
        case Corrupt(bits):
            return f"corrupt:{bits}"
        case Cut(length):
            return f"cut:{length}"
        case Remove(back_after):
            return "remove" if back_after is None else f"remove:{_decimal(back_after)}"
        case Unplug(back_after):
            return "unplug" if back_after is None else f"unplug:{_decimal(back_after)}"
        case Tear():
            return "tear"
        case AnswerToReset(atr):
            return f"atr:{atr.hex().upper()}" if atr else "mute"
        case LeaveService(seconds):
            return f"service-gone:{_decimal(seconds)}"
        case EndIdleTransaction(seconds):
            return f"idle-reset:{_decimal(seconds)}"


def _decimal(number: float) -> str:
    return f"{number:.9f}".rstrip("0").rstrip(".")
