"""What passes between a reader and the card in one run, and which way the card went meanwhile."""

from __future__ import annotations

from time import perf_counter

from stuntcard.card.card import Card
from stuntcard.policy.state import State
from stuntcard.running.placing import code_names
from stuntcard.scenario.exchanges import Exchange
from stuntcard.trace.events import EventLines, TraceHeader, header_line
from stuntcard.trace.record import COMMAND, Faults, now
from stuntcard.trace.scribe import Raw, Scribe

_MOST = 20_000
"""Events that are kept of a run; a client that asks without end shall not fill the memory."""


class Heard:
    """Takes all that a client and a card say to each other, as a recorder."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._started, self._since = now(), perf_counter()
        self._raw: list[Raw] = []
        self.states: list[tuple[int, str, State]] = [(0, "", card.state)]
        """The states of the card, each with the number of the command that led to it, and what that was."""

    def record(self, number: int, start: float, end: float, command: bytes, answer: bytes, faults: Faults = ()) -> None:
        """One event."""
        if len(self._raw) < _MOST:
            self._raw.append((number, start - self._since, end - self._since, command, answer, faults))
        self.look(f"{Exchange(command, answer).name} -> {Exchange(command, answer).status}" if command else "reset")

    def look(self, after: str = "end") -> None:
        """Remembers the state of the card, if it is another than before."""
        state, last = self._card.state, self.states[-1][2]
        if state.codes != last.codes or state.lost != last.lost or state.items != last.items:
            self.states.append((len(self.exchanges), after, state))

    @property
    def exchanges(self) -> list[Exchange]:
        """The commands and the answers."""
        return [Exchange(command, answer) for number, _, _, command, answer, _ in self._raw if number == COMMAND]

    def lines(self) -> tuple[str, ...]:
        """The masked conversation, as the lines of a trace's file."""
        profile = self._card.profile
        header = TraceHeader(profile.id, self._card.atr, self._started, True, code_names(profile))
        scribe, lines = Scribe(header), EventLines(header)
        return (header_line(header), *(lines.line(*scribe.event(raw)).rstrip("\n") for raw in self._raw))
