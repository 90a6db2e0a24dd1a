"""What is remembered of requests that wait."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cardtools.common.protocol import CertificateProfile
from cardtools.enrol.errors import BadInputError, UnavailableError
from cardtools.enrol.files.pending import PendingRequest, PendingRequests, checked_id

ID = "BP0123456789"
REQUEST = PendingRequest(
    id=ID,
    ca_url="http://127.0.0.1:8629",
    profile=CertificateProfile.QUALIFIED,
    applicant="Jana Nováková",
    sent=datetime(2030, 1, 1, tzinfo=UTC),
    card_profile="proid-q",
    card_serial="5354554E54000001",
    area="CC area",
    key="a1b2c3d4",
)


def test_remembered_found_and_forgotten(tmp_path: Path) -> None:
    requests = PendingRequests(tmp_path)
    assert (requests.ids(), requests.find(ID)) == ([], None)
    requests.prepare()
    requests.remember(REQUEST)
    assert (PendingRequests(tmp_path).ids(), PendingRequests(tmp_path).find(ID)) == ([ID], REQUEST)
    assert stat.S_IMODE((tmp_path / "requests" / f"{ID}.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "requests").stat().st_mode) == 0o700
    requests.forget(ID)
    requests.forget(ID)
    assert requests.ids() == []
    assert REQUEST.card == "ProID+Q 5354554E54000001"


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"id": "BP0123456789"}', b" " * 70_000])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    requests = PendingRequests(tmp_path)
    requests.prepare()
    (tmp_path / "requests" / f"{ID}.json").write_bytes(content)
    (tmp_path / "requests" / "notes.json").write_bytes(content)
    assert requests.ids() == [ID]
    with pytest.raises(BadInputError) as caught:
        requests.find(ID)
    assert caught.value.values["file"] == str(tmp_path / "requests" / f"{ID}.json")


def test_where_nothing_can_be_remembered_that_is_known_before(tmp_path: Path) -> None:
    (tmp_path / "requests").write_text("no folder")
    with pytest.raises(UnavailableError):
        PendingRequests(tmp_path).prepare()


@pytest.mark.parametrize("typed", ["BP123", "0123456789", "BP01234567890", "../BP0123456789", "BP012345678x", ""])
def test_what_is_no_number_of_a_request(typed: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        checked_id(typed)
    with pytest.raises(BadInputError):
        PendingRequests(tmp_path).find(typed)


def test_a_number_may_be_typed_small() -> None:
    assert checked_id(" bp0123456789 ") == ID
