"""What a command says when the system refuses it something: no numbers of errors, and each file once."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from stuntcard.cli.exit import failing


@pytest.mark.parametrize("prefix", ["", "{file}: ", "can't be done: "])
def test_a_file_that_is_not_there_is_named_once(
    prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "none"
    with pytest.raises(typer.Exit), failing(OSError, prefix=prefix.format(file=file)):
        file.read_bytes()
    said = capsys.readouterr().err
    assert said.endswith(f"{file}: No such file or directory\n")
    assert said.count(str(file)) == 1
