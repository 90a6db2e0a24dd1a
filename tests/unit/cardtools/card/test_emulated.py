"""An emulated card that runs and that a program was not told of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cardtools.card.emulated import SOCKET_VARIABLE, emulated_card
from cardtools.card.endings import exit_code_for
from cardtools.card.errors import NoServiceError, NoSuchReaderError, ReadOnlyCardError
from cardtools.common.exit_codes import ExitCode
from cardtools.common.messages import Language, Messages
from cardtools.common.prompt import InputEndedError, MismatchError


def running(runtime: Path, name: str, process: int) -> None:
    directory = runtime / "stuntcard" / f"{name}-{process}-x1"
    directory.mkdir(parents=True)
    (directory / "pcsc.sock").touch()


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv(SOCKET_VARIABLE, raising=False)
    return tmp_path


def test_one_that_runs_is_named(runtime: Path) -> None:
    assert emulated_card() is None
    running(runtime, "gone", 2**22 + 1)
    assert emulated_card() is None
    running(runtime, "my-card", os.getpid())
    assert emulated_card() == "my-card"


def test_who_was_told_of_a_socket_is_told_of_no_other(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running(runtime, "my-card", os.getpid())
    monkeypatch.setenv(SOCKET_VARIABLE, "/nowhere")
    assert emulated_card() is None


def test_what_is_said_then() -> None:
    said = Messages(Language.ENGLISH, "manager").told(NoServiceError("my-card"))
    assert said.endswith('type: eval "$(stuntcard env my-card)"')
    assert "systemctl start pcscd" in Messages(Language.ENGLISH, "manager").told(NoServiceError())


def test_the_tools_end_alike() -> None:
    assert exit_code_for(NoServiceError()) is ExitCode.UNAVAILABLE
    assert exit_code_for(NoSuchReaderError("none")) is ExitCode.BAD_INPUT
    assert exit_code_for(InputEndedError()) is ExitCode.BAD_INPUT
    assert exit_code_for(MismatchError()) is ExitCode.REFUSED
    assert exit_code_for(ReadOnlyCardError()) is ExitCode.REFUSED
