"""A misspelt name in a test is told where it stands there, and in few lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.testing import Stuntcard
from stuntcard.testing.mistakes import is_mistake, told_where_it_stands

from tests.unit.test_pytest_plugin import run_pytest

TEST = """\
def test_scenario(stuntcard):
    stuntcard("proid-q", scenario="puk-last-tri")


def test_card(stuntcard):
    stuntcard("proidq")


def test_state(stuntcard):
    card = stuntcard("proid-q")
    card.set("pim=blocked")
"""


def test_it_takes_no_more_than_the_line_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TEST)
    told = run_pytest(tmp_path, "--tb=short", "-rN", status=1)
    for line, what in (
        (
            'stuntcard("proid-q", scenario="puk-last-tri")',
            "there is no scenario 'puk-last-tri'; did you mean proid-q-puk",
        ),
        ('stuntcard("proidq")', "there is no profile 'proidq'; there are: blank, eobcanka, proid-q"),
        ('card.set("pim=blocked")', "pim: ProID+Q has nothing of that name. There are: pin, puk, qpin"),
    ):
        shown = told.partition(line)[2].splitlines()
        where = next(number for number, one in enumerate(shown) if what in one)
        assert where <= 2, told
    assert "emulator" not in told.partition("test_it.py")[2]
    # Who wants to see all has it.
    assert "scenario/load.py:" in run_pytest(tmp_path, "--full-trace", "-k", "scenario", status=1)


def test_an_error_of_the_systems_own_keeps_its_way() -> None:
    assert not is_mistake(FileNotFoundError(2, "No such file", "x"))
    with Stuntcard() as cards, pytest.raises(FileNotFoundError) as caught:
        cards("proidq")
    assert is_mistake(caught.value)
    frame = told_where_it_stands(caught.value).__traceback__
    assert frame is not None
    assert (frame.tb_frame.f_code.co_filename, frame.tb_next) == (__file__, None)
