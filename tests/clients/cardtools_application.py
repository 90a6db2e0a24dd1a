"""A program that uses a card through `cardtools.card`.

Each line on its standard input is a request, a JSON list of an act's name and its arguments. Each is answered with
one line: {"done": what the act gives}, or {"refused": the error's class, message key, number and values, and all of
its texts}. Bytes travel as hexadecimal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from cardtools.card import codes
from cardtools.card.errors import CardError
from cardtools.card.pcsc import connect, readers
from cardtools.card.pkcs12 import PrivateKey
from cardtools.card.status import KeyStatus, read_status
from cardtools.card.token import Token
from cardtools.common.messages import Language, Messages
from cryptography.hazmat.primitives.serialization import load_pem_private_key


class Application:
    """One user of the library, with a token once it is opened."""

    def __init__(self) -> None:
        self._token: Token | None = None

    # Through PC/SC

    def readers(self) -> list[str]:
        return readers()

    def connect(self, reader: str | None = None) -> str:
        with connect(reader) as connection:
            return read_status(connection).profile

    def verify(self, name: str, value: str) -> None:
        with connect() as connection:
            codes.verify(connection, read_status(connection).code(name), value)

    def change(self, name: str, old: str, new: str) -> None:
        with connect() as connection:
            codes.change(connection, read_status(connection).code(name), old, new)

    def reset(self, name: str, by: str, by_value: str, new: str) -> None:
        with connect() as connection:
            status = read_status(connection)
            codes.reset(connection, status.code(name), status.code(by), by_value, new)

    # Through PKCS#11

    def open(self, reader: str | None = None) -> str:
        self._token = Token(reader)
        return self._token.status.profile

    def log_in(self, values: dict[str, str]) -> None:
        self.token.log_in(values)

    def keys(self) -> list[list[object]]:
        """Area, identifier, origin, paired, listed."""
        return [[key.area, *_named(key), key.paired, key.listed] for key in self.token.refresh().keys]

    def objects(self) -> list[list[str | None]]:
        return [
            [item.kind, item.identifier.hex(), item.label, item.area, item.der.hex() if item.der else None]
            for item in self.token.objects()
        ]

    def free_identifier(self) -> str:
        return self.token.free_identifier().hex()

    def make_key(self, area: str, identifier: str, bits: int = 2048) -> str:
        return self.token.make_key(area, bytes.fromhex(identifier), f"key {identifier}", bits).hex()

    def import_key(self, pem: str, identifier: str, certificate: str | None = None) -> None:
        key = load_pem_private_key(pem.encode(), None)
        assert isinstance(key, PrivateKey)
        der = bytes.fromhex(certificate) if certificate is not None else None
        self.token.import_key(key, bytes.fromhex(identifier), "imported", der)

    def sign(self, identifier: str, data: str, code_value: str | None = None) -> str:
        return self.token.sign(bytes.fromhex(identifier), bytes.fromhex(data), code_value).hex()

    def store_certificate(self, identifier: str | None, der: str) -> str:
        wanted = bytes.fromhex(identifier) if identifier is not None else None
        return self.token.store_certificate(wanted, "certificate", bytes.fromhex(der)).hex()

    def delete_certificate(self, identifier: str) -> None:
        self.token.delete_certificate(bytes.fromhex(identifier))

    def delete_key(self, identifier: str) -> None:
        self.token.delete_key(bytes.fromhex(identifier))

    @property
    def token(self) -> Token:
        assert self._token is not None, "open it first"
        return self._token


def _named(key: KeyStatus) -> tuple[str | None, str | None]:
    identifier = None if key.identifier is None else key.identifier.hex()
    return identifier, None if key.origin is None else key.origin.name


def refused(error: CardError) -> dict[str, object]:
    told = [Messages(language).told(error) for language in Language]
    texts = [*told, str(error), repr(error), repr(error.__cause__)]
    return {"error": type(error).__name__, "number": error.number, "values": error.values, "texts": texts}


def main() -> None:
    application = Application()
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        act: Callable[..., object] = getattr(application, name)
        try:
            answer: dict[str, object] = {"done": act(*arguments)}
        except CardError as error:
            answer = {"refused": refused(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
