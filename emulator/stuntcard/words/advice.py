"""Advice in words: what works, what to do, what it costs and risks, and what is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict

from stuntcard.messages import Messages
from stuntcard.policy.advise import Advice, FunctionAdvice, Reason, Risk, Standing, Step
from stuntcard.policy.functions import Function, Use
from stuntcard.policy.moves import HOLDER
from stuntcard.policy.notices import Notices
from stuntcard.policy.state import State
from stuntcard.profile.model import CARD, ActionKind, CodeStatus, Profile

_USES = {Use.USE_KEYS: "function-use-keys", Use.NEW_KEYS: "function-new-keys", Use.GIVE_CODE: "function-code"}
_SETS = {
    CodeStatus.NOT_SET: "step-set-first",
    CodeStatus.SET: "step-set-anew",
    CodeStatus.BLOCKED: "step-unblock",
}
_WITH_OWN_VALUE = {ActionKind.LOG_IN: "step-log-in", ActionKind.CHANGE: "step-change"}
_WITH_KEYS = {
    ActionKind.MAKE_KEY: "step-make-key",
    ActionKind.IMPORT_KEY: "step-import-key",
    ActionKind.STORE_CERTIFICATE: "step-store-certificate",
    ActionKind.USE_KEY: "step-use-key",
}
_REASONS = {
    CodeStatus.NOT_SET: "because-not-set",
    CodeStatus.SET: "because-forgotten",
    CodeStatus.BLOCKED: "because-blocked",
}


def advice_lines(profile: Profile, advice: Advice, messages: Messages) -> Iterator[str]:
    """The whole advice, line by line."""
    return _Writer(profile, messages).advice(advice)


def step_lines(
    profile: Profile, step: Step, messages: Messages, key: str | None = None, fatal: Collection[str] = ()
) -> Iterator[str]:
    """A step, and line by line what it costs and risks.

    `key`: what the key that it is about is called; `fatal`: codes whose block puts an exercise's goal out of reach.
    """
    return _Writer(profile, messages, key, fatal).step(step)


def advice_object(profile: Profile, state: State, forgotten: frozenset[str], advice: Advice) -> dict[str, object]:
    """The whole advice, and the state that it is for, in values that JSON knows."""
    return {
        "profile": profile.id,
        "state": {
            "codes": {name: {"state": c.status, "tries_left": c.tries_left} for name, c in state.codes.items()},
            "areas": {name: {"used": state.used(name)} for name in profile.areas},
            "lost": sorted(state.lost),
        },
        "forgotten": sorted(forgotten),
        "new_card_needed": any(function.standing is Standing.GONE for function in advice.functions),
        **asdict(advice),
    }


class _Writer:
    def __init__(
        self, profile: Profile, messages: Messages, key: str | None = None, fatal: Collection[str] = ()
    ) -> None:
        self._profile = profile
        self._messages = messages
        self._key = key
        self._fatal = fatal

    def advice(self, advice: Advice) -> Iterator[str]:
        yield self._profile.name
        standing = {s: [f for f in advice.functions if f.standing is s] for s in Standing}
        yield from self._list("heading-works", standing[Standing.WORKS])
        yield from self._list("heading-way-back", standing[Standing.WAY_BACK])
        yield from self._gone(standing[Standing.GONE], len(advice.functions))
        yield from self._plan(advice)
        warned = {risk.code for step in advice.plan for risk in step.risks}
        yield from self._beware([risk for risk in advice.beware if risk.code not in warned], advice.notices)

    def step(self, step: Step) -> Iterator[str]:
        yield _capitalised(self._step(step))
        yield from self._consequences(step)

    def _list(self, heading: str, functions: list[FunctionAdvice]) -> Iterator[str]:
        if functions:
            yield from ("", self._messages.text(heading))
            for line in self._functions(advice.function for advice in functions):
                yield f"  - {line}"

    def _gone(self, functions: list[FunctionAdvice], of: int) -> Iterator[str]:
        if not functions:
            return
        yield from ("", self._messages.text("heading-gone"))
        for reasons in dict.fromkeys(advice.reasons for advice in functions):
            alike = [advice.function for advice in functions if advice.reasons == reasons]
            for line in self._functions(alike):
                yield f"  - {line}"
            for reason in reasons:
                yield f"    ({self._reason(reason)})"
        yield f"  {self._messages.text('no-way-back' if len(functions) == of else 'new-card')}"

    def _plan(self, advice: Advice) -> Iterator[str]:
        if not advice.plan:
            if all(function.standing is Standing.WORKS for function in advice.functions):
                urgent = advice.notices or any(risk.last_try for risk in advice.beware)
                yield from ("", self._messages.text("all-works-now" if urgent else "all-works"))
            return
        yield from ("", self._messages.text("heading-steps"))
        for number, step in enumerate(advice.plan, 1):
            yield f"  {number}. {_capitalised(self._step(step))}"
            consequences = list(self._consequences(step))
            yield from (f"     {line}" for line in consequences)
            for other in step.instead:
                yield f"     {self._messages.text('step-or', step=self._step(other))}"
                yield from (f"       {line}" for line in self._consequences(other) if line not in consequences)
            if step.restores:
                functions = "; ".join(self._functions(step.restores))
                yield f"     {self._messages.text('step-restores', functions=functions)}"
        if advice.left_out:
            functions = "; ".join(self._functions(advice.left_out))
            yield f"  {self._messages.text('not-together', functions=functions)}"

    def _beware(self, risks: list[Risk], notices: Notices) -> Iterator[str]:
        if risks or notices:
            yield from ("", self._messages.text("heading-beware"))
            for risk in risks:
                yield f"  - {self._risk(risk)}"
            for line in self._notices(notices):
                yield f"  - {line}"

    def _notices(self, notices: Notices) -> Iterator[str]:
        areas = self._profile.areas
        if notices.must_change:
            codes = self._messages.all_of([self._code(code) for code in notices.must_change])
            yield self._messages.text("notice-must-change", codes=codes)
        for name in notices.full:
            places = areas[name].places
            area = _capitalised(self._messages.of(areas[name].name))
            yield self._messages.text("notice-full", area=area, number=places.count if places is not None else 0)
        for item in notices.unpaired:
            area = _capitalised(self._messages.of(areas[item.area].name))
            yield self._messages.text("notice-unpaired", area=area, number=self._number(item.number))

    def _step(self, step: Step) -> str:
        if step.who == HOLDER:
            actor, act = self._messages.text("actor-holder"), self._holders_act(step)
        else:
            who = self._profile.actors[step.who]
            actor, act = self._messages.of(who.name), self._messages.of(who.acts[str(step.action.act)].about)
        return self._messages.text("step", actor=actor, act=act)

    def _holders_act(self, step: Step) -> str:
        given = self._messages.all_of([self._code(code) for code in step.gives])
        action, item = step.action, step.deleted
        if action.kind in _WITH_KEYS:
            area = self._messages.of(self._profile.areas[str(action.area)].name)
            if action.kind is ActionKind.STORE_CERTIFICATE and self._key is None:
                return self._messages.text("step-store-certificate-new", by=given, area=area)
            return self._messages.text(_WITH_KEYS[action.kind], by=given, area=area, number=self._key or "")
        if action.kind in _WITH_OWN_VALUE:
            return self._messages.text(_WITH_OWN_VALUE[action.kind], code=given)
        if item is None:
            key = _SETS[step.before or CodeStatus.SET]
            return self._messages.text(key, by=given, code=self._code(str(action.code)))
        if item.paired:
            key = "step-delete-pair"
        else:
            key = "step-delete-key" if item.key else "step-delete-certificate"
        area = self._messages.of(self._profile.areas[item.area].name)
        return self._messages.text(key, code=given, number=self._number(item.number), area=area)

    def _number(self, number: int) -> str:
        return self._key or str(number)

    def _consequences(self, step: Step) -> Iterator[str]:
        if step.deleted is not None and step.deleted.key:
            yield self._messages.text("cost-deleted")
        if step.once:
            yield self._messages.text("cost-once")
        for code in step.spent:
            yield self._messages.text("cost-spent", code=self._code(code))
        for risk in step.risks:
            yield self._risk(risk)

    def _risk(self, risk: Risk) -> str:
        sentences = [
            self._messages.counted("risk-tries", risk.tries_left, code=self._code(risk.code)),
            self._messages.text("risk-blocks", codes=self._messages.all_of([self._code(c) for c in risk.blocks])),
        ]
        for part in risk.loses:
            key = "risk-card" if part == CARD else "risk-part"
            sentences.append(self._messages.text(key, part=self._part(part)))
        if risk.ends:
            functions = "; ".join(self._functions(risk.ends))
            sentences.append(self._messages.text("risk-gone", functions=functions))
        if risk.code in self._fatal:
            sentences.append(self._messages.text("exercise-fatal"))
        elif risk.strands:
            codes = self._messages.all_of([self._code(code) for code in risk.strands])
            sentences.append(self._messages.text("risk-strands", codes=codes))
        elif not risk.ends:
            sentences.append(self._messages.text("risk-way-back"))
        return " ".join(sentences)

    def _reason(self, reason: Reason) -> str:
        if reason.part == CARD:
            return self._messages.text("because-card")
        if reason.part is not None:
            return self._messages.text("because-part", part=self._part(reason.part))
        return self._messages.text(_REASONS[reason.status or CodeStatus.SET], code=self._code(str(reason.code)))

    def _functions(self, functions: Iterable[Function]) -> Iterator[str]:
        """Functions in words, those of one area together."""
        uses: dict[str, list[str]] = {}
        for function in functions:
            uses.setdefault(self._name(function), []).append(self._messages.text(_USES[function.use]))
        for name, these in uses.items():
            yield self._messages.text("function-of", name=name, uses=", ".join(these))

    def _name(self, function: Function) -> str:
        if function.use is Use.GIVE_CODE:
            return self._code(function.name)
        return self._messages.of(self._profile.areas[function.name].name)

    def _code(self, code: str) -> str:
        return self._messages.of(self._profile.codes[code].name)

    def _part(self, part: str) -> str:
        return self._messages.of(self._profile.parts[part].name) if part != CARD else part


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
