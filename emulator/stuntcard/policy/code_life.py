"""The life of a code, as a table: what each thing that can befall it makes of its status and of its tries.

    not_set ---SET---> set ---LAST_WRONG, BLOCKED_TOO---> blocked
       ^                | ^                                  |
       +-----SPENT------+ +---------------SET----------------+

Whether a code may be set in a status, and by whom, is the profile's to say (`from` of `reset_by` and of acts). A right
value gives all tries back and a wrong one spends one, whichever command it came with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from stuntcard.policy.events import Verdict
from stuntcard.policy.state import CodeState
from stuntcard.profile.model import CodeStatus

_NOT_SET, _SET, _BLOCKED = CodeStatus.NOT_SET, CodeStatus.SET, CodeStatus.BLOCKED


class Turn(Enum):
    """What can befall a code."""

    RIGHT = auto()
    """Its value was given."""
    WRONG = auto()
    """Another value was given, and that was not the last try."""
    LAST_WRONG = auto()
    """Another value was given, with the last try."""
    SET = auto()
    """It got a new value."""
    SPENT = auto()
    """It served the one purpose that it had."""
    BLOCKED_TOO = auto()
    """It goes with another code that is blocked, or with its part of the card."""


LIFE: Mapping[Turn, Mapping[CodeStatus, CodeStatus | Verdict]] = {
    Turn.RIGHT: {_NOT_SET: Verdict.CODE_NOT_SET, _SET: _SET, _BLOCKED: Verdict.CODE_BLOCKED},
    Turn.WRONG: {_NOT_SET: Verdict.CODE_NOT_SET, _SET: _SET, _BLOCKED: Verdict.CODE_BLOCKED},
    Turn.LAST_WRONG: {_NOT_SET: Verdict.CODE_NOT_SET, _SET: _BLOCKED, _BLOCKED: Verdict.CODE_BLOCKED},
    Turn.SET: {_NOT_SET: _SET, _SET: _SET, _BLOCKED: _SET},
    Turn.SPENT: {_NOT_SET: _NOT_SET, _SET: _NOT_SET, _BLOCKED: _NOT_SET},
    Turn.BLOCKED_TOO: {_NOT_SET: _BLOCKED, _SET: _BLOCKED, _BLOCKED: _BLOCKED},
}
"""For each turn and the status that a code has: the status that it has then, or the verdict that refuses the turn."""

TRIES_LEFT: Mapping[Turn, Callable[[CodeState], int]] = {
    Turn.RIGHT: lambda code: code.tries_limit,
    Turn.WRONG: lambda code: code.tries_left - 1,
    Turn.LAST_WRONG: lambda _: 0,
    Turn.SET: lambda code: code.tries_limit,
    Turn.SPENT: lambda code: code.tries_left,
    Turn.BLOCKED_TOO: lambda _: 0,
}
"""How many tries a code has left after each turn."""

LOGGED_IN_AFTER = frozenset({Turn.RIGHT})
"""The turns after which a code that was given before still counts as given."""
VALUE_REPLACED = frozenset({Turn.SET, Turn.SPENT})
"""The turns after which there is no value left that its holder still has to change."""


def turn_of_value(code: CodeState, correct: bool) -> Turn:
    """The turn that a value brings that was given for a code."""
    if correct:
        return Turn.RIGHT
    return Turn.WRONG if code.tries_left > 1 else Turn.LAST_WRONG


def refusal(code: CodeState, turn: Turn) -> Verdict | None:
    """The verdict that refuses a code this turn; None when it takes it."""
    becomes = LIFE[turn][code.status]
    return becomes if isinstance(becomes, Verdict) else None


def turned(code: CodeState, turn: Turn) -> CodeState:
    """A code after a turn; as it was, when that is refused."""
    becomes = LIFE[turn][code.status]
    if isinstance(becomes, Verdict):
        return code
    must_change = code.must_change and turn not in VALUE_REPLACED
    return CodeState(becomes, TRIES_LEFT[turn](code), code.tries_limit, must_change)
