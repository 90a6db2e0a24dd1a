"""Cards for tests, and a client that speaks to one in hexadecimal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.card.curves import DOMAINS, Domain
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.transport import Protocol
from stuntcard.policy.state import Item
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import DeadCard, Profile

PIN, PUK, QPIN = 1, 2, 3
FACTORY = {PIN: "12345678", PUK: "87654321", QPIN: "12345678"}
OK, NOT_ALLOWED, BLOCKED, NOT_USABLE, FULL = "9000", "6982", "6983", "6984", "6A84"

ISOAPPLET = "00A404000CF276A288BCFBA69D34F31001"
MANAGE = "00A4040007F05354554E5401"

PRKDF, PUKDF, CDF, AODF, ODF = "3F0050154402", "3F0050154403", "3F0050154404", "3F0050154401", "3F0050155031"

RSA_2048, RSA_3072, RSA_4096, EC = 0xF3, 0xF4, 0xF5, 0xEC
SIGN, DECIPHER = 0xB6, 0xB8
PKCS1, PSS, ECDSA = 0x11, 0x12, 0x21


def proid_q(*, dead_answer: str | None = None) -> Profile:
    """The profile, or one whose dead card answers otherwise."""
    profile = load_profile("proid-q")
    return profile if dead_answer is None else profile.model_copy(update={"dead": DeadCard(answer=dead_answer)})


def new_card(profile: Profile | None = None, content: Content | None = None) -> Card:
    """A card as it leaves the factory, or one with other content."""
    return Card(profile or proid_q(), APPLETS, content)


def domain(name: str) -> Domain:
    """A curve's domain by the crypto library's name, as in "secp256r1"."""
    return next(domain for domain in DOMAINS if domain.curve().name == name)


def curve_parameters(name: str) -> list[tuple[int, bytes]]:
    """A curve as OpenSC names it to the IsoApplet: tags 81 to 85."""
    found = domain(name)
    values = (found.prime, found.a, found.b, found.generator, found.order)
    return [(0x81 + position, bytes.fromhex(value)) for position, value in enumerate(values)]


def encoded(fields: Iterable[tuple[int, bytes]]) -> bytes:
    """Data objects one after the other."""
    return b"".join(tlv.encode(tag, value) for tag, value in fields)


def rsa_parts(key: rsa.RSAPrivateKey) -> bytes:
    """An RSA key as PUT DATA brings it: 7F48 with its CRT parts."""
    numbers = key.private_numbers()
    values = (numbers.p, numbers.q, numbers.iqmp, numbers.dmp1, numbers.dmq1)
    half = key.key_size // 16
    return tlv.encode(0x7F48, encoded((0x92 + i, value.to_bytes(half)) for i, value in enumerate(values)))


def ec_parts(key: ec.EllipticCurvePrivateKey) -> bytes:
    """An EC key as PUT DATA brings it: E0 with the curve's parameters and the private value."""
    length = (key.key_size + 7) // 8
    secret = key.private_numbers().private_value.to_bytes(length)
    return tlv.encode(0xE0, encoded([*curve_parameters(key.curve.name), (0x88, secret)]))


def key_entry(reference: int, identifier: bytes, *, label: str = "a key", kind: int = 0xA0) -> bytes:
    """An entry of the directory of private keys, as OpenSC writes it (ISO 7816-15, 8.4)."""
    common = encoded([(0x0C, label.encode()), (0x03, b"\x07\x80"), (0x04, b"\x01")])
    key = encoded([(0x04, identifier), (0x03, b"\x05\x20"), (0x03, b"\x03\xb8"), (0x02, bytes([reference]))])
    path = tlv.encode(0x30, tlv.encode(0x30, tlv.encode(0x04, bytes.fromhex("3F005015"))))
    return tlv.encode(kind, encoded([(0x30, common), (0x30, key), (0xA1, path)]))


def certificate_entry(identifier: bytes, *, file: int = 0x3101) -> bytes:
    """An entry of the directory of certificates (ISO 7816-15, 8.7)."""
    path = tlv.encode(0x30, tlv.encode(0x30, tlv.encode(0x04, bytes.fromhex("3F005015") + file.to_bytes(2))))
    parts = [(0x30, tlv.encode(0x0C, b"a certificate")), (0x30, tlv.encode(0x04, identifier)), (0xA1, path)]
    return tlv.encode(0x30, encoded(parts))


def case3(header: str, data: bytes) -> bytes:
    """A command with data and no Le, in the extended form when it is long."""
    length = bytes([len(data)]) if len(data) < 256 else b"\0" + len(data).to_bytes(2)
    return bytes.fromhex(header) + length + data


class CardClient:
    """Speaks to a card. Commands and answers are hexadecimal, in capitals."""

    def __init__(self, card: Card) -> None:
        self.card = card

    def send(self, raw: str) -> str:
        """One command and its answer, as they are."""
        return self.card.transmit(bytes.fromhex(raw)).hex().upper()

    def fetch(self, raw: str) -> tuple[bytes, str]:
        """One command; what waits is fetched with GET RESPONSE. Gives data and the last status word."""
        answer = self.send(raw)
        data = answer[:-4]
        while answer[-4:-2] == "61":
            answer = self.send(f"00C00000{answer[-2:]}")
            data += answer[:-4]
        return bytes.fromhex(data), answer[-4:]

    def chained(self, ins_p1_p2: str, data: bytes, *, answered: bool = True) -> tuple[bytes, str]:
        """One command with its data in as many parts as it takes; under T=1 with Le where an answer is wanted."""
        *parts, last = [data[at : at + 255] for at in range(0, len(data), 255)] or [b""]
        for part in parts:
            answer = self.send(f"10{ins_p1_p2}{len(part):02X}{part.hex()}")
            if answer != OK:
                return b"", answer
        le = "00" if answered and self.card.transport_protocol is Protocol.T1 else ""
        body = f"{len(last):02X}{last.hex()}" if last else ""
        return CardClient.fetch(self, f"00{ins_p1_p2}{body}{le}")

    def select(self, path: str) -> str:
        """SELECT by path from the master file, no answer wanted; the status word."""
        return self.send(f"00A4080C{len(path) // 2:02X}{path}")

    def restart(self) -> None:
        """Power off and on."""
        self.card.power_off()
        self.card.power_on()


class Client(CardClient):
    """Speaks IsoApplet's commands to a card. A code goes by its name in the profile or by its reference."""

    def __init__(self, card: Card | None = None, values: Mapping[str, str] | None = None) -> None:
        """`values`: what the holder knows besides the values from the factory."""
        super().__init__(card or new_card())
        codes = self.card.profile.codes_on_chip
        self.references = {name: code.reference for name, code in codes.items() if code.reference is not None}
        self.values = {name: code.factory.value for name, code in codes.items() if code.factory} | dict(values or {})
        self.send(ISOAPPLET)

    # Codes

    def query(self, code: int | str) -> str:
        return self.send(f"002000{self._reference(code):02X}")

    def verify(self, code: int | str, value: str | None = None) -> str:
        """VERIFY; without a value with the right one."""
        return self.send(
            f"002000{self._reference(code):02X}10{_padded(self._right_value(code) if value is None else value)}"
        )

    def change(self, code: int | str, old: str, new: str) -> str:
        return self.send(f"002400{self._reference(code):02X}20{_padded(old)}{_padded(new)}")

    def reset_code(self, code: int | str, by: str, new: str) -> str:
        return self.send(f"002C00{self._reference(code):02X}20{_padded(by)}{_padded(new)}")

    def set_code(self, code: str, new: str | None = None, *, by: str | None = None) -> str:
        """RESET RETRY COUNTER with the right value of the code that sets this one, or with `by`."""
        rules = self.card.profile.codes[code].reset_by
        right = self.values[rules[0].code] if rules else ""
        return self.reset_code(code, right if by is None else by, self.values[code] if new is None else new)

    def wrong(self, code: int | str) -> str:
        """A wrong value of the right length."""
        name = code if isinstance(code, str) else self._name(code)
        return "0" * self.card.profile.codes[name].length.min

    def verify_wrong(self, code: int | str) -> str:
        return self.verify(code, self.wrong(code))

    def block(self, code: int | str) -> list[str]:
        """Wrong values until the code is blocked; the answers."""
        answers = [self.verify_wrong(code)]
        while answers[-1][:3] == "63C" and answers[-1] != "63C0":
            answers.append(self.verify_wrong(code))
        return answers

    def tries_left(self, *codes: str) -> list[int]:
        return [self.card.state.codes[code].tries_left for code in codes]

    def _name(self, reference: int) -> str:
        return next(name for name, known in self.references.items() if known == reference)

    def _reference(self, code: int | str) -> int:
        return code if isinstance(code, int) else self.references[code]

    def _right_value(self, code: int | str) -> str:
        return self.values[code if isinstance(code, str) else self._name(code)]

    # Keys

    def environment(self, template: int, algorithm: int, reference: int) -> str:
        return self.send(f"002241{template:02X}068001{algorithm:02X}8401{reference:02X}")

    def make_key(self, reference: int, curve: str = "secp256r1") -> str:
        """Makes an EC key; the status word."""
        self.environment(0x00, EC, reference)
        return self.chained("460000", encoded(curve_parameters(curve)))[1]

    def import_key(self, reference: int, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
        algorithm, parts = (EC, ec_parts(key)) if isinstance(key, ec.EllipticCurvePrivateKey) else (None, b"")
        if isinstance(key, rsa.RSAPrivateKey):
            algorithm, parts = {2048: RSA_2048, 3072: RSA_3072, 4096: RSA_4096}[key.key_size], rsa_parts(key)
        assert algorithm is not None
        self.environment(0x00, algorithm, reference)
        return self.chained("DB3FFF", parts)[1]

    def sign(self, reference: int, data: bytes = bytes(32), algorithm: int = ECDSA) -> tuple[bytes, str]:
        self.environment(SIGN, algorithm, reference)
        return self.chained("2A9E9A", data)

    # Files

    def read(self, path: str) -> bytes:
        assert self.select(path) == OK
        content = b""
        while True:
            data, sw = self.fetch(f"00B0{len(content):04X}F0")
            assert sw == OK
            content += data
            if len(data) < 0xF0:
                return content

    def write(self, path: str, content: bytes, *, part: int = 240, stop_after: int | None = None) -> None:
        """UPDATE BINARY from the start on, so many bytes a command; only the first commands if so asked."""
        assert self.select(path) == OK
        starts = range(0, len(content), part)[:stop_after]
        for at in starts:
            piece = content[at : at + part]
            assert self.send(f"00D6{at:04X}{len(piece):02X}{piece.hex()}") == OK

    def list_keys(self, *entries: bytes, part: int = 240, stop_after: int | None = None) -> None:
        """Writes the directory of private keys as OpenSC does: whole, zeros behind, in several writes."""
        self.write(PRKDF, directory(entries), part=part, stop_after=stop_after)

    def list_certificates(self, *entries: bytes) -> None:
        self.write(CDF, directory(entries))

    def leave(self) -> None:
        """Selects another file, which ends the writing of this one."""
        assert self.select("3F00") == OK

    # What the card holds, without asking it

    @property
    def items(self) -> list[Item]:
        return list(self.card.state.items)

    def used(self, area: str) -> int:
        return self.card.state.used(area)


def directory(entries: Iterable[bytes], size: int = 2048) -> bytes:
    """A directory file: entries, then zeros."""
    return b"".join(entries).ljust(size, b"\0")


def logged_in(*references: int) -> Client:
    """A client of a fresh card that has given these codes."""
    client = Client()
    for reference in references:
        assert client.verify(reference) == OK
    return client


def lost_parts(client: CardClient) -> set[str]:
    """What Stuntcard's own application shows as lost; then the IsoApplet is selected again."""
    client.send(MANAGE)
    answer, sw = client.fetch("00CA00E300")
    assert sw == OK
    client.send(ISOAPPLET)
    fields = [entry.children() for entry in tlv.parse_one(answer)[0].children()]
    return {part[0].value.decode() for part in fields if part[2].value == b"\1"}


@contextmanager
def unchanged(*clients: CardClient) -> Iterator[None]:
    """Sees to it that what happens inside leaves all that a card keeps as it was."""
    before = [client.card.content for client in clients]
    yield
    assert [client.card.content for client in clients] == before


def _padded(value: str) -> str:
    return value.encode().ljust(16, b"\xff").hex()
