"""Start-up time is a feature: a command loads what it needs, and no more. This is why imports stand in functions."""

from __future__ import annotations

import sys

import pytest

from tests.programs import shown
from tests.unit.cli.command_line import ROOT

ROOMS_OF_EXEC = {
    "applets", "card", "cli", "control", "faults", "iso7816", "policy", "profile", "readers", "running",
}  # fmt: skip
MODULES_OF_EXEC = {
    "cli": {"app", "completion", "desk", "environment", "exit", "language", "loading", "options", "run", "streams"},
    "control": {"directory", "server"},  # what is asked and answered comes with the first request
    "faults": {"injector"},  # rules come with the first fault
    "running": {"choices", "desk", "making", "pcsc", "placing", "plan", "program", "signals", "startup"},
}
EXPLORER_AND_ADVISOR = {"advise", "claims", "described", "explore", "moves", "reach", "route", "walk"}
SLOW_LIBRARIES = {
    "asn1crypto", "asyncio", "concurrent", "gmpy2", "http", "json", "multiprocessing", "platformdirs", "polib", "rich",
    "sqlite3", "ssl",
}  # fmt: skip


def loaded(*arguments: str) -> set[str]:
    """The modules that the command has loaded when it ends."""
    program = (
        f"import sys; sys.argv = ['stuntcard', *{arguments!r}]\n"
        "from stuntcard.__main__ import start\n"
        "try: start()\n"
        "except SystemExit as end: assert not end.code, end\n"
        "print('modules', *sys.modules)"
    )
    return set(shown(sys.executable, "-c", program, cwd=ROOT).splitlines()[-1].split()[1:])


def rooms_of(modules: set[str]) -> set[str]:
    """The rooms that these are of."""
    return {name.split(".")[1] for name in modules if name.startswith("stuntcard.")} - {"__main__"}


@pytest.fixture(scope="module")
def exec_loaded() -> set[str]:
    return loaded("exec", "proid-q", "--", "true")


def test_exec_loads_no_room_that_it_does_not_need(exec_loaded: set[str]) -> None:
    assert rooms_of(exec_loaded) == ROOMS_OF_EXEC


@pytest.mark.parametrize("room", MODULES_OF_EXEC)
def test_exec_loads_no_module_that_it_does_not_need(exec_loaded: set[str], room: str) -> None:
    modules = {name.split(".")[2] for name in exec_loaded if name.startswith(f"stuntcard.{room}.")}
    assert modules - MODULES_OF_EXEC[room] == set()


def test_exec_loads_of_the_law_only_what_a_card_runs_on(exec_loaded: set[str]) -> None:
    modules = {name.split(".")[2] for name in exec_loaded if name.startswith("stuntcard.policy.")}
    assert modules & EXPLORER_AND_ADVISOR == set()


def test_exec_loads_no_applet_that_its_card_does_not_have(exec_loaded: set[str]) -> None:
    modules = {name.split(".")[2] for name in exec_loaded if name.startswith("stuntcard.applets.")}
    assert modules & {"isoapplet", "manage", "myeid", "eop", "ias"} == {"isoapplet", "manage"}


def test_exec_loads_no_library_that_is_slow_to_load(exec_loaded: set[str]) -> None:
    assert exec_loaded & SLOW_LIBRARIES == set()


def test_help_loads_commands_and_no_more() -> None:
    assert rooms_of(loaded("--help")) == {"cli", "running"}


def test_nobody_but_serve_waits_for_what_serves_pages() -> None:
    assert loaded("status") & {"fastapi", "starlette", "uvicorn", "jinja2", "stuntcard.serve"} == set()
