"""Between raw bytes and whole commands: command chaining, GET RESPONSE, 61xx and 6Cxx.

One Transport serves one card session. It does no input or output: bytes come in, bytes go out.

    in the middle of a chain?   the next part joins it; anything else breaks it (6883)
    GET RESPONSE?               answered here, from what waits of the last answer
    anything else               what waits is thrown away, the whole command goes to `handle`,
                                and the answer is cut to what the client can take now
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from stuntcard.iso7816.apdu import (
    CHAINING_BIT,
    EXTENDED_LC_MAX,
    SHORT_LE_MAX,
    ApduError,
    Command,
    Response,
    parse_command,
)
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord, bytes_remaining, wrong_le

_OK = int(StatusWord.OK)
_OK_BYTES = _OK.to_bytes(2)
_GET_RESPONSE = int(Instruction.GET_RESPONSE)


class Protocol(IntEnum):
    """The transmission protocol, by its number T."""

    T0 = 0
    T1 = 1


class Transport:
    """Joins chained commands (ISO 7816-4, 5.3.3) and keeps the rest of a long answer for GET RESPONSE."""

    _chain: Command | None
    _waiting: bytes
    _when_fetched: Callable[[], None] | None

    def __init__(self, protocol: Protocol, *, max_data: int = EXTENDED_LC_MAX) -> None:
        """`max_data`: the most bytes of data that the parts of one chained command may bring together."""
        self.protocol = protocol
        self._max_data = max_data
        self.reset()

    def reset(self) -> None:
        """Forget an unfinished chain and an answer not fetched, as a card does at every reset."""
        self._chain = None
        self._drop_waiting()

    def exchange(
        self,
        raw: bytes,
        handle: Callable[[Command], Response],
        in_parts: Callable[[Command], bool] = lambda _: False,
    ) -> bytes:
        """The answer to one APDU (or T=0 TPDU), at least two bytes, whatever `raw` is.

        A chained command of which `in_parts` is true is not joined with those that follow: `handle` gets each part.

        `handle` gets whole commands only, and no GET RESPONSE but one of a proprietary class while nothing
        waits. Its exceptions, and those of `when_fetched`, pass through; then nothing is left waiting.
        """
        try:
            command = parse_command(raw)
        except ApduError as error:
            self.reset()
            return _status(error.sw)
        if self._chain is not None or (command.chained and not in_parts(command)):
            whole = self._join(command)
            if isinstance(whole, bytes):
                return whole
            command = whole
        if command.ins == _GET_RESPONSE and self._asks_for_waiting(command):
            return self._get_response(command)
        if self._waiting:
            self._drop_waiting()
        return self._answer(handle(command), command.le)

    def _join(self, part: Command) -> Command | bytes:
        """The whole command when this was its last part, else the answer to this part."""
        so_far, self._chain = self._chain, None
        self._drop_waiting()
        if so_far is None:
            joined = part
        elif _same_chain(so_far, part):
            joined = part._replace(data=so_far.data + part.data)
        else:
            return _status(StatusWord.LAST_COMMAND_EXPECTED)
        if len(joined.data) > self._max_data:
            return _status(StatusWord.WRONG_LENGTH)
        if part.chained:
            self._chain = joined
            return _OK_BYTES
        return joined

    def _asks_for_waiting(self, command: Command) -> bool:
        # T=0 readers may repeat the CLA of the command they fetch for, proprietary ones too.
        return bool(self._waiting) or not command.proprietary

    def _get_response(self, command: Command) -> bytes:
        """A refused GET RESPONSE leaves the bytes waiting, so that it can be repeated with the right Le."""
        waiting = len(self._waiting)
        if not waiting:
            return _status(StatusWord.CONDITIONS_NOT_SATISFIED)
        if command.p1 or command.p2:
            return _status(StatusWord.INCORRECT_P1P2)
        le = command.le
        if le is None or command.data:
            return _status(StatusWord.WRONG_LENGTH)
        # Le 00 asks for all there is, up to 256 bytes; any other number is a claim to know the length.
        if waiting < le < SHORT_LE_MAX:
            return _status(wrong_le(waiting))
        return self._hand_over(le)

    def _answer(self, response: Response, le: int | None) -> bytes:
        data = response.data
        if not data:
            return response.sw.to_bytes(2)
        if response.sw != _OK or (le is not None and len(data) <= le):
            if response.when_fetched is not None:
                response.when_fetched()
            return response.encode()
        if le is None and self.protocol != Protocol.T0:
            # A T=1 command without Le says that its sender expects no data (ISO 7816-3, 12.1.2).
            if not response.unasked:
                return _OK_BYTES
            le = SHORT_LE_MAX
        self._waiting, self._when_fetched = data, response.when_fetched
        return _status(bytes_remaining(len(data))) if le is None else self._hand_over(le)

    def _hand_over(self, le: int) -> bytes:
        """The next `le` bytes of what waits, and 61xx while more remains."""
        part, rest, when_fetched = self._waiting[:le], self._waiting[le:], self._when_fetched
        self._drop_waiting()
        if when_fetched is not None:
            when_fetched()
        self._waiting = rest
        return part + (_status(bytes_remaining(len(rest))) if rest else _OK_BYTES)

    def _drop_waiting(self) -> None:
        self._waiting = b""
        self._when_fetched = None


def _same_chain(first: Command, part: Command) -> bool:
    return (
        first.cla == part.cla | CHAINING_BIT and first.ins == part.ins and first.p1 == part.p1 and first.p2 == part.p2
    )


def _status(sw: int) -> bytes:
    return sw.to_bytes(2)
