"""The test's side of `pkcs11_application.py`: starts it, and has it do things."""

from __future__ import annotations

from pathlib import Path

from tests.clients.asked_program import AskedProgram
from tests.clients.desk import Desk
from tests.clients.opensc import pkcs11_module

_PROGRAM = Path(__file__).with_name("pkcs11_application.py")


class Pkcs11Client(AskedProgram):
    """A running application. `client("log_in", "ProID+Q", "12345678")` gives what the act gives."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(_PROGRAM, str(pkcs11_module()), socket=desk.socket)

    def __call__(self, act: str, *arguments: object) -> object:
        """Has something done, which must be done."""
        answer = self.ask(act, *arguments)
        assert "done" in answer, f"{act} {arguments} was refused: {answer['refused']}"
        return answer["done"]

    def refused(self, act: str, *arguments: object) -> str:
        """Has something done, which must be refused; gives the name of the PKCS#11 error."""
        answer = self.ask(act, *arguments)
        assert "refused" in answer, f"{act} {arguments} was to be refused, and gave {answer['done']}"
        return str(answer["refused"])
