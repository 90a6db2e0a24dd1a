"""PC/SC sockets that several cards share: desks by the names that clients chose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from stuntcard.control.directory import PCSC_SOCKET, card_directory
from stuntcard.readers.pcsc import PcscServer
from stuntcard.running.desk import Desk, DeskReader, served_to_pcsc
from stuntcard.running.pcsc import numbered_name
from stuntcard.serve.problems import Problem, ProblemError


@dataclass
class _SharedDesk:
    """A socket that is served as long as a card lies before it."""

    server: PcscServer
    stack: ExitStack
    cards: set[str] = field(default_factory=set)


class Desks:
    """The desks of one process. Used by one thread at a time."""

    def __init__(self) -> None:
        self._shared: dict[str, _SharedDesk] = {}

    @contextmanager
    def served(self, name: str | None, desk: Desk) -> Iterator[tuple[str, Path]]:
        """Has programs find the reader, behind a socket of its own or of the desk of that name.

        Gives what they see it as, and the socket. Raises ProblemError where there is no room, or OSError.
        """
        (reader,) = desk.readers
        if name is None:
            with served_to_pcsc(desk):
                yield numbered_name(reader.label, 0), desk.socket
            return
        shared = self._shared.get(name) or self._laid(name)
        try:
            seen_as = shared.server.add(lambda unit: numbered_name(reader.label, unit), reader.slot_control.slot)
        except ValueError as error:
            self._end_if_empty(name)
            raise ProblemError(Problem.TOO_MANY, f"no room on the desk '{name}': {error}") from error
        shared.cards.add(reader.name)
        (reader.directory / PCSC_SOCKET).symlink_to(shared.server.socket_path)
        try:
            yield seen_as, shared.server.socket_path
        finally:
            self._left(name, reader)

    def _laid(self, name: str) -> _SharedDesk:
        with ExitStack() as stack:
            directory = stack.enter_context(card_directory(f"desk-{name}"))
            server = stack.enter_context(PcscServer(directory / PCSC_SOCKET, ()))
            self._shared[name] = _SharedDesk(server, stack.pop_all())
        return self._shared[name]

    def _left(self, name: str, reader: DeskReader) -> None:
        shared = self._shared[name]
        shared.server.take_away(reader.slot_control.slot)
        shared.cards.discard(reader.name)
        self._end_if_empty(name)

    def _end_if_empty(self, name: str) -> None:
        shared = self._shared[name]
        if not shared.cards:
            del self._shared[name]
            shared.stack.close()
