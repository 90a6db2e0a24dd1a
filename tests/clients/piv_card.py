"""A desk whose card is a PIV card to programs, and what its holder does with Yubico's program and OpenSC's."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key

from tests.clients.certificates import certify
from tests.clients.desk import Desk

AUTHENTICATION, SIGNATURE, KEY_MANAGEMENT, CARD_AUTHENTICATION = "9a", "9c", "9d", "9e"
IDENTIFIERS = {AUTHENTICATION: "01", SIGNATURE: "02", KEY_MANAGEMENT: "03", CARD_AUTHENTICATION: "04"}
"""What OpenSC calls the objects of the slots."""


@dataclass(frozen=True, slots=True)
class PivCard:
    """The desk, seen by a holder whose PIN is this. `reader`: what the reader's name begins with, or has in it."""

    desk: Desk
    pin: str
    reader: str = "Stuntcard"

    def yubico(self, *arguments: str) -> str:
        """Has Yubico's program do something; it looks for readers of another name unless it is told."""
        return self.desk.tool("yubico-piv-tool", "--reader", self.reader, *arguments)

    def yubico_refused(self, *arguments: str) -> str:
        return self.desk.refused("yubico-piv-tool", "--reader", self.reader, *arguments)

    def with_pin(self, *arguments: str) -> str:
        """The same, the PIN first."""
        return self.yubico("--action", "verify-pin", "--pin", self.pin, *arguments)

    def generate(self, slot: str, algorithm: str) -> str:
        """Makes a key in a slot; gives the name of the file with its public part."""
        name = f"{slot}.pem"
        self.with_pin("--action", "generate", "--slot", slot, "--algorithm", algorithm, "--output", name)
        return name

    def certify(self, slot: str, holder: str = "Holder") -> str:
        """Issues a certificate for the key that was made in a slot, and stores it; gives its file's name."""
        public_key = load_pem_public_key((self.desk.folder / f"{slot}.pem").read_bytes())
        assert isinstance(public_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        certificate = certify(public_key, f"{holder} {slot}")
        name = self.desk.write(f"{slot}.crt", certificate.public_bytes(Encoding.PEM))
        self.with_pin("--action", "import-certificate", "--slot", slot, "--input", name)
        return name

    def equip(self, slot: str, algorithm: str) -> None:
        """A key and its certificate in a slot."""
        self.generate(slot, algorithm)
        self.certify(slot)

    def sign(self, slot: str, mechanism: str, pin: str | None = None) -> None:
        """Signs by OpenSC, and OpenSSL finds the signature good."""
        self.desk.tool(*self.desk.signing(IDENTIFIERS[slot], pin or self.pin, mechanism=mechanism))
        self.desk.check_signature(IDENTIFIERS[slot], mechanism, certified=True)
