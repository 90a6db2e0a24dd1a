"""Time stamps, as RFC 3161 has them."""

from __future__ import annotations

import hashlib

import pytest
from asn1crypto import tsp

from tests.unit.cardtools.ca.running_ca import RunningCa


def _query(algorithm: str, digest: bytes) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest}
    query: bytes = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": 7, "cert_req": True}).dump()
    return query


def _ask(ca: RunningCa, query: bytes) -> bytes:
    answer = ca.http.post("/tsa", content=query, headers={"Content-Type": "application/timestamp-query"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/timestamp-reply")
    return answer.content


def test_a_time_stamp(quiet_ca: RunningCa) -> None:
    digest = hashlib.sha256(b"document").digest()
    answer = tsp.TimeStampResp.load(_ask(quiet_ca, _query("sha256", digest))).native
    assert answer["status"]["status"] == "granted"
    stamp = answer["time_stamp_token"]["content"]["encap_content_info"]["content"]
    assert stamp["message_imprint"]["hashed_message"] == digest
    assert stamp["nonce"] == 7
    assert abs((stamp["gen_time"] - quiet_ca.clock()).total_seconds()) < 60


_BAD_ALGORITHM = "3009 3007 020102 03020780"
_BAD_DATA_FORMAT = "3009 3007 020102 03020204"
"""Status rejection, and bit 0 or 5 of PKIFailureInfo (RFC 3161, 2.4.2)."""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (_query("sha1", bytes(20)), _BAD_ALGORITHM),
        (_query("md5", bytes(16)), _BAD_ALGORITHM),
        (_query("sha256", bytes(31)), _BAD_DATA_FORMAT),
        (b"", _BAD_DATA_FORMAT),
        (b"rubbish", _BAD_DATA_FORMAT),
        (bytes.fromhex("3000"), _BAD_DATA_FORMAT),
        (_query("sha256", bytes(32)) + b"\0", _BAD_DATA_FORMAT),
        (_query("sha256", bytes(32))[:-4], _BAD_DATA_FORMAT),
    ],
    ids=["SHA-1", "MD5", "short digest", "nothing", "rubbish", "empty", "more after it", "cut off"],
)
def test_what_is_not_stamped(quiet_ca: RunningCa, query: bytes, expected: str) -> None:
    assert _ask(quiet_ca, query) == bytes.fromhex(expected)
