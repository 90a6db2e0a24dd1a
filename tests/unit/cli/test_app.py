"""The `stuntcard` command as a whole: help, version, completion."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from stuntcard.cli.app import all_commands
from typer._completion_classes import BashComplete
from typer.main import get_command

from tests import programs
from tests.unit.cli.command_line import done, run, stuntcard
from tests.unit.control.running_cards import running_card

COMMANDS = (
    "list", "show", "run", "exec", "status", "profile check", "profile schema", "insert", "remove", "reset", "state",
    "set", "fault set", "fault list", "fault clear",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    assert f"Example: stuntcard {command}" in done(*command.split(), "--help")


def test_without_a_command_there_is_help() -> None:
    assert "list" in done("--help")
    assert "Usage" in run().output


def test_version() -> None:
    assert done("--version") == f"stuntcard {version('stuntcard')}\n"


@pytest.mark.parametrize("locale", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_what_a_terminal_can_not_show_is_a_question_mark(locale: dict[str, str]) -> None:
    environment = {**locale, "PYTHONCOERCECLOCALE": "0"}
    assert "eOb?anka (eobcanka)" in stuntcard("show", "eobcanka", environment=environment).stdout


# Completion


def completed(line: str) -> list[str]:
    """What a shell offers for the last word of a line."""
    words = line.split(" ")
    environment = {
        "_STUNTCARD_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    done = programs.run(Path(sys.executable).with_name("stuntcard"), env={**os.environ, **environment})
    assert done.stderr == ""
    return done.stdout.split()


def test_commands_and_names_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path))
    assert completed("stuntcard sna") == ["snapshot"]
    assert completed("stuntcard show pr") == ["proid-q"]
    assert completed("stuntcard run --scenario tokenme-fu") == ["tokenme-full"]
    done("card", "new", "mine", "proid-q")
    assert completed("stuntcard exec car") == ["card:mine"]
    assert completed("stuntcard card show ") == ["mine"]
    assert completed("stuntcard state ") == []


def offered(line: str) -> list[str]:
    """The same in this process, and before bash's own breaks of words are minded."""
    *args, incomplete = line.split(" ")[1:]
    shell = BashComplete(get_command(all_commands()), {}, "stuntcard", "_STUNTCARD_COMPLETE")
    return [item.value for item in shell.get_completions(args, incomplete)]


def test_values_with_parts_are_completed_as_the_cards_of_the_line_have_them() -> None:
    assert offered("stuntcard exec proid-q --applet pi") == ["piv"]
    assert offered("stuntcard exec proid-q --applet piv") == ["piv", "piv:cc", "piv:general"]
    assert offered("stuntcard exec a=proid-q b=zzzs-pk --applet b:ias:p") == ["b:ias:pep"]
    assert offered("stuntcard exec --scenario proid-q-pin-blocked --applet gids:c") == ["gids:cc"]
    assert offered("stuntcard exec a=proid-q b=tokenme --scenario b:tokenme-fu") == ["b:tokenme-full"]
    assert offered("stuntcard exec a=tok") == ["a=tokenme"]
    assert offered("stuntcard advise proid-q --state pin=blocked,puk=n") == ["pin=blocked,puk=not_set"]
    assert offered("stuntcard no-such-command a") == ["actor", "advise"]
    with running_card("eobcanka"):
        assert offered("stuntcard actor eobcanka of") == ["office"]
        assert "set-identification" in offered("stuntcard actor eobcanka office ")
        assert offered("stuntcard set eobcanka card=") == ["card=dead"]


def test_cards_that_run_are_completed() -> None:
    with running_card("proid-q") as first, running_card("zzzs-pk"):
        assert completed("stuntcard state ") == ["proid-q", "zzzs-pk"]
        with running_card("proid-q") as second:
            names = sorted((first.path.parent.name, second.path.parent.name))
            assert completed("stuntcard state proid-q") == names


def test_what_can_not_be_looked_at_is_not_completed(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (runtime / "stuntcard", tmp_path / "cards"):
        folder.mkdir()
        folder.chmod(0o755)
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path))
    assert completed("stuntcard state ") == []
    assert "proid-q" in completed("stuntcard exec ")
    assert completed("stuntcard card show ") == []


def test_bash_is_told_how(tmp_path: Path) -> None:
    line = 'COMP_WORDS=(stuntcard show tok); COMP_CWORD=2; _stuntcard_completion stuntcard; echo "${COMPREPLY[@]}"'
    script = tmp_path / "complete.bash"
    script.write_text(
        f'export PATH="{Path(sys.executable).parent}:$PATH"\neval "$(stuntcard --show-completion)"\n{line}'
    )
    shown = programs.run("bash", script)
    assert (shown.stdout, shown.stderr) == ("tokenme\n", "")
