"""The law's verdicts as status words. One table for all applets."""

from __future__ import annotations

from collections.abc import Callable

from stuntcard.iso7816.apdu import Response
from stuntcard.iso7816.status import StatusWord, tries_left
from stuntcard.policy.events import Verdict
from stuntcard.policy.state import CodeState
from stuntcard.profile.model import Code, CodeStatus, Profile

_STATUS_WORDS = {
    Verdict.DONE: StatusWord.OK,
    Verdict.CODE_NOT_SET: StatusWord.REFERENCE_DATA_NOT_USABLE,
    Verdict.CODE_BLOCKED: StatusWord.AUTHENTICATION_METHOD_BLOCKED,
    Verdict.VALUE_REFUSED: StatusWord.INCORRECT_DATA,
    Verdict.ACT_NOT_ALLOWED: StatusWord.CONDITIONS_NOT_SATISFIED,
    Verdict.NOT_AUTHORISED: StatusWord.SECURITY_STATUS_NOT_SATISFIED,
    Verdict.NO_PLACE: StatusWord.NOT_ENOUGH_MEMORY,
    Verdict.NO_SPACE: StatusWord.NOT_ENOUGH_MEMORY,
    Verdict.PART_LOST: StatusWord.AUTHENTICATION_METHOD_BLOCKED,
    Verdict.NO_SUCH_KEY: StatusWord.REFERENCED_DATA_NOT_FOUND,
}


class RefusalError(Exception):
    """A command that ends with this status word."""

    def __init__(self, sw: int) -> None:
        self.sw = sw
        super().__init__(f"{sw:04X}")


def the_code(profile: Profile, is_meant: Callable[[Code], bool]) -> str:
    """The code of the chip that a client means. Raises RefusalError (6A88) when there is none such."""
    for name, code in profile.codes_on_chip.items():
        if is_meant(code):
            return name
    raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)


def answer(verdict: Verdict, asked: CodeState | None = None) -> Response:
    """The answer that tells a verdict; `asked` is the code whose try a wrong value has spent."""
    if verdict is Verdict.WRONG_CODE and asked is not None:
        return Response(tries_left(asked.tries_left))
    return Response(_STATUS_WORDS[verdict])


def answer_to_query(code: CodeState, *, given: bool) -> Response:
    """The answer to a query of a code: whether it has been given, or how many tries are left (ISO 7816-4, 11.6.6)."""
    if code.status is CodeStatus.NOT_SET:
        return Response(StatusWord.REFERENCE_DATA_NOT_USABLE)
    if code.status is CodeStatus.BLOCKED:
        return Response(StatusWord.AUTHENTICATION_METHOD_BLOCKED)
    return Response(StatusWord.OK if given else tries_left(code.tries_left))
