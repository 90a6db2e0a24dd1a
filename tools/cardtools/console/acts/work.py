"""One piece of work with a card, from its request to its answer."""

from __future__ import annotations

import typer

from cardtools.common.told import ToldError
from cardtools.console.acts.enrolment import ENROLMENT_ACTS, enrolment
from cardtools.console.acts.enrolment_forms import enrolment_form
from cardtools.console.acts.forms import form_of
from cardtools.console.acts.given import GivenCodes
from cardtools.console.acts.looking import look
from cardtools.console.acts.manager_acts import ACTS, export
from cardtools.console.acts.telling import EnrolOnPage, ManagerOnPage
from cardtools.console.acts.values import ENROLLING, Acted, Outcome, Result, Work
from cardtools.enrol.files.settings import home, read_settings
from cardtools.manager.commands.code_prompts import CodePrompts
from cardtools.manager.commands.failures import sentences


def done(work: Work) -> Result:
    """What came of it. Whatever can be told to people is in the answer; anything else is raised."""
    if work.kind == "look":
        return look(ManagerOnPage(work.language))
    if work.act in ENROLLING:
        return _enrolled(work)
    return _managed(work)


def _managed(work: Work) -> Result:
    run = ManagerOnPage(work.language, confirmed=work.confirmed, expert=work.expert)
    if work.kind == "form" and work.act is not None:
        return Result(form=form_of(run, work.act, work.target))
    try:
        if work.act is None:
            return Result(exported=export(run, work.target, work.values.get("what", "")))
        ACTS[work.act](run, CodePrompts(run, GivenCodes(work.values)), work.target, work.file)
    except ToldError as error:
        run.warned += [run.messages.told(told) for told in sentences(error, run.card)]
        return Result(acted=Acted(outcome=Outcome.REFUSED, said=tuple(run.said), warned=tuple(run.warned)))
    return Result(acted=Acted(outcome=Outcome.DONE, said=tuple(run.said), warned=tuple(run.warned)))


def _enrolled(work: Work) -> Result:
    assert work.act is not None, "an act of the enrolment client has a name"
    run = EnrolOnPage(work.language, read_settings(home()))
    on = enrolment(run, work.values, work.ca_url, confirmed=work.confirmed)
    if work.kind == "form":
        return Result(form=enrolment_form(on, work.act))
    outcome = Outcome.DONE
    try:
        ENROLMENT_ACTS[work.act](on, work.values)
    except ToldError as error:
        run.tell_failure(error)
        outcome = Outcome.REFUSED
    except typer.Exit:
        # The command has told why by now.
        outcome = Outcome.REFUSED
    return Result(acted=Acted(outcome=outcome, said=tuple(run.said), warned=tuple(run.warned)))
