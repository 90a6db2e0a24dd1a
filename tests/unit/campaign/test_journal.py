from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.campaign.journal import (
    JOURNAL,
    Header,
    Journal,
    JournalError,
    is_complete,
    put_aside,
    read_header,
    read_outcomes,
    read_versions,
)
from stuntcard.campaign.model import Campaign
from stuntcard.campaign.outcome import Verdict, Version

from tests.unit.campaign.outcomes import cell, outcome

CAMPAIGN = Campaign.model_validate(
    {
        "schema": 1,
        "title": "A try",
        "cards": ["proid-q"],
        "clients": {"opensc": {"command": "true"}},
        "faults": ["none"],
    }
)
HEADER = Header("try", "try.yaml", CAMPAIGN)


def test_what_was_added_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    with Journal(tmp_path, HEADER) as journal:
        journal.add_version(Version(name="opensc", text="OpenSC 0.26"))
        assert journal.add(outcome(cell("login"), Verdict.FAILED))
        assert not journal.add(outcome(cell("login"))), "it has an outcome already"
    with Journal(tmp_path, HEADER) as journal:
        assert journal.done == {cell("login").id: Verdict.FAILED}
        assert journal.add(outcome(cell("sign")))
    assert list(read_outcomes(tmp_path)) == [outcome(cell("login"), Verdict.FAILED), outcome(cell("sign"))]
    assert (read_header(tmp_path), read_versions(tmp_path)) == (HEADER, {"opensc": "OpenSC 0.26"})
    assert (tmp_path / JOURNAL).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("torn", [1, 50])
def test_a_line_that_was_torn_is_taken_off_and_its_run_done_once_more(tmp_path: Path, torn: int) -> None:
    with Journal(tmp_path, HEADER) as journal:
        journal.add(outcome(cell("login")))
        journal.add(outcome(cell("sign")))
    whole = (tmp_path / JOURNAL).read_bytes()
    (tmp_path / JOURNAL).write_bytes(whole[:-torn])
    assert list(read_outcomes(tmp_path)) == [outcome(cell("login"))]
    with Journal(tmp_path, HEADER) as journal:
        assert set(journal.done) == {cell("login").id}
        assert journal.add(outcome(cell("sign")))
    assert (tmp_path / JOURNAL).read_bytes() == whole


def test_results_of_another_campaign_are_not_mixed_with_these(tmp_path: Path) -> None:
    with Journal(tmp_path, HEADER):
        pass
    other = CAMPAIGN.model_copy(update={"title": "Another"})
    with pytest.raises(JournalError, match="results of another campaign, or of this one before it was changed"):
        Journal(tmp_path, Header("try", "try.yaml", other))


def test_two_campaigns_do_not_write_into_one_folder(tmp_path: Path) -> None:
    with Journal(tmp_path, HEADER), pytest.raises(JournalError, match="another campaign writes there"):
        Journal(tmp_path, HEADER)


def test_what_has_come_to_its_end_makes_room_for_the_next(tmp_path: Path) -> None:
    with Journal(tmp_path, HEADER) as journal:
        journal.add(outcome(cell("login"), Verdict.FAILED).model_copy(update={"trace": ("{}",)}))
        assert not is_complete(tmp_path)
        journal.end()
    assert is_complete(tmp_path)
    assert len(list((tmp_path / "traces").iterdir())) == 1
    put_aside(tmp_path)
    assert not is_complete(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journal.lock", "previous.jsonl", "traces"]
    assert list((tmp_path / "traces").iterdir()) == []


def test_a_folder_that_has_no_results_says_so(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).write_text("no JSON\n")
    with pytest.raises(JournalError, match="line 1: it is damaged"):
        read_header(tmp_path)


@pytest.mark.parametrize("content", ["mine", "mine\nand mine\nand torn", "{}\n"])
def test_somebody_elses_file_of_that_name_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    (tmp_path / JOURNAL).write_text(content)
    with pytest.raises(JournalError, match="it is no campaign's"):
        Journal(tmp_path, HEADER)
    assert (tmp_path / JOURNAL).read_text() == content


def test_a_campaign_that_runs_is_not_put_aside_by_one_that_begins_afresh(tmp_path: Path) -> None:
    with Journal(tmp_path, HEADER) as journal:
        journal.add(outcome(cell("login")))
        with pytest.raises(JournalError, match="another campaign writes there"):
            Journal(tmp_path, HEADER, afresh=True)
        journal.add(outcome(cell("sign")))
    assert list(read_outcomes(tmp_path)) == [outcome(cell("login")), outcome(cell("sign"))]


@pytest.mark.parametrize("line", ['{"stuntcard_campaign": 1}', '{"stuntcard_campaign": 1, "campaign": []}'])
def test_a_damaged_header_is_told(tmp_path: Path, line: str) -> None:
    (tmp_path / JOURNAL).write_text(line + "\n")
    with pytest.raises(JournalError, match="damaged"):
        read_header(tmp_path)
