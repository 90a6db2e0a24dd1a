"""The CA to which Adam may write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cardtools.ca.mail import senders

from tests.unit.cardtools.ca.mail.correspondents import ADAM, Office, Signer
from tests.unit.cardtools.ca.running_ca import running_ca


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with running_ca(tmp_path, automatic=True) as ca:
        senders.authorise(ca.service, ADAM.e_mail, "test")
        without = Office(ca, tmp_path, Signer(tmp_path))
        yield Office(ca, tmp_path, without.signer())
