"""Scenarios in words: what happened, the card as it stands then, and what came of the expectations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from stuntcard.card.view import view
from stuntcard.messages import Messages
from stuntcard.profile.claims import Condition
from stuntcard.profile.model import CARD, CodeStatus, Profile
from stuntcard.scenario.build import Built
from stuntcard.scenario.expectations import Outcome, expected_in_words
from stuntcard.scenario.load import NamedScenario
from stuntcard.scenario.model import CertificateStatus, KeyWanted
from stuntcard.scenario.objects import CardObject
from stuntcard.words.listing import scenario_summary

_KEYS = {
    KeyWanted.MADE: "object-made",
    KeyWanted.IMPORTED: "object-imported",
    KeyWanted.DELETED: "object-deleted",
}
_CERTIFICATES = {
    CertificateStatus.VALID: "certificate-valid",
    CertificateStatus.EXPIRED: "certificate-expired",
    CertificateStatus.REVOKED: "certificate-revoked",
}
_ASKS_NO_TRIES = "isoapplet"


def about_lines(named: NamedScenario, messages: Messages) -> Iterator[str]:
    """What happened, and an empty line."""
    scenario = named.scenario
    yield f"{named.name}: {messages.of(scenario.title)}"
    yield messages.of(scenario.text).strip()
    yield ""


def scenario_lines(named: NamedScenario, built: Built, messages: Messages) -> Iterator[str]:
    """All that there is to tell of a scenario."""
    scenario = named.scenario
    yield from about_lines(named, messages)
    yield messages.text("scenario-card", card=named.profile.name)
    yield from (f"  {line}" for line in _state_lines(named, built, messages))
    if _driver_asks_no_tries(built):
        yield messages.text("scenario-unseen-tries")
    if built.objects:
        yield messages.text("scenario-objects")
        yield from (f"  {_object_line(named.profile, made, messages)}" for made in built.objects)
    for heading, lines in (
        ("scenario-faults", [str(fault) for fault in scenario.faults]),
        ("scenario-expects", list(expected_in_words(scenario.expect, messages))),
        ("scenario-cured-when", [_condition(condition) for condition in scenario.cured]),
        ("scenario-shown-by", [shown.run for shown in scenario.shown_by]),
    ):
        if lines:
            yield messages.text(heading)
            yield from (f"  {line}" for line in lines)
    if scenario.source:
        yield f"[{', '.join(scenario.source)}]"


def _condition(condition: Condition) -> str:
    """A condition as its author writes it."""
    return ", ".join(
        f"{name}: {' | '.join(value) if isinstance(value, list) else value}"
        for name, value in _written(condition).items()
    )


def _written(condition: Condition) -> dict[str, object]:
    return condition.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _driver_asks_no_tries(built: Built) -> bool:
    """Whether a PKCS#11 program could tell of its last try, or of its being blocked, if its driver asked."""
    applet = built.card.profile.applets[0]
    return applet == _ASKS_NO_TRIES and any(
        code.status is CodeStatus.BLOCKED or (code.status is CodeStatus.SET and code.tries_left == 1 < code.tries_limit)
        for code in built.card.state.codes.values()
    )


def _state_lines(named: NamedScenario, built: Built, messages: Messages) -> Iterator[str]:
    profile, state = named.profile, built.card.state
    for name, code in state.codes.items():
        shown = messages.of(profile.codes[name].name)
        match code.status:
            case CodeStatus.NOT_SET:
                yield messages.text("scenario-not-set", code=shown)
            case CodeStatus.BLOCKED:
                yield messages.text("scenario-blocked", code=shown)
            case CodeStatus.SET:
                said = [messages.counted("risk-tries", code.tries_left, code=shown)]
                if name in built.values:
                    said.append(messages.text("scenario-value", value=built.values[name]))
                else:
                    said.append(messages.text("scenario-forgotten"))
                if code.must_change:
                    said.append(messages.text("scenario-must-change"))
                yield " ".join(said)
    for part in sorted(state.lost):
        if part == CARD:
            yield messages.text("scenario-dead")
        else:
            yield messages.text("scenario-lost", part=messages.of(profile.parts[part].name))


def _object_line(profile: Profile, made: CardObject, messages: Messages) -> str:
    wanted = made.wanted
    said = [messages.text(_KEYS[wanted.key])]
    if wanted.certificate is None:
        said.append(messages.text("object-unpaired"))
    else:
        said.append(messages.text(_CERTIFICATES[wanted.certificate.status], serial=f"{made.serial:X}"))
    if not wanted.listed:
        said.append(messages.text("object-unlisted"))
    return f"{messages.of(profile.areas[made.area].name)}: {wanted.id} {wanted.label}: {', '.join(said)}"


def scenario_object(named: NamedScenario, built: Built, messages: Messages) -> dict[str, object]:
    """All that there is to tell of a scenario, for JSON."""
    return {
        **scenario_summary(named),
        "text": named.scenario.text.model_dump(),
        "values": built.values,
        "state": asdict(view(named.profile, built.card.content)),
        "revoked_serials": [f"{serial:X}" for serial in built.revoked_serials],
        "faults": list(named.scenario.faults),
        "expect": list(expected_in_words(named.scenario.expect, messages)),
        "cured": [_written(condition) for condition in named.scenario.cured],
        "shown_by": [shown.model_dump() for shown in named.scenario.shown_by],
    }


def report_lines(named: NamedScenario, found: Sequence[Outcome], messages: Messages) -> Iterator[str]:
    """What came of the expectations."""
    met = sum(outcome.met for outcome in found)
    yield messages.text("scenario-report", name=named.name, met=met, number=len(found))
    for outcome in found:
        if outcome.met:
            said = messages.text("expectation-met", expected=outcome.expected)
        else:
            said = messages.text("expectation-not-met", expected=outcome.expected, found=outcome.found)
        yield f"  {said}"
