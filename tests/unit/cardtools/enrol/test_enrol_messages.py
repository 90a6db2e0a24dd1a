"""The catalogue of the client: no message is missing, and none too many."""

from __future__ import annotations

import re
from pathlib import Path

from cardtools import enrol
from cardtools.common.applicants import ApplicantFlaw
from cardtools.common.protocol import CertificateProfile, Problem, RequestState
from cardtools.enrol.files.settings import setting_names

from tests.unit.catalogues import messages

MESSAGES = Path(enrol.__file__).parents[1] / "common" / "messages" / "enrol.en.po"
SOURCES = "\n".join(file.read_text("utf-8") for file in sorted(Path(enrol.__file__).parent.rglob("*.py")))
MADE_UP = (
    *(f"applicant-{flaw.value}" for flaw in ApplicantFlaw),
    *(f"ca-{problem.value}" for problem in Problem),
    *(f"profile-{profile.value}" for profile in CertificateProfile),
    *(f"setting-wrong-{name}" for name in setting_names()),
    *(f"state-{state.value}" for state in RequestState),
    *(f"trouble-{what}-{part}" for what in ("no-space", "no-place", "manager-outdated")
      for part in ("what", "cause", "cure")),
)  # fmt: skip
"""Keys that the code puts together."""


def test_every_key_that_the_code_puts_together_is_there_and_no_message_lies_unused() -> None:
    known = {key for _, key in messages(MESSAGES)}
    assert set(MADE_UP) <= known
    assert [key for key in known.difference(MADE_UP) if not re.search(f"[\"']{key}[\"']", SOURCES)] == []
