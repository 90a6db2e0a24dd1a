"""What an answer that refuses is about."""

from __future__ import annotations

import httpx


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    """The status and the type of a problem, which has the form of RFC 9457."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["detail"]
    return answer.status_code, told["type"].removeprefix("urn:stuntcard:problem:")
