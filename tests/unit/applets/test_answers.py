from __future__ import annotations

import pytest
from stuntcard.applets.answers import answer, answer_to_query
from stuntcard.iso7816.apdu import Response
from stuntcard.policy.events import Verdict
from stuntcard.policy.state import CodeState
from stuntcard.profile.model import CodeStatus


@pytest.mark.parametrize(
    ("verdict", "sw"),
    [
        (Verdict.DONE, 0x9000),
        (Verdict.CODE_NOT_SET, 0x6984),
        (Verdict.CODE_BLOCKED, 0x6983),
        (Verdict.VALUE_REFUSED, 0x6A80),
        (Verdict.ACT_NOT_ALLOWED, 0x6985),
        (Verdict.NOT_AUTHORISED, 0x6982),
        (Verdict.NO_PLACE, 0x6A84),
        (Verdict.NO_SUCH_KEY, 0x6A88),
    ],
)
def test_each_verdict_has_its_status_word(verdict: Verdict, sw: int) -> None:
    assert answer(verdict) == Response(sw)


@pytest.mark.parametrize(("left", "sw"), [(0, 0x63C0), (2, 0x63C2), (15, 0x63CF)])
def test_a_wrong_code_tells_the_tries_left(left: int, sw: int) -> None:
    assert answer(Verdict.WRONG_CODE, CodeState(CodeStatus.SET, left, 15)) == Response(sw)


@pytest.mark.parametrize(
    ("status", "given", "sw"),
    [
        (CodeStatus.SET, False, 0x63C2),
        (CodeStatus.SET, True, 0x9000),
        (CodeStatus.BLOCKED, False, 0x6983),
        (CodeStatus.NOT_SET, False, 0x6984),
    ],
)
def test_a_query_tells_how_a_code_stands(status: CodeStatus, given: bool, sw: int) -> None:
    assert answer_to_query(CodeState(status, 2, 3), given=given) == Response(sw)


def test_every_verdict_but_a_dead_cards_has_an_answer() -> None:
    """A dead card answers by itself, before any applet is asked."""
    code = CodeState(CodeStatus.SET, 1, 3)
    for verdict in set(Verdict) - {Verdict.CARD_DEAD}:
        assert answer(verdict, code).sw >> 12 in (6, 9)
