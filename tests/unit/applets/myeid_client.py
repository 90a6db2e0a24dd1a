"""A client that speaks MyEID's command set to a card, in hexadecimal and as a T=1 reader does."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.iso7816 import tlv
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Profile

from tests.unit.card.cards import OK as OK
from tests.unit.card.cards import CardClient

MYEID = "00A404000CA000000063504B43532D3135"
APPLICATION = "3F005015"
SIGN, DECIPHER, DERIVE = 0xB6, 0xB8, 0xA4
RAW, PKCS1, ELLIPTIC, PKCS1_SHA1, WRAPPING, PADDING = 0x00, 0x02, 0x04, 0x12, 0x0A, 0x80
RSA, DES, EC, AES = 0x11, 0x19, 0x22, 0x29


class MyEidClient(CardClient):
    """Commands and answers are hexadecimal, in capitals."""

    def __init__(self, profile: str | Profile = "proid-q", content: Content | None = None) -> None:
        loaded = load_profile(profile) if isinstance(profile, str) else profile
        super().__init__(Card(seen_through(loaded, "myeid"), APPLETS, content))
        self.card.power_on()
        self.send(MYEID)

    def fetch(self, raw: str) -> tuple[bytes, str]:
        """One command with Le 00; what waits is fetched with GET RESPONSE. Gives data and the last status word."""
        return super().fetch(raw + "00")

    def data(self, tag: str) -> tuple[bytes, str]:
        """GET DATA."""
        return self.fetch(f"00CA01{tag}")

    # Codes

    def verify(self, reference: int, value: str) -> str:
        return self.send(f"002000{reference:02X}08{padded(value).hex()}")

    def query(self, reference: int) -> str:
        return self.send(f"002000{reference:02X}")

    def make_code(self, reference: int, value: str, unblocking: str, tries: str = "030A00") -> str:
        data = padded(value) + padded(unblocking) + bytes.fromhex(tries)
        return self.chained(f"DA01{reference:02X}", data, answered=False)[1]

    def activate(self) -> str:
        return self.send("004404000CA000000063504B43532D3135")

    # Files and keys

    def create(self, identifier: str, kind: int, size: int, access: str = "1111FF", attributes: str = "0000") -> str:
        """CREATE FILE in the application's DF, as the driver sends it."""
        self.select(APPLICATION)
        return self.send(
            f"00E000001962178{0 if kind == 1 else 1}02{size:04X}8201{kind:02X}8302{identifier}"
            f"8603{access}8502{attributes}8A0100"
        )

    def make_key(self, identifier: str, kind: int, bits: int, access: str = "1111FF") -> str:
        """A key file, and a key made in it; the status word."""
        created = self.create(identifier, kind, bits, access)
        return created if created != OK else self.fetch("00460000")[1]

    def parts(self, *parts: tuple[int, bytes]) -> list[str]:
        """PUT DATA of parts of a key, for the current key file; the status words."""
        return [self.chained(f"DA01{tag:02X}", value, answered=False)[1] for tag, value in parts]

    def environment(
        self, template: int, algorithm: int, file: str, *, sender: bool = False, target: str = "", initial: bytes = b""
    ) -> str:
        """MANAGE SECURITY ENVIRONMENT from the application's DF."""
        self.select(APPLICATION)
        data = bytes.fromhex(f"8001{algorithm:02X}8102{file}")
        data += bytes.fromhex(f"8302{target}") if target else bytes.fromhex("840100")
        data += tlv.encode(0x87, initial) if initial else b""
        return self.send(f"0022{0x81 if sender else 0x41:02X}{template:02X}{len(data):02X}{data.hex()}")

    def sign(self, file: str, data: bytes, algorithm: int = ELLIPTIC) -> tuple[bytes, str]:
        assert self.environment(SIGN, algorithm, file) == OK
        return self.chained("2A9E9A", data)


def padded(value: str) -> bytes:
    return value.encode().ljust(8, b"\xff")


def rsa_parts(key: rsa.RSAPrivateKey) -> list[tuple[int, bytes]]:
    """The parts of an RSA key in the order in which OpenSC sends them, with a zero in front where it sends one."""
    numbers = key.private_numbers()
    half, whole = key.key_size // 16, key.key_size // 8
    values = [(0x83, numbers.p), (0x84, numbers.q), (0x85, numbers.dmp1), (0x86, numbers.dmq1), (0x87, numbers.iqmp)]
    parts = [(tag, b"\0" + value.to_bytes(half)) for tag, value in values]
    return [*parts, (0x80, b"\0" + numbers.public_numbers.n.to_bytes(whole)), (0x81, b"\1\0\1")]


def ec_parts(key: ec.EllipticCurvePrivateKey) -> list[tuple[int, bytes]]:
    """The parts of a key on a curve: private value and point."""
    length = (key.key_size + 7) // 8
    public = key.public_key().public_numbers()
    point = b"\4" + public.x.to_bytes(length) + public.y.to_bytes(length)
    return [(0x87, key.private_numbers().private_value.to_bytes(length)), (0x86, point)]
