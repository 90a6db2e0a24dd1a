"""Words of sessions at a desk: what is done there that nobody types, and what the card is like, seen from inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from cryptography.hazmat.primitives.serialization import Encoding
from stuntcard.card.content import Content
from stuntcard.card.pkcs15 import EF_TOKEN_INFO

from tests.clients.apdus import MAKE_RSA_KEY, VERIFY_PIN, VERIFY_QPIN
from tests.clients.cardmanager import block, lasting
from tests.clients.certificates import as_pem, as_pkcs12, certify, issue_certificate, new_key, public_pem
from tests.clients.commands import deleting, writing
from tests.clients.desk import PIN, Desk
from tests.transcripts import holds

Words = Mapping[str, Callable[..., object]]
FILE_PASSWORD = "the file's own"


class Memory:
    """What was on the card when somebody last looked, and whether it is still so."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.remember()

    def remember(self) -> None:
        """What is on the card now is what `unchanged` will look for."""
        self._before = self._desk.card.content

    def unchanged(self, but: str = "") -> None:
        """Nothing has changed; `but-the-time` when pkcs15-init noted the time before it tried anything."""
        now, before = (_without_time(each) if but else each for each in (self._desk.card.content, self._before))
        holds(lasting(now) == lasting(before), "the card has changed")

    def words(self) -> Words:
        return {
            "remember": self.remember,
            "unchanged": self.unchanged,
            "keys-unchanged": lambda: holds(
                _keys(self._desk.card.content) == _keys(self._before), "a key has come, gone or changed"
            ),
            "files-gone": lambda: len(self._before.files.files.keys() - self._desk.card.files.files.keys()),
            "files-unchanged": lambda: holds(self._desk.card.files == self._before.files, "a file has changed"),
        }


def _keys(content: Content) -> tuple[object, ...]:
    return content.keys, content.state.items


def _without_time(content: Content) -> Content:
    files = {path: file for path, file in content.files.files.items() if path != EF_TOKEN_INFO}
    return replace(content, files=replace(content.files, files=files))


def done_at(desk: Desk) -> Words:
    """What is done at the desk, and what files are there."""
    return {
        "forget-exchanges": lambda: desk.watched.exchanges.clear(),
        "block": lambda code, but="0": block(desk, code, int(but)),
        "office": lambda act="set-identification", **values: desk.office(act, **values),
        "key": lambda identifier: desk.make_key(identifier),
        "qualified-key": lambda identifier: desk.make_qualified_key(identifier),
        "unlisted-key": lambda: desk.send(VERIFY_PIN, VERIFY_QPIN, *MAKE_RSA_KEY),
        "delete-key": lambda identifier: desk.tool(*deleting(identifier, "privkey,pubkey", PIN)),
        "issue": lambda identifier: issue_certificate(desk, identifier),
        "certificate": lambda identifier: store_certificate(desk, identifier),
        "foreign-certificate": lambda name: desk.write(
            name, certify(new_key("ec").public_key(), "Somebody else").public_bytes(Encoding.DER)
        ),
        "p12": lambda name, kind: desk.write(name, as_pkcs12(new_key(kind), FILE_PASSWORD)),
        "key-file": lambda name, kind: write_key(desk, name, kind),
        "file": lambda name, text, mode="644", times="1": write_text(desk, name, text, mode, times),
        "same": lambda one, other: holds(desk.read(one) == desk.read(other), f"{one} is not {other}"),
    }


def seen(desk: Desk) -> Words:
    """What the card is like, from inside."""
    return {
        "value": lambda code: desk.card.content.values[code].decode(),
        "state": lambda *codes: " ".join(desk.code(code).state for code in codes),
        "must-change": lambda *codes: " ".join(str(desk.code(code).must_change) for code in codes),
        "tries": lambda *codes: " ".join(str(desk.code(code).tries_left) for code in codes),
        "verified": lambda: ", ".join(sorted(desk.card.state.verified)) or "none",
        "life-cycle": lambda: desk.seen.life_cycle,
        "lost": lambda *parts: " ".join(str(desk.seen.parts[part].lost) for part in parts),
        "used": lambda area: desk.seen.areas[area].used,
        "paired": lambda identifier: desk.key(identifier).paired,
        "keys": lambda: ", ".join(f"{key.identifier} {key.area} {key.origin}" for key in desk.seen.keys) or "none",
        "pairs": lambda: sum(key.paired for key in desk.seen.keys),
    }


def write_text(desk: Desk, name: str, text: str, mode: str, times: str) -> None:
    desk.write(name, text.replace("\\n", "\n").encode() * int(times))
    (desk.folder / name).chmod(int(mode, 8))


def write_key(desk: Desk, name: str, kind: str) -> None:
    """A key made off the card, as `NAME.key`, and its public part, `NAME.pub`; and `NAME.der`, a certificate for it."""
    key = new_key(kind)
    desk.write(f"{name}.key", as_pem(key))
    desk.write(f"{name}.pub", public_pem(key))
    desk.write(f"{name}.der", certify(key.public_key(), "Holder of a file").public_bytes(Encoding.DER))


def store_certificate(desk: Desk, identifier: str) -> bytes:
    """Has a certificate issued for a key on the card, and stored by OpenSC; gives its DER."""
    der = issue_certificate(desk, identifier)
    desk.tool(*writing(identifier, PIN))
    desk.reset()
    return der
