"""Completion in a real bash, which takes a word with a colon for several."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from stuntcard.cli.completion import joined_where_broken

from tests.programs import shown
from tests.unit.cli.command_line import PATIENCE, done

STUNTCARD = Path(sys.executable).with_name("stuntcard")
SETUP = """
PS1='> '; set +o history; bind 'set bell-style none' 'set enable-bracketed-paste off' 2>/dev/null
stuntcard() { printf 'stuntcard was given: %s.\\n' "$*"; }
"""
"""A function in the command's place, so that the line can be seen as bash has it when it is done."""


class Bash:
    """An interactive bash at a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PATH": f"{STUNTCARD.parent}:{os.environ['PATH']}", "TERM": "dumb"}
        source = shown(STUNTCARD, env={**environment, "_STUNTCARD_COMPLETE": "source_bash"})
        (folder / "rc").write_text(f"{SETUP}{source}")
        self._terminal, side = pty.openpty()
        bash = shutil.which("bash")
        assert bash is not None
        self._process = subprocess.Popen(
            [bash, "--noprofile", "--rcfile", folder / "rc", "-i"],
            stdin=side, stdout=side, stderr=side, env={**environment, "INPUTRC": "/dev/null"}, start_new_session=True,
        )  # fmt: skip
        os.close(side)

    def line(self, keys: str) -> str:
        """What the line is once bash has completed it."""
        os.write(self._terminal, f"{keys}\n".encode())
        shown, end = "", time.monotonic() + PATIENCE
        while "stuntcard was given: " not in shown or not shown.rpartition("stuntcard was given: ")[2].count(".\r\n"):
            assert time.monotonic() < end, shown
            if select.select([self._terminal], [], [], 1)[0]:
                shown += os.read(self._terminal, 1 << 12).decode()
        return shown.rpartition("stuntcard was given: ")[2].partition(".\r\n")[0]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)


@pytest.fixture
def bash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bash]:
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path / "home"))
    done("card", "new", "mine", "proid-q")
    with contextlib.closing(Bash(tmp_path)) as bash:
        yield bash


def test_words_with_a_colon_are_completed(bash: Bash) -> None:
    assert bash.line("stuntcard run card:m\t") == "run card:mine"
    assert bash.line("stuntcard run card:\t--detach") == "run card:mine --detach"
    assert bash.line("stuntcard run car\t") == "run card:mine"
    assert bash.line("stuntcard run anna=card:m\t") == "run anna=card:mine"
    assert bash.line("stuntcard run proid-q --applet piv:c\t") == "run proid-q --applet piv:cc"
    assert bash.line("stuntcard run proid-q --applet=piv:c\t") == "run proid-q --applet=piv:cc"
    assert bash.line("stuntcard set card:mine pin=bl\t") == "set card:mine pin=blocked"
    # Who told bash that a colon breaks no words, has it as well.
    bash.line("COMP_WORDBREAKS=${COMP_WORDBREAKS//:}; stuntcard")
    assert bash.line("stuntcard run card:m\t") == "run card:mine"


@pytest.mark.parametrize(
    ("parts", "number", "words", "place", "typed"),
    [
        ("stuntcard run card : m", 4, "stuntcard run card:m", 2, "card:m"),
        ("stuntcard run card :", 3, "stuntcard run card:", 2, "card:"),
        ("stuntcard run card : mine tok", 5, "stuntcard run card:mine tok", 3, "tok"),
        ("stuntcard exec anna = card : m", 6, "stuntcard exec anna=card:m", 2, "anna=card:m"),
        ("stuntcard run x --applet = piv : c", 6, "stuntcard run x --applet=piv:c", 3, "--applet=piv:c"),
        ("stuntcard run card:m", 2, "stuntcard run card:m", 2, ""),
        ("stuntcard run pro", 2, "stuntcard run pro", 2, ""),
    ],
)
def test_what_bash_broke_is_one_word_again(parts: str, number: int, words: str, place: int, typed: str) -> None:
    said = {"COMP_WORDS": parts.replace(" ", "\n"), "COMP_CWORD": str(number)}
    assert joined_where_broken(said) == typed
    assert said == {"COMP_WORDS": words.replace(" ", "\n"), "COMP_CWORD": str(place)}


def test_a_new_word_behind_a_colon_is_a_new_word() -> None:
    said = {"COMP_WORDS": "stuntcard\nrun\ncard\n:\n", "COMP_CWORD": "4"}
    assert joined_where_broken(said) == ""
    assert said == {"COMP_WORDS": "stuntcard\nrun\ncard:\n", "COMP_CWORD": "3"}
