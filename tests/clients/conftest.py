"""Desks for the tests with real programs. What is not installed makes them fail, and is never skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cardtools.console.workers import Workers

from tests.browser.ports import held_port
from tests.browser.running_console import RunningConsole, class_running
from tests.clients.cardmanager import CardManager
from tests.clients.desk import Desk, desk_with_own_socket, desk_with_pcscd
from tests.clients.enrolment import Client, Holding, TrainingCa, client_at_desk, holding, training_ca
from tests.clients.opensc import built, drivers, knows_driver, other_root, shared_folder
from tests.clients.pkcs11_client import Pkcs11Client
from tests.clients.stuntcard_command import StuntcardCommand
from tests.clients.trouble import Trouble, desk_in_trouble


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what does not run with the OpenSC of another root folder, or with one that has not the driver."""
    left_out = [item for item in items if _lacks_driver(item) or (other_root() is not None and _runs_only_here(item))]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _lacks_driver(item: pytest.Item) -> bool:
    """Whether a test needs a driver that the OpenSC that is tested has not."""
    marker = item.get_closest_marker("opensc_driver")
    return marker is not None and not knows_driver(*marker.args)


def _runs_only_here(item: pytest.Item) -> bool:
    """Whether a test needs this machine's pcscd, or loads the PKCS#11 module into this machine's Python."""
    marked = any(item.get_closest_marker(name) is not None for name in ("pcscd", "own_module"))
    return marked or "application" in getattr(item, "fixturenames", ())


def _wanted(request: pytest.FixtureRequest) -> tuple[str, str | None]:
    """What card the module's desks have: a ProID+Q with its own command set, unless PROFILE and APPLET say other."""
    return getattr(request.module, "PROFILE", "proid-q"), getattr(request.module, "APPLET", None)


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A fresh card in the emulator's own reader."""
    profile, applet = _wanted(request)
    with desk_with_own_socket(profile, applet=applet) as desk:
        yield desk


@pytest.fixture(params=["pcsc", pytest.param("vpcd", marks=pytest.mark.pcscd)])
def any_desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A fresh card in either kind of reader."""
    profile, applet = _wanted(request)
    with desk_with_own_socket(profile, applet=applet) if request.param == "pcsc" else desk_with_pcscd(profile) as desk:
        yield desk


@pytest.fixture
def trouble() -> Iterator[Trouble]:
    with desk_in_trouble("pcsc") as trouble:
        yield trouble


@pytest.fixture(params=["pcsc", pytest.param("vpcd", marks=pytest.mark.pcscd)])
def any_trouble(request: pytest.FixtureRequest) -> Iterator[Trouble]:
    """In either kind of reader."""
    with desk_in_trouble(request.param) as trouble:
        yield trouble


@pytest.fixture(autouse=True)
def without_ias_driver(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An OpenSC that knows ZZZS-PK by its ATR takes it for an IsoApplet all the same, as releases up to 0.27 do.

    Not so where a test is of that driver (docs/ias.md).
    """
    if built() is not None and knows_driver("cedulauy") and request.node.get_closest_marker("opensc_driver") is None:
        others = ", ".join(name for name in drivers() if name != "cedulauy")
        configuration = tmp_path / "opensc.conf"
        configuration.write_text(f"app default {{ card_drivers = {others}; }}\n")
        monkeypatch.setenv("OPENSC_CONF", str(configuration))


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment whose running cards are the test's own; a path short enough for sockets."""
    private = tmp_path_factory.mktemp("run")
    private.chmod(0o700)
    return {**os.environ, "XDG_RUNTIME_DIR": str(private)}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A private folder that OpenSC's programs see too, wherever they are."""
    with shared_folder() as folder:
        yield folder


@pytest.fixture
def begun(request: pytest.FixtureRequest) -> Holding:
    """What the card of the module's profile has: nothing, or what `beginning_with` says."""
    return holding(_wanted(request)[0], *getattr(request, "param", ()))


@pytest.fixture
def ca(begun: Holding, tmp_path: Path) -> Iterator[TrainingCa]:
    """A CA whose operator issues by hand."""
    with training_ca(tmp_path, begun.ca) as ca:
        yield ca


@pytest.fixture
def client(begun: Holding, ca: TrainingCa) -> Iterator[Client]:
    """The enrolment client of that CA, at a desk."""
    with client_at_desk(ca.url, begun.profile, content=begun.content) as client:
        yield client


@pytest.fixture
def own(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """An environment whose classes are the test's own, too."""
    return {**environment, "XDG_DATA_HOME": f"{tmp_path}/data", "XDG_STATE_HOME": f"{tmp_path}/state", "LC_ALL": "C"}


@pytest.fixture
def port() -> Iterator[str]:
    """A port for a console that is started more than once."""
    with held_port() as held:
        yield str(held)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """Processes that do the acts of the trainee's desk."""
    there = Workers()
    yield there
    there.end()


@pytest.fixture
def class_(request: pytest.FixtureRequest, own: dict[str, str], tmp_path: Path) -> Iterator[RunningConsole]:
    """A console with the class of the test's module."""
    with class_running(own, tmp_path, request.module.CLASS) as running:
        yield running


@pytest.fixture
def stuntcard(environment: dict[str, str]) -> StuntcardCommand:
    return StuntcardCommand(environment)


@pytest.fixture
def cardmanager(desk: Desk) -> CardManager:
    """The card manager, at the desk of the test."""
    return CardManager(desk)


@pytest.fixture
def application(desk: Desk) -> Iterator[Pkcs11Client]:
    """A program that uses the card through python-pkcs11."""
    with Pkcs11Client(desk) as client:
        yield client
