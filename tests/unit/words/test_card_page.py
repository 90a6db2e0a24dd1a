from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.messages import Messages
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Language, Text
from stuntcard.words.card_page import PageError, marked_sections, new_page, own_words, updated_page

from tests.unit.cli.command_line import run

ENGLISH = Messages(Language.ENGLISH)

BAD_INPUT = 2


def test_a_new_page_has_everything_between_marks() -> None:
    page = new_page(load_profile("zzzs-pk"), ENGLISH)
    assert page.startswith("# ZZZS-PK\n\nThe Slovenian health professional card.")
    assert "| PIN of PEP | 4 [PK-01] | digits [PK-01, assumed] | 3 [PK-01] |" in page
    assert marked_sections(page) == (
        "codes", "values", "names", "areas", "ends", "actors", "factory-keys", "claims", "assumed", "facts",
    )  # fmt: skip
    assert "[PK-01]" not in own_words(page)


def test_ones_own_words_stay_while_the_profile_is_written_anew() -> None:
    page = "# Mine\n\n<!-- profile: actors -->\nold\n<!-- end -->\n\nMy words.\n"
    assert updated_page(load_profile("tokenme"), ENGLISH, page) == (
        "# Mine\n\n<!-- profile: actors -->\n- Nobody off the card changes anything on it.\n<!-- end -->\n\nMy words.\n"
    )


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ("<!-- profile: colours -->\n<!-- end -->\n", "there is no such section; there are: codes, values, names"),
        ("<!-- profile: codes -->\nand no end\n", "a mark is not closed"),
        ("<!-- profile: codes -->\n<!-- profile: areas -->\n<!-- end -->\n", "a mark is not closed"),
        ("<!-- end -->\n", "a mark is not closed"),
    ],
)
def test_marks_that_can_not_be_understood(page: str, why: str) -> None:
    with pytest.raises(PageError, match=why):
        updated_page(load_profile("tokenme"), ENGLISH, page)


def test_a_bar_in_a_text_does_not_end_its_cell() -> None:
    profile = load_profile("tokenme")
    general = profile.areas["general"].model_copy(update={"name": Text(en="this|that", cs="", sl="")})
    page = new_page(profile.model_copy(update={"areas": {"general": general}}), ENGLISH)
    assert "| this\\|that | `general` |" in page


# On the command line


def test_show_writes_a_page_and_then_into_it(tmp_path: Path) -> None:
    file = tmp_path / "tokenme.md"
    printed = run("show", "tokenme", "--markdown")
    assert printed.exit_code == 0
    assert run("show", "tokenme", "--page", str(file)).output == ""
    assert file.read_text("utf-8") == printed.stdout == new_page(load_profile("tokenme"), ENGLISH)

    mine = file.read_text("utf-8").replace("| PIN | 4 to 15", "| PIN | 9 to 9").replace("## Codes", "## My codes")
    file.write_text(mine, "utf-8")
    assert run("show", "tokenme", "--page", str(file)).exit_code == 0
    assert file.read_text("utf-8") == printed.stdout.replace("## Codes", "## My codes")


def test_a_page_that_can_not_be_used_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text("<!-- profile: colours -->\n<!-- end -->\n")
    result = run("show", "tokenme", "--page", str(file))
    assert result.exit_code == BAD_INPUT
    assert result.output.startswith(f"{file}: <!-- profile: colours -->: there is no such section")
    assert file.read_text() == "<!-- profile: colours -->\n<!-- end -->\n"

    nowhere = run("show", "tokenme", "--page", str(tmp_path / "no" / "page.md"))
    assert nowhere.exit_code == BAD_INPUT
    assert nowhere.output.endswith("can't be written: No such file or directory\n")
