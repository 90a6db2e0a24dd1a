"""What `scenario list` and `exercise list` write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Literal

import typer

from stuntcard.cli.exit import fail
from stuntcard.messages import Messages, messages_in
from stuntcard.profile.load import profile_names
from stuntcard.words.listing import exercise_summary, exercise_table, scenario_summary, scenario_table

ListForm = Literal["text", "json", "markdown"]


def scenario_listing(profile: str | None, language: str, form: ListForm) -> str:
    """The scenarios that are found by their names, of one profile or all. Tells of those that can't be used."""
    from stuntcard.scenario.load import scenarios_found

    messages = messages_in(language)
    _need_profile(profile, messages)
    good, bad = scenarios_found()
    for name in bad:
        typer.echo(messages.text("scenario-unusable", name=name), err=True)
    found = [named for named in good if profile in (None, named.profile.id)]
    if form == "json":
        return _json([scenario_summary(named) for named in found])
    if form == "markdown":
        return "\n".join(scenario_table(found, messages))
    return _columns((named.name, messages.of(named.scenario.title)) for named in found)


def exercise_listing(profile: str | None, language: str, form: ListForm) -> str:
    """The exercises that come with Stuntcard, of one profile or all."""
    from stuntcard.exercises.load import exercise_names, load_exercise

    messages = messages_in(language)
    _need_profile(profile, messages)
    found = [load_exercise(name) for name in exercise_names()]
    found = [named for named in found if profile in (None, named.profile.id)]
    if form == "json":
        return _json([exercise_summary(named) for named in found])
    if form == "markdown":
        return "\n".join(exercise_table(found, messages))
    return _columns((named.name, messages.of(named.exercise.title)) for named in found)


def _need_profile(profile: str | None, messages: Messages) -> None:
    if profile is not None and profile not in profile_names():
        fail(messages.text("list-no-profile", profile=profile, profiles=", ".join(profile_names())))


def _json(summaries: Sequence[dict[str, object]]) -> str:
    return json.dumps(summaries, indent=2, ensure_ascii=False)


def _columns(rows: Iterable[tuple[str, str]]) -> str:
    """Names and titles, the titles below each other."""
    rows = list(rows)
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join(f"{name:{width}}  {title}" for name, title in rows)
