"""Hands of a trainee: do what a move says, to a card, by commands of its IsoApplet and by people off the card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from stuntcard.card.card import Card
from stuntcard.iso7816 import tlv
from stuntcard.policy.events import Verdict
from stuntcard.policy.moves import ActionKind, Move
from stuntcard.profile.model import Profile

from tests.unit.card.cards import CDF, ECDSA, OK, PKCS1, PRKDF, PUKDF, Client, certificate_entry, directory, key_entry

_APPLICATION = "3F005015"
_DIGITS = "8642097531864209"
_CERTIFICATE_SIZE, _PUBLIC_KEY_SIZE = 600, 91
_OCTETS, _PATH, _SEQUENCE = 0x04, 0xA1, 0x30


@dataclass(frozen=True)
class Entry:
    """An entry of a directory: as it is, the identifier in it, and the file that it names, if it names one."""

    raw: bytes
    identifier: bytes
    file: str


class Hands:
    """Knows all codes of a card. Codes that are set get `chosen` as their value, by default digits of their own."""

    def __init__(self, card: Card, chosen: dict[str, str]) -> None:
        self.client = Client(card, {name: value.decode() for name, value in card.content.values.items()})
        self._chosen = chosen

    @property
    def _card(self) -> Card:
        return self.client.card

    @property
    def _profile(self) -> Profile:
        return self._card.profile

    def do(self, move: Move) -> None:
        """Does it, and takes the card out. What is right is taken, and what is wrong is refused as a wrong code."""
        self._card.power_on()
        self.client.send("00A404000CF276A288BCFBA69D34F31001")
        kinds: dict[ActionKind, Callable[[Move], None]] = {
            ActionKind.LOG_IN: self._log_in,
            ActionKind.CHANGE: self._change,
            ActionKind.SET: self._set,
            ActionKind.ACT: self._act,
            ActionKind.MAKE_KEY: self._make_key,
            ActionKind.IMPORT_KEY: self._import_key,
            ActionKind.STORE_CERTIFICATE: self._store_certificate,
            ActionKind.DELETE_KEY: self._delete,
            ActionKind.USE_KEY: self._use_key,
        }
        kinds[move.action.kind](move)
        self._card.power_off()

    # Codes

    def _log_in(self, move: Move) -> None:
        code = str(move.action.code)
        value = self.client.values[code] if move.right else self._wrong(code)
        self._answered(move, self.client.verify(code, value))

    def _change(self, move: Move) -> None:
        code, new = str(move.action.code), self._new(str(move.action.code))
        old = self.client.values[code] if move.right else self._wrong(code)
        self._answered(move, self.client.change(code, old, new), code, new)

    def _set(self, move: Move) -> None:
        code, by, new = str(move.action.code), str(move.action.by), self._new(str(move.action.code))
        given = self.client.values[by] if move.right else self._wrong(by)
        self._answered(move, self.client.reset_code(code, given, new), code, new)

    def _act(self, move: Move) -> None:
        act = self._profile.actors[move.who].acts[str(move.action.act)]
        values = {code: self._new(code) for code in act.sets}
        if act.checks is not None:
            values = {act.checks: self.client.values[act.checks] if move.right else self._wrong(act.checks)}
        given = {code: value.encode() for code, value in values.items()}
        verdict = self._card.act(move.who, str(move.action.act), given)
        assert verdict is (Verdict.DONE if move.right else Verdict.WRONG_CODE)
        self.client.values |= {code: values[code] for code in act.sets}

    def _answered(self, move: Move, answer: str, code: str = "", new: str = "") -> None:
        if not move.right:
            assert answer[:3] == "63C", answer
            return
        assert answer == OK
        if code:
            self.client.values[code] = new

    def _wrong(self, code: str) -> str:
        value = self.client.values[code]
        return next(other for other in ("0" * len(value), "7" * len(value)) if other != value)

    def _new(self, code: str) -> str:
        return self._chosen.get(code) or _DIGITS[: self._profile.codes[code].length.min]

    # Keys and certificates

    def _make_key(self, move: Move) -> None:
        self._log_in_for(str(move.action.area))
        reference = self._free_reference()
        assert self.client.make_key(reference) == OK
        self._list(reference)

    def _import_key(self, move: Move) -> None:
        self._log_in_for(str(move.action.area))
        reference = self._free_reference()
        assert self.client.import_key(reference, ec.generate_private_key(ec.SECP256R1())) == OK
        self._list(reference)
        self._certify(bytes([reference + 0x40]))

    def _store_certificate(self, move: Move) -> None:
        self._log_in_to_files()
        record = self._card.content.keys[self._number(move)]
        assert record.identifier is not None
        self._certify(record.identifier)

    def _delete(self, move: Move) -> None:
        """The key, its public key and its certificate: what lists them, and their files."""
        self._log_in_to_files()
        record = self._card.content.keys[self._number(move)]
        identifier = record.identifier
        if identifier is None:  # torn out before it was listed
            assert record.reference is not None
            identifier = self._list(record.reference)
            self.client.leave()
        for path in (CDF, PUKDF, PRKDF):
            entries = self._entries(path)
            self.client.write(path, directory(one.raw for one in entries if one.identifier != identifier))
            for gone in entries:
                if gone.identifier == identifier and gone.file not in ("", _APPLICATION):
                    assert self.client.select(_APPLICATION) == OK
                    assert self.client.send(f"00E4000002{gone.file[-4:]}") == OK

    def _use_key(self, move: Move) -> None:
        area = str(move.action.area)
        assert self.client.verify(self._profile.areas[area].guard) == OK
        record = self._card.content.keys[self._number(move)]
        assert record.reference is not None
        algorithm = PKCS1 if isinstance(record.private, rsa.RSAPrivateKey) else ECDSA
        assert self.client.sign(record.reference, bytes(32), algorithm)[1] == OK

    @staticmethod
    def _number(move: Move) -> int:
        assert move.action.number is not None
        return move.action.number

    def _log_in_for(self, area: str) -> None:
        for code in self._profile.areas[area].create_with:
            assert self.client.verify(code) == OK

    def _log_in_to_files(self) -> None:
        assert self._profile.files.guard is not None
        assert self.client.verify(self._profile.files.guard) == OK

    def _free_reference(self) -> int:
        taken = {record.reference for record in self._card.content.keys.values()}
        return next(reference for reference in range(16) if reference not in taken)

    def _list(self, reference: int) -> bytes:
        """Lists a key with its public key; gives the identifier that it gets."""
        identifier, file = bytes([reference + 0x40]), f"{0x3340 + reference:04X}"
        self._create(file, _PUBLIC_KEY_SIZE)
        self._add(PUKDF, certificate_entry(identifier, file=int(file, 16)))
        self._add(PRKDF, key_entry(reference, identifier))
        return identifier

    def _certify(self, identifier: bytes) -> None:
        file = f"{0x3440 + identifier[-1] % 0x40:04X}"
        self._create(file, _CERTIFICATE_SIZE)
        self._add(CDF, certificate_entry(identifier, file=int(file, 16)))

    def _create(self, file: str, size: int) -> None:
        fields = f"8002{size:04X}8201018302{file}8608FF90909090909000"
        assert self.client.select(_APPLICATION) == OK
        assert self.client.send(f"00E00000{len(fields) // 2 + 2:02X}6F{len(fields) // 2:02X}{fields}") == OK

    def _add(self, path: str, entry: bytes) -> None:
        self.client.write(path, directory([*(one.raw for one in self._entries(path)), entry]))

    def _entries(self, path: str) -> list[Entry]:
        found = []
        for node in tlv.parse(self.client.read(path), padding=b"\0"):
            parts = node.children()
            [identifier] = [part.children()[0].value for part in parts[1:2]]
            found.append(Entry(node.encode(), identifier, _file_in(parts)))
        return found


def _file_in(parts: tuple[tlv.Tlv, ...]) -> str:
    for part in parts:
        if part.tag == _PATH:
            [path, *_] = part.children()[0].children()
            while path.tag == _SEQUENCE:
                path = path.children()[0]
            return path.value.hex().upper() if path.tag == _OCTETS else ""
    return ""
