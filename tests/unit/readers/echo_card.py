"""A card that says back what it is told, for tests of what lies between a client and a card."""

from __future__ import annotations

import queue

PATIENCE = 60.0
T0_ATR = bytes.fromhex("3B00")
T0_T1_ATR = bytes.fromhex("3B80800101")


class EchoCard:
    """Answers a command with the command itself and 9000, is mute to INS EE, and notes what is done to it."""

    def __init__(self, atr: bytes = T0_T1_ATR, *, echo_from: int = 0) -> None:
        """`echo_from`: the first byte of a command that is said back; 5 for its data alone."""
        self.atr = atr
        self.mute = False
        self.protocol: int | None = None
        """The T that was chosen since the last reset."""
        self.history: list[str] = []
        """What was done to its power: `on`, `off`, `reset`."""
        self.events: queue.Queue[str] = queue.Queue()
        """The same, and the commands, in hexadecimal."""
        self.echo_from = echo_from

    def power_on(self) -> bytes:
        return self._restarted("on")

    def power_off(self) -> None:
        self._restarted("off")

    def reset(self) -> bytes:
        return self._restarted("reset")

    def choose_protocol(self, number: int) -> None:
        self.protocol = number

    def transmit(self, command: bytes) -> bytes:
        self.events.put(command.hex())
        return b"" if self.mute or command[1:2] == b"\xee" else command[self.echo_from :] + b"\x90\x00"

    def next_event(self) -> str:
        return self.events.get(timeout=PATIENCE)

    def _restarted(self, how: str) -> bytes:
        self.history.append(how)
        self.events.put(how)
        self.protocol = None
        return b"" if self.mute else self.atr
