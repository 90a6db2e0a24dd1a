"""Where sessions with OpenSC's programs, OpenSSL and Yubico's program happen: a desk whose programs run in its folder.

Beside the programs, short commands are typed for what stands in many sessions: `verify pin 1234` is what `verifying` of
`commands.py` writes out, and `sign 10 1234` signs the letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property

import pytest
from stuntcard.card.card import Card
from stuntcard.card.factory_ca import ca_certificate
from stuntcard.iso7816.instructions import Instruction

from tests.clients.blank_card import make_up
from tests.clients.certificates import issue_certificate, pem_of
from tests.clients.commands import changing, deleting, storing, unblocking, verifying, writing
from tests.clients.desk import LETTER, PIN, QPIN, Desk, desk_with_own_socket
from tests.clients.desk_words import Memory, Words, done_at, seen
from tests.clients.piv_card import PivCard
from tests.clients.pkcs11_client import Pkcs11Client
from tests.transcripts import Outcome, holds


@dataclass(frozen=True, slots=True)
class Codes:
    """What a holder gives who makes keys."""

    pin: str = PIN
    qpin: str = QPIN


WRITING = {
    Instruction.CREATE_FILE, Instruction.UPDATE_BINARY, Instruction.DELETE_FILE, Instruction.PUT_DATA_TLV,
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR,
}  # fmt: skip
OF_CARD = {"eobcanka": Codes("11111", "33333"), "zzzs-pk": Codes("1234"), "blank": Codes("11111111")}
"""The holders' own codes; the factory's are those of others."""


class OpenscScene:
    """A desk with a card that shows one command set; the same card may be shown by another one meanwhile."""

    desk: Desk

    def __init__(self, desk: Desk, ends: ExitStack) -> None:
        self.ends = ends
        self.codes = OF_CARD.get(desk.card.profile.id, Codes())
        self.sit_at(desk)

    def sit_at(self, desk: Desk) -> None:
        self.desk = desk
        self.words: Words = {
            **done_at(desk), **Memory(desk).words(), **seen(desk), **self.done(), **self.found(),
        }  # fmt: skip

    def run(self, arguments: Sequence[str], lines: Sequence[str]) -> Outcome:
        """Runs a program; `lines` are pairs of a prompt and what is typed there, such as `PIN: 1234`."""
        name, *rest = self.written_out(arguments)
        typing = [(f"{prompt}:", answer) for prompt, _, answer in (line.partition(": ") for line in lines)]
        if arguments[0] == "qualified-key":
            typing = [("[QPIN]", self.codes.qpin), ("[PIN]", self.codes.pin)]
        ended = self.desk.run(name, rest, typing)
        return Outcome(ended.returncode, ended.stdout, "")

    def written_out(self, arguments: Sequence[str]) -> Sequence[str]:
        """A command that stands for a longer one, or the same."""
        name, *rest = arguments
        short = self.short().get(name)
        return arguments if short is None else short(*rest)

    def short(self) -> Mapping[str, Callable[..., Sequence[str]]]:
        """The short commands. Who gives no PIN gives the holder's."""
        desk, pin = self.desk, self.codes.pin
        return {
            "verify": verifying,
            "change": changing,
            "unblock": unblocking,
            "make-key": lambda identifier, kind="ec/prime256v1", *options: (
                "pkcs15-init", "--generate-key", kind, "--auth-id", "01", "--pin", pin, "--id", identifier,
                "--label", f"key {identifier}", *options,
            ),
            "qualified-key": lambda identifier, *rest: (
                *desk.qualified_key_command(identifier, *rest[:1]), *rest[1:],
            ),
            "delete": lambda identifier, what, pin=pin: deleting(identifier, what, pin),
            "store": lambda identifier, pin=pin: storing(identifier, pin),
            "write": lambda identifier, pin=pin: writing(identifier, pin),
            "sign": lambda identifier, pin=pin, token="", *rest: desk.signing(identifier, pin, token or None, *rest),
            "init": lambda *rest: ("pkcs15-init", *rest, "--auth-id", "01", "--pin", pin),
            "with-pin": lambda *rest: ("pkcs15-init", *rest, "--verify-pin", "--auth-id", "80", "--pin", pin),
            "gids-key": lambda label, usage: self.short()["with-pin"](
                "--generate-key", "rsa/2048", "--label", label, "--key-usage", usage
            ),
            "token": lambda *rest: ("pkcs11-tool", "--login", "--pin", pin, *rest),
            "yubico": lambda *rest: ("yubico-piv-tool", "--reader", "Stuntcard", *rest),
        }  # fmt: skip

    # Words

    def done(self) -> Words:
        """What is done at the desk, and by programs that are no commands."""
        return {
            "reset": lambda: self.desk.reset(),
            "certify": lambda *identifiers: [issue_certificate(self.desk, each) for each in identifiers],
            "hex-file": lambda name, digits, times="1": self.desk.write(name, bytes.fromhex(digits) * int(times)),
            "shown-as": self.show_as,
            "activated": self.activate,
            "filled": self.fill,
            "made-up": lambda: make_up(self.desk),
            "set-variable": self.set_variable,
            "tried": lambda *command: self.desk.run(command[0], command[1:]),
            "equip": lambda slot, algorithm: self.piv_card.equip(slot, algorithm),
            "certify-in": lambda slot: self.piv_card.certify(slot),
            "signs-in": lambda slot, mechanism: self.piv_card.sign(slot, mechanism),
            "signature": self.keep_signature,
            "factory-ca": lambda name: self.desk.write(name, pem_of(ca_certificate(self.desk.card.profile.id))),
            "app": lambda act, *arguments: self.application(act, *arguments),
            "app-refused": lambda act, *arguments: self.application.refused(act, *arguments),
            "given": lambda code, by, new: self.desk.card.reset_code(code, by, self.value(by), new.encode()),
            "helpline": lambda act: self.desk.card.act("helpline", act, {}),
        }

    def found(self) -> Words:
        """What the card answered, and what OpenSSL finds."""
        desk = self.desk
        return {
            "answers": self.answers,
            "send": lambda *commands: " ".join(desk.send(*commands)),
            "sent": self.sent,
            "use": self.use,
            "wear-out": self.wear_out,
            "flags": self.flags,
            "right-values": lambda: desk.status_words(Instruction.VERIFY).count(0x9000),
            "right-values-at-least": lambda count: holds(
                desk.status_words(Instruction.VERIFY).count(0x9000) >= int(count), "fewer"
            ),
            "private-keys": lambda: len(desk.card.content.keys),
            "open": lambda: desk.card.is_open,
            "limit": lambda *codes: " ".join(str(desk.code(code).tries_limit) for code in codes),
            "areas": lambda: " ".join(item.area for item in desk.card.state.items),
            "origins": lambda: " ".join(str(item.key) for item in desk.card.state.items),
            "answered": lambda word: holds(self.ever(word), f"nothing was {word}"),
            "never-answered": lambda word: holds(not self.ever(word), f"something was {word}"),
            "certificates": lambda: " ".join(
                sorted(re.findall(r"^\s+ID +: (\S+)", desk.tool("pkcs15-tool", "--list-certificates"), re.MULTILINE))
            ),
            "lacks": lambda text, *command: holds(text not in desk.tool(*command), f"{text} is shown"),
            "count": lambda text, *command: desk.tool(*command).count(text),
            "nothing-written": lambda: holds(*self.nothing_written()),
            "signs-certified": self.signs_certified,
            "signs": lambda identifier, pin=self.codes.pin, token="", *rest: desk.signs(
                identifier, pin, token or None, *rest
            ),
            "good-signature": lambda identifier, mechanism="ECDSA-SHA1", certified="": desk.check_signature(
                identifier, mechanism, certified=bool(certified)
            ),
            "public-key": desk.public_key,
            "no-file": lambda name: holds(not (desk.folder / name).exists(), f"{name} is there"),
            "is": lambda name, text: holds(desk.read(name) == text.encode(), f"{name} is something else"),
        }

    def answers(self, instruction: str, *of: str) -> str:
        """The status words of the last commands of a kind: of how many, and of which code, or of all."""
        *code, count = of if of and of[-1].isdigit() else (*of, "0")
        reference = self.desk.code(code[0]).reference if code else None
        words = self.desk.status_words(Instruction[instruction], reference)
        return " ".join(f"{word:04X}" for word in words[-int(count) :]) or "none"

    def ever(self, word: str) -> bool:
        """Whether the card answered anything so."""
        return int(word, 16) in {exchange.status_word for exchange in self.desk.watched.exchanges}

    def sent(self, instruction: str) -> str:
        """All commands of a kind that reached the card."""
        commands = [exchange.command for exchange in self.desk.watched.exchanges]
        return ", ".join(command.hex() for command in commands if command[1] == Instruction[instruction])

    def use(self, identifier: str, *commands: str) -> str:
        """What is answered in one session in which an RSA key is chosen (`choose`) and signs four bytes (`sign`)."""
        named = {
            "choose": f"002241B6068001118401{self.desk.key(identifier).reference:02X}",
            "sign": "002A9E9A04DEADBEEF00",
        }
        return " ".join(self.desk.send(*(named.get(command, command) for command in commands)))

    def wear_out(self, *codes: str) -> str:
        """Codes are blocked by OpenSC, one after the other; how the card lives after each."""
        lives = []
        for code in codes:
            self.desk.block(code)
            lives.append(self.desk.seen.life_cycle)
        return " ".join(lives)

    def flags(self, tag: str) -> str:
        """What the `manage` applet says of each code under a tag, as any client may ask it."""
        ask = ("-s", "00A4040007F05354554E540100", "-s", "00CA00E100")
        shown = self.desk.tool("opensc-tool", "--card-driver", "default", *ask)
        octets = "".join(re.findall(r"^((?:[0-9A-F]{2} ){1,16})", shown, re.MULTILINE)).replace(" ", "")
        # A code's entry has the tries (86 01 ..) before.
        return " ".join(re.findall(rf"8601..{tag}(..)", octets))

    def nothing_written(self) -> tuple[bool, str]:
        tried = [each for each in self.desk.watched.exchanges if each.command[1] in WRITING]
        return bool(tried) and all(each.status_word != 0x9000 for each in tried), f"{tried}"

    def signs_certified(self, identifier: str, pin: str, token: str | None = None) -> None:
        """A signature is right by the certificate beside the key."""
        self.desk.tool(*self.desk.signing(identifier, pin, token, "SHA256-RSA-PKCS"))
        self.desk.check_signature(identifier, "SHA256-RSA-PKCS", certified=True)

    def keep_signature(self, token: str, identifier: str, mechanism: str, code: str | None = None) -> None:
        """The application's signature of the letter, in the file that `good-signature` reads."""
        signature = self.application("sign", token, identifier, mechanism, LETTER.hex(), code)
        self.desk.write("signature", bytes.fromhex(str(signature)))

    @property
    def piv_card(self) -> PivCard:
        return PivCard(self.desk, self.codes.pin)

    def set_variable(self, name: str, value: str) -> None:
        """For the programs from now on."""
        self.ends.enter_context(pytest.MonkeyPatch.context()).setenv(name, value)

    def activate(self) -> None:
        """An eObčanka gets DOK and IOK at the office, and then its three codes for signing."""
        self.desk.office()
        for code, by, value in (
            ("puk", "4444", "22222222"),
            ("pin", "22222222", "11111"),
            ("qpin", "22222222", "33333"),
        ):
            self.desk.tool(*unblocking(code, by, value))

    def fill(self, *new: str) -> None:
        """Two old certificates and all new ones but the last are on the token, and the last is issued."""
        for identifier in ("10", "11", *new):
            self.desk.make_key(identifier)
            issue_certificate(self.desk, identifier)
            if identifier != new[-1]:
                self.desk.tool(*writing(identifier, PIN))

    def show_as(self, applet: str) -> None:
        """The same card, as it is, through another command set."""
        card: Card = self.desk.card
        profile, content = card.profile.id, card.content
        self.sit_at(self.ends.enter_context(desk_with_own_socket(profile, applet=applet, content=content)))

    @cached_property
    def application(self) -> Pkcs11Client:
        """A program that uses the card through python-pkcs11."""
        return self.ends.enter_context(Pkcs11Client(self.desk))

    def value(self, code: str) -> bytes:
        return self.desk.card.content.values[code]
