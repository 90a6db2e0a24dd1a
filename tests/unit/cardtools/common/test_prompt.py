"""Codes from a terminal, from standard input and from a file; and what is not taken."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from cardtools.common.messages import Language, Messages
from cardtools.common.prompt import (
    BadFileError,
    CodesFile,
    InputEndedError,
    Lines,
    MismatchError,
    MissingCodeError,
    NotTextError,
    PromptError,
    Terminal,
    UnsafeFileError,
    code_source,
)

from tests.clients.terminal import run_at_terminal
from tests.programs import run

PROGRAM = """
from cardtools.common.prompt import PromptError, code_source
source = code_source()
try:
    print("got", source.code("pin", "PIN"), source.new_code("pin", "New PIN", "New PIN again"))
except PromptError as error:
    print("refused", type(error).__name__)
"""


def codes_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "codes"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_codes_are_typed_at_a_terminal_and_a_new_one_twice() -> None:
    typing = [("PIN: ", "1234"), ("New PIN: ", "56 78"), ("New PIN again: ", "56 78")]
    shown = run_at_terminal([sys.executable, "-c", PROGRAM], typing, 30).stdout
    before, _, after = shown.partition("got ")
    assert after.strip() == "1234 56 78"
    assert "1234" not in before
    assert "56 78" not in before


def test_two_different_new_values_are_a_mismatch() -> None:
    typing = [("PIN: ", "1234"), ("New PIN: ", "5678"), ("New PIN again: ", "5687")]
    assert "refused MismatchError" in run_at_terminal([sys.executable, "-c", PROGRAM], typing, 30).stdout


def test_what_is_typed_and_no_text_is_refused_plainly() -> None:
    # A terminal whose bytes are ASCII, so that an accent is none of its characters.
    plain = ["env", "PYTHONIOENCODING=ascii:strict", sys.executable, "-c", PROGRAM]
    shown = run_at_terminal(plain, [("PIN: ", "heslíčko")], 30).stdout
    assert "refused NotTextError" in shown
    assert "Traceback" not in shown


def test_lines_that_are_no_text_are_refused_and_not_quoted() -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"12\xff4\n"), encoding="utf-8")
    with pytest.raises(NotTextError) as caught:
        Lines(stream).code("pin", "PIN")
    assert caught.value.__cause__ is None
    assert "12" not in str(caught.value)


def test_without_a_terminal_nothing_is_typed_in_plain_view() -> None:
    done = run(sys.executable, "-c", PROGRAM, input="1234\n", start_new_session=True)
    assert done.stdout == "refused NoTerminalError\n"
    assert "1234" not in done.stderr


def test_lines_come_in_the_order_asked() -> None:
    source = Lines(io.StringIO("1234\r\n with spaces \nnew\nnew\n\n"))
    assert source.code("pin", "PIN") == "1234"
    assert source.code("puk", "PUK") == " with spaces "
    assert source.new_code("pin", "New", "Again") == "new"
    assert source.code("qpin", "QPIN") == ""
    with pytest.raises(InputEndedError):
        source.code("qpin", "QPIN")


def test_lines_that_differ_are_a_mismatch() -> None:
    with pytest.raises(MismatchError):
        Lines(io.StringIO("new\nnwe\n")).new_code("pin", "New", "Again")


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_private_file_gives_codes_as_they_are_written(tmp_path: Path, mode: int) -> None:
    text = "# of a test card\npin: 0123\npuk: '8765 4321'\nnew-pin: 1e5\nqpin: yes\n"
    source = CodesFile(codes_file(tmp_path, text, mode))
    assert source.code("pin", "PIN") == "0123"
    assert source.code("puk", "PUK") == "8765 4321"
    assert source.code("qpin", "QPIN") == "yes"
    assert source.new_code("pin", "New", "Again") == "1e5"
    with pytest.raises(MissingCodeError):
        source.new_code("puk", "New", "Again")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o700, 0o602])
def test_a_file_that_others_may_touch_is_not_read(tmp_path: Path, mode: int) -> None:
    with pytest.raises(UnsafeFileError):
        CodesFile(codes_file(tmp_path, "pin: 1234\n", mode))


def test_a_link_a_folder_a_pipe_and_nothing_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(codes_file(tmp_path, "pin: 1234\n"))
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("link", ".", "pipe", "missing"):
        with pytest.raises(BadFileError):
            CodesFile(tmp_path / name)


@pytest.mark.parametrize(
    "text", ["", "1234", "- pin\n", "pin: [1, 2]\n", "pin:\n  a: b\n", "pin: 'x", "\0", "a: &a x\n*b : c"]
)
def test_what_is_no_list_of_codes_is_refused_and_not_quoted(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadFileError) as caught:
        CodesFile(codes_file(tmp_path, text))
    assert caught.value.__cause__ is None
    if len(text) > 3:
        assert text not in str(caught.value)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFileError):
        CodesFile(codes_file(tmp_path, "pin: 1\n" * 10000))


def test_the_options_name_the_source(tmp_path: Path) -> None:
    path = codes_file(tmp_path, "pin: 1234\n")
    assert isinstance(code_source(), Terminal)
    assert isinstance(code_source(stdin=True), Lines)
    assert code_source(codes_file=path).code("pin", "PIN") == "1234"
    with pytest.raises(ValueError, match="not from both"):
        code_source(stdin=True, codes_file=path)


@pytest.mark.parametrize("language", Language)
def test_every_failure_is_told(tmp_path: Path, language: Language) -> None:
    path = tmp_path / "codes"
    errors: list[PromptError] = [
        MismatchError(), InputEndedError(), NotTextError(), UnsafeFileError(path), BadFileError(path),
        MissingCodeError(path, "pin"),
    ]  # fmt: skip
    assert all(Messages(language).told(error) for error in errors)
