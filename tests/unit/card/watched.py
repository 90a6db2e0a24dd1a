"""A card that is watched while anything is sent to it: no try comes back by itself, no byte of a key comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.card.card import Card
from stuntcard.card.content import KeyRecord
from stuntcard.card.keys import SecretKey

_ENOUGH = 12
"""So many bytes of a private number are no coincidence."""


def secrets_of(keys: Mapping[int, KeyRecord]) -> Iterator[bytes]:
    """The first bytes of all that is private in some keys."""
    for record in keys.values():
        private = record.private
        if private is None:
            continue
        if isinstance(private, SecretKey):
            yield private.value
        elif isinstance(private, ec.EllipticCurvePrivateKey):
            yield _bytes(private.private_numbers().private_value)
        else:
            numbers = private.private_numbers()
            yield from (_bytes(number) for number in (numbers.p, numbers.q, numbers.d, numbers.dmp1, numbers.dmq1))


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)[:_ENOUGH]


class Watch:
    """Looks at a card after each command. Raises AssertionError. `spent`: how many tries were."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._codes, self._values = card.state.codes, card.content.values
        self._keys: Mapping[int, KeyRecord] = {}
        self._secrets: tuple[bytes, ...] = ()
        self.spent = 0

    def look(self, command: bytes, answer: bytes) -> None:
        """After a command that got this answer, or none."""
        for name, code in self._card.state.codes.items():
            left, was = code.tries_left, self._codes[name].tries_left
            self.spent += max(0, was - left)
            given = left > was and any(value and value in command for value in self._values.values())
            assert left <= was or given, (command.hex(), name)
        self._codes, self._values = self._card.state.codes, self._card.content.values
        if self._card.content.keys is not self._keys:
            self._keys = self._card.content.keys
            self._secrets = tuple(secret for secret in secrets_of(self._keys) if len(secret) >= _ENOUGH)
        assert not any(secret in answer for secret in self._secrets), command.hex()
