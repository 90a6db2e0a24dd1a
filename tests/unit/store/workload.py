"""A client that drives a card hard, the same way each time for one seed and one content of the card."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from random import Random

from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.policy.state import Origin
from stuntcard.store.rows import to_der

from tests.unit.card.cards import ISOAPPLET, PIN, PUK, QPIN, Client, certificate_entry, key_entry

NAMES = {PIN: "pin", PUK: "puk", QPIN: "qpin"}
_KEYS = tuple(ec.derive_private_key(number, ec.SECP256R1()) for number in range(1, 9))
_NEW_FILE = "6F15 8102{size:04X} 820101 8302{name:04X} 8608FF90909090909000"


class Driver(Client):
    """Every command goes through `transmit`, which may report it, count it or stop it."""

    def __init__(self, card: Card, transmit: Callable[[bytes], bytes], random: Random) -> None:
        self.card = card
        self._transmit = transmit
        self._random = random
        self.send(ISOAPPLET)

    def send(self, raw: str) -> str:
        return self._transmit(bytes.fromhex(raw)).hex().upper()

    def drive(self) -> Iterator[None]:
        """Goes on for ever; each step is a few commands."""
        steps = (
            self._wrong_code,
            self._right_code,
            self._right_code,
            self._new_value,
            self._unblock,
            self._write_file,
            self._write_file,
            self._make_and_delete_file,
            self._bring_in_key,
            self._make_key,
            self._list_keys,
            self._list_keys,
            self._select_again,
        )
        while True:
            self._random.choice(steps)()
            yield

    def _value(self, reference: int) -> str:
        return self.card.content.values[NAMES[reference]].decode()

    def _any_code(self) -> int:
        """PUK seldom: with it the card would be dead too soon."""
        return self._random.choice((PIN, PIN, QPIN, QPIN, PUK))

    def _wrong_code(self) -> None:
        self.verify(self._any_code(), "wrong value")

    def _right_code(self) -> None:
        reference = self._any_code()
        self.verify(reference, self._value(reference))

    def _new_value(self) -> None:
        reference = self._any_code()
        self.change(reference, self._value(reference), f"{self._random.randrange(10**8):08}")

    def _unblock(self) -> None:
        reference = self._random.choice((PIN, QPIN))
        self.reset_code(reference, self._value(PUK), f"{self._random.randrange(10**8):08}")

    def _write_file(self) -> None:
        self.verify(PIN, self._value(PIN))
        self.select("3F0050155033")
        self.send(f"00D600{self._random.randrange(64):02X}20{self._random.randbytes(32).hex()}")

    def _make_and_delete_file(self) -> None:
        self.verify(PIN, self._value(PIN))
        name = 0x3100 + self._random.randrange(6)
        self.select("3F005015")
        if self.select(f"3F005015{name:04X}") == "9000":
            self.send("00E40000")
            return
        template = _NEW_FILE.format(size=self._random.randrange(2000), name=name).replace(" ", "")
        self.send(f"00E00000{len(template) // 2:02X}{template}")

    def _bring_in_key(self) -> None:
        self.verify(PIN, self._value(PIN))
        if self._random.random() < 0.5:
            self.verify(QPIN, self._value(QPIN))
        self.import_key(1 + self._random.randrange(4), self._random.choice(_KEYS))

    def _make_key(self) -> None:
        self.verify(PIN, self._value(PIN))
        if self._random.random() < 0.5:
            self.verify(QPIN, self._value(QPIN))
        self.make_key(1 + self._random.randrange(4))

    def _list_keys(self) -> None:
        """The directories as a client writes them, in several commands; some of what was listed is listed no more."""
        self.verify(PIN, self._value(PIN))
        references = [record.reference for record in self.card.content.keys.values() if record.reference is not None]
        listed = [reference for reference in references if self._random.random() < 0.7]
        self._write("3F0050154402", b"".join(key_entry(reference, bytes([reference])) for reference in listed))
        certified = [reference for reference in listed if self._random.random() < 0.7]
        self._write("3F0050154404", b"".join(certificate_entry(bytes([reference])) for reference in certified))

    def _write(self, path: str, entries: bytes) -> None:
        self.select(path)
        content = entries.ljust(480, b"\0")
        for at in range(0, len(content), 240):
            part = content[at : at + 240]
            self.send(f"00D6{at:04X}{len(part):02X}{part.hex()}")

    def _select_again(self) -> None:
        self.send(ISOAPPLET)


def comparable(content: Content, *, by_chance: bool = True) -> tuple[object, ...]:
    """All that a card must never lose, as a value that can be compared: everything but the codes given.

    Without `by_chance`, of keys that were made on the card, which no other card makes alike, that there is one.
    """
    state = content.state
    made = {item.number for item in state.items if item.key is Origin.MADE and not by_chance}
    keys = {
        number: (
            _der(record.private) if record.private is not None and number not in made else record.private is not None,
            record.reference,
            record.identifier,
        )
        for number, record in content.keys.items()
    }
    files = list(content.files.files.items())
    codes = dict(state.codes), dict(content.values), dict(content.renewals)
    return codes, state.items, state.lost, state.files_size, keys, files


_der = functools.cache(to_der)
