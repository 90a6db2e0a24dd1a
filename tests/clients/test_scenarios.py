"""Every shipped scenario, run with stock OpenSC by the very command lines that its file gives."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

import pytest
from stuntcard.messages import Messages
from stuntcard.profile.model import Language
from stuntcard.running.choices import RunOptions
from stuntcard.running.pcsc import pcsc_server
from stuntcard.running.placing import placed
from stuntcard.scenario.build import build
from stuntcard.scenario.exchanges import ExchangeList
from stuntcard.scenario.expectations import outcomes
from stuntcard.scenario.load import NamedScenario, load_scenario, scenario_names

from tests.clients.desk import Desk, WatchedCard
from tests.clients.opensc import shared_folder
from tests.clients.stuntcard_command import StuntcardCommand

NAMES = scenario_names()


@pytest.fixture(params=NAMES)
def named(request: pytest.FixtureRequest) -> NamedScenario:
    return load_scenario(str(request.param))


@pytest.fixture
def exchanges() -> ExchangeList:
    return ExchangeList()


@pytest.fixture
def desk(named: NamedScenario, exchanges: ExchangeList) -> Iterator[Desk]:
    card = build(named).card
    with (
        shared_folder() as folder,
        placed(card, RunOptions(faults=named.scenario.rules, recorder=exchanges)) as placed_card,
    ):
        socket = folder / "pcsc.sock"
        with pcsc_server(socket, [(named.profile.name, placed_card.slot)]):
            yield Desk(WatchedCard(card), folder, socket)
            placed_card.let_go()


def test_the_scenario_is_shown_by_its_own_commands(named: NamedScenario, desk: Desk, exchanges: ExchangeList) -> None:
    assert named.scenario.shown_by, "nothing shows it; give `shown_by`"
    said = []
    for shown in named.scenario.shown_by:
        command = shlex.split(shown.run)
        said.append(desk.refused(*command) if shown.fails else desk.tool(*command))
    # What was only torn out, and never reset, is judged when the next one comes.
    desk.card.power_off()
    seen = exchanges.exchanges
    found = outcomes(named.scenario.expect, named.profile, desk.seen, seen, Messages(Language.ENGLISH))
    not_met = [outcome for outcome in found if not outcome.met]
    log = [f"{one.name} {one.command.hex()} -> {one.status}" for one in seen]
    assert found, "nothing is expected; give `expect`"
    assert not_met == [], "\n".join([*said, *log[-40:]])


@pytest.mark.parametrize(
    ("name", "flag"), [("proid-q-pin-last-try", "final user PIN try"), ("proid-q-pin-blocked", "user PIN locked")]
)
def test_a_last_try_and_a_blocked_code_are_seen_where_the_driver_asks(name: str, flag: str) -> None:
    with shared_folder() as folder:
        command = StuntcardCommand({**os.environ, "XDG_RUNTIME_DIR": str(folder)})
        flags = {
            applet: command("exec", "--scenario", name, "--applet", applet, "--", "pkcs11-tool", "-L").stdout
            for applet in ("isoapplet", "myeid")
        }
    assert flag in flags["myeid"]
    assert flag not in flags["isoapplet"]
