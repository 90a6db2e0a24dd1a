"""p11test and the results that OpenSC keeps for a PIV card: PivApplet in jCardSim, prepared with yubico-piv-tool."""

from __future__ import annotations

import pytest

from tests.clients.desk import desk_with_own_socket
from tests.clients.piv_card import AUTHENTICATION, CARD_AUTHENTICATION, KEY_MANAGEMENT, SIGNATURE, PivCard
from tests.p11test.test_p11test import differences, judge, reference

pytestmark = pytest.mark.p11test

PIN = "12345678"
PREPARED = (
    (CARD_AUTHENTICATION, "RSA2048"),
    (AUTHENTICATION, "RSA2048"),
    (SIGNATURE, "ECCP256"),
    (KEY_MANAGEMENT, "ECCP256"),
)


def test_piv_gives_what_opensc_keeps_for_the_java_applet() -> None:
    """With one difference where OpenSC is newer than 0.26, in the sizes of RSA keys that it names.

    It reads them in the answer to a SELECT, and sends none where PIV is selected from the start, as the standard wants
    it and this card has it. The reference's card has another application first.
    """
    with desk_with_own_socket("tokenme", applet="piv") as desk:
        card = PivCard(desk, PIN)
        for slot, algorithm in PREPARED:
            card.equip(slot, algorithm)
        missing, added = differences(judge(desk, PIN), reference("piv_ref.json"))
    assert added == [(name, (mechanism, "1024", "3072", flags)) for name, (mechanism, _, _, flags) in missing]
    assert {(name, row[1:3]) for name, row in missing} <= {("supported_mechanisms_test", ("2048", "2048"))}
