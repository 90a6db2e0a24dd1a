"""A desk: a reader with a card in it, and the programs that use the card.

The card runs in the test's own process, so that a test can look into it; the programs are processes of their own.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.card.view import CardView, CodeView, KeyView, view
from stuntcard.iso7816.instructions import Instruction
from stuntcard.policy.events import Verdict
from stuntcard.profile.load import load_profile
from stuntcard.profile.serial import with_serial
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.slot import Slot
from stuntcard.readers.vpcd import VpcdReader
from stuntcard.running.making import fresh_card
from stuntcard.running.pcsc import reader_name

from tests.clients.commands import verifying
from tests.clients.opensc import opensc_command, shared_folder
from tests.clients.private_pcscd import PrivatePcscd
from tests.clients.terminal import run_at_terminal

PIN, PUK, QPIN = "12345678", "87654321", "12345678"
"""The factory's codes (PQ-02)."""

LETTER = b"I sell you my house."
"""What is signed."""

PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command and its answer, as they went over the reader."""

    command: bytes
    answer: bytes

    @property
    def status_word(self) -> int:
        return int.from_bytes(self.answer[-2:])


class WatchedCard:
    """A card whose exchanges are kept."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.exchanges: list[Exchange] = []

    @property
    def atr(self) -> bytes:
        return self.card.atr

    def power_on(self) -> bytes:
        return self.card.power_on()

    def power_off(self) -> None:
        self.card.power_off()

    def reset(self) -> bytes:
        return self.card.reset()

    def choose_protocol(self, number: int) -> None:
        self.card.choose_protocol(number)

    def transmit(self, command: bytes) -> bytes:
        answer = self.card.transmit(command)
        self.exchanges.append(Exchange(command, answer))
        return answer


@dataclass(frozen=True, slots=True)
class Desk:
    """The reader, its card, and a folder for files; programs run in that folder."""

    watched: WatchedCard
    folder: Path
    socket: Path

    # What the card is like, seen from inside

    @property
    def card(self) -> Card:
        return self.watched.card

    @property
    def seen(self) -> CardView:
        return view(self.card.profile, self.card.content)

    def code(self, name: str) -> CodeView:
        return self.seen.codes[name]

    def tries(self) -> tuple[int, int, int]:
        """The tries left of PIN, PUK and QPIN."""
        codes = self.seen.codes
        return codes["pin"].tries_left, codes["puk"].tries_left, codes["qpin"].tries_left

    def key(self, identifier: str) -> KeyView:
        """The key with this PKCS#15 identifier."""
        (key,) = [key for key in self.seen.keys if key.identifier == identifier.upper()]
        return key

    def status_words(self, instruction: Instruction, reference: int | None = None) -> list[int]:
        """What the card answered to each command of a kind, to those with this P2 only if one is given."""
        return [
            exchange.status_word
            for exchange in self.watched.exchanges
            if exchange.command[1] == instruction and reference in (None, exchange.command[3])
        ]

    # Programs

    def tool(self, name: str, *arguments: str, typing: Sequence[tuple[str, str]] = ()) -> str:
        """Has a program of OpenSC do something and gives what it shows; `typing` is pairs of prompt and answer."""
        run = self.run(name, arguments, typing)
        assert run.returncode == 0, f"{name} {' '.join(arguments)} ended with {run.returncode}:\n{run.stdout}"
        return run.stdout

    def refused(self, name: str, *arguments: str, typing: Sequence[tuple[str, str]] = ()) -> str:
        """As `tool`, but the program must fail."""
        run = self.run(name, arguments, typing)
        assert run.returncode != 0, f"{name} {' '.join(arguments)} was to fail:\n{run.stdout}"
        return run.stdout

    def send(self, *commands: str) -> list[str]:
        """Sends commands (hexadecimal) in one session, as they are, and gives the status words."""
        arguments = [argument for command in commands for argument in ("-s", command)]
        shown = self.tool("opensc-tool", "--card-driver", "default", *arguments)
        return ["".join(found) for found in re.findall(r"Received \(SW1=0x(..), SW2=0x(..)\)", shown)]

    def openssl(self, *arguments: str) -> str:
        """Has OpenSSL do something in the folder."""
        run = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE)
        assert run.returncode == 0, f"openssl {' '.join(arguments)} failed:\n{run.stdout}{run.stderr}"
        return run.stdout

    def run(
        self, name: str, arguments: Sequence[str], typing: Sequence[tuple[str, str]] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program of OpenSC, or of the same system; `typing` is pairs of prompt and answer."""
        command = [*opensc_command(name, self.folder, self.socket), *arguments]
        if typing:
            return run_at_terminal(command, typing, PATIENCE)
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=PATIENCE,
        )

    # What holders do all the time

    def reset(self) -> None:
        """Has the card start anew, so that what a program wrote last counts as finished."""
        self.tool("opensc-tool", "--reset")

    def block(self, code: str) -> None:
        """Gives a code wrongly until it is blocked."""
        while self.code(code).tries_left:
            self.refused(*verifying(code, "0" * self.code(code).min_length))

    def office(self, act: str = "set-identification", *, dok: str = "5555", iok: str = "4444") -> Verdict:
        """What an eObčanka's holder goes to the office for."""
        return self.card.act("office", act, {"dok": dok.encode(), "iok": iok.encode()})

    def make_key(self, identifier: str, kind: str = "ec/prime256v1", pin: str = PIN) -> str:
        """Makes a key in the general area."""
        return self.tool(
            "pkcs15-init", "--generate-key", kind, "--auth-id", "01", "--pin", pin, "--id", identifier,
            "--label", f"key {identifier}",
        )  # fmt: skip

    def make_qualified_key(self, identifier: str, kind: str = "ec/prime256v1", *options: str) -> str:
        """Makes a key in the CC area, which takes QPIN and PIN; the factory's are typed."""
        return self.tool(*self.qualified_key_command(identifier, kind), *options, typing=QUALIFIED_TYPING)

    @staticmethod
    def qualified_key_command(identifier: str, kind: str = "ec/prime256v1") -> tuple[str, ...]:
        return (
            "pkcs15-init", "--generate-key", kind, "--verify-pin", "--auth-id", "03", "--id", identifier,
            "--label", f"qualified {identifier}",
        )  # fmt: skip

    def signing(
        self, identifier: str, pin: str, token: str | None = None, mechanism: str = "ECDSA-SHA1"
    ) -> tuple[str, ...]:
        """The command that signs the letter, as file `text`, with a key."""
        label = () if token is None else ("--token-label", token)
        return (
            "pkcs11-tool", *label, "--login", "--pin", pin, "--sign", "--id", identifier, "--mechanism", mechanism,
            "--signature-format", "openssl", "--input-file", self.write("text", LETTER),
            "--output-file", "signature",
        )  # fmt: skip

    def check_signature(self, identifier: str, mechanism: str = "ECDSA-SHA1", *, certified: bool = False) -> None:
        """OpenSSL finds the last signature to be that of a key, which is read from its certificate if so wanted."""
        key = self.certified_key(identifier) if certified else self.public_key(identifier)
        (digest,) = re.findall(r"SHA\d+", mechanism)
        text = self.write("text", LETTER)
        padding = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest") if "PSS" in mechanism else ()
        self.openssl("dgst", f"-{digest.lower()}", *padding, "-verify", key, "-signature", "signature", text)

    def signs(self, identifier: str, pin: str, token: str | None = None, mechanism: str = "ECDSA-SHA1") -> None:
        """A signature by the card is right in OpenSSL's eyes."""
        self.tool(*self.signing(identifier, pin, token, mechanism))
        self.check_signature(identifier, mechanism)

    def certified_key(self, identifier: str) -> str:
        """Reads a certificate, as `certificate.pem`, and its key into a PEM file whose name is given back."""
        self.tool("pkcs15-tool", "--read-certificate", identifier, "--output", "certificate.pem")
        return self.write("key.pem", self.openssl("x509", "-in", "certificate.pem", "-noout", "-pubkey").encode())

    def public_key(self, identifier: str) -> str:
        """Reads a key's public part into a PEM file in the folder, whose name is given back."""
        name = f"{identifier}.pem"
        self.tool("pkcs15-tool", "--read-public-key", identifier, "--output", name)
        return name

    def read(self, name: str) -> bytes:
        """What is in a file in the folder."""
        return (self.folder / name).read_bytes()

    def write(self, name: str, content: bytes) -> str:
        """Writes a file into the folder, and gives its name."""
        (self.folder / name).write_bytes(content)
        return name


QUALIFIED_TYPING = (("[QPIN]", QPIN), ("[PIN]", PIN))


@contextmanager
def desk_before(slots: Mapping[str, Slot], watched: WatchedCard) -> Iterator[Desk]:
    """A desk before the emulator's own PC/SC socket with these readers; it is about one of their cards."""
    with shared_folder() as folder:
        socket = folder / "pcsc.sock"
        with PcscServer(socket, slots):
            yield Desk(watched, folder, socket)


@contextmanager
def desk_with_own_socket(
    profile: str = "proid-q", serial: str | None = None, applet: str | None = None, content: Content | None = None
) -> Iterator[Desk]:
    """A desk whose reader is the emulator's own PC/SC socket.

    The card may have a serial number of its own, show clients another command set first, and have other content than
    the factory's.
    """
    model = load_profile(profile)
    made = fresh_card(model if serial is None else with_serial(model, serial), applet)
    card = WatchedCard(made if content is None else Card(made.profile, APPLETS, content))
    with desk_before({reader_name(card.card.profile): Slot(card)}, card) as desk:
        yield desk


@contextmanager
def desk_with_pcscd(profile: str = "proid-q") -> Iterator[Desk]:
    """A desk whose reader is vsmartcard's vpcd, behind a pcscd of its own."""
    card = WatchedCard(Card(load_profile(profile), APPLETS))
    with (
        shared_folder() as folder,
        PrivatePcscd() as daemon,
        VpcdReader(Slot(card), port=daemon.port),
    ):
        daemon.await_card()
        yield Desk(card, folder, daemon.socket_path)
