"""A program that uses the card library of the tools, asked act by act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clients.asked_program import AskedProgram
from tests.clients.desk import Desk
from tests.clients.opensc import pkcs11_module

PROGRAM = Path(__file__).with_name("cardtools_application.py")


class RefusedError(AssertionError):
    """The application could not do what it was to do."""


class CardtoolsClient(AskedProgram):
    """A running application. `client("log_in", {"pin": "12345678"})` gives what the act gives."""

    def __init__(self, socket: Path) -> None:
        super().__init__(PROGRAM, socket=socket, CARDTOOLS_PKCS11_MODULE=str(pkcs11_module()))
        self.texts: list[str] = []
        """All that was ever said in refusing."""

    def __call__(self, act: str, *arguments: object) -> object:
        answer = self.ask(act, *arguments)
        if "refused" in answer:
            raise RefusedError(f"{act} was refused: {answer['refused']}")
        return answer["done"]

    def text(self, act: str, *arguments: object) -> str:
        """Has something done that gives a text."""
        done = self(act, *arguments)
        assert isinstance(done, str)
        return done

    def rows(self, act: str, *arguments: object) -> list[list[object]]:
        """Has something done that gives rows."""
        done = self(act, *arguments)
        assert isinstance(done, list)
        return done

    def refused(self, act: str, *arguments: object) -> str:
        """Has something done that must be refused; gives the error's class."""
        error, _ = self.refused_counting(act, *arguments)
        return error

    def refused_counting(self, act: str, *arguments: object) -> tuple[str, int | None]:
        """The same, with the number that its message counts."""
        answer = self.ask(act, *arguments)
        assert "refused" in answer, f"{act} was to be refused, and gave {answer['done']}"
        refusal = answer["refused"]
        assert isinstance(refusal, dict)
        self.texts += refusal["texts"]
        return refusal["error"], refusal["number"]


@contextmanager
def client_at(desk: Desk) -> Iterator[CardtoolsClient]:
    with CardtoolsClient(desk.socket) as client:
        yield client
