"""Where sessions with the card manager happen: a desk, and words for what is done there by other ways, or seen."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12

from tests.clients.apdus import MAKE_RSA_KEY, VERIFY_PIN, VERIFY_QPIN
from tests.clients.cardmanager import CardManager, block, lasting, nothing_sent
from tests.clients.certificates import as_pkcs12, certify, issue_certificate, new_key
from tests.clients.desk import PIN, Desk
from tests.transcripts import Outcome

SECRET = "the file's own"


class CardManagerScene:
    """A card manager at a desk."""

    def __init__(self, cardmanager: CardManager) -> None:
        self.cardmanager = cardmanager
        self.desk = cardmanager.desk
        self.last = Outcome(0, "", "")
        self.remember()
        self.words: Mapping[str, Callable[..., object]] = {**self.done(), **self.asserted(), **seen(self.desk)}

    def run(self, arguments: Sequence[str], lines: Sequence[str]) -> Outcome:
        program, *rest = arguments
        assert program == "cardmanager"
        outcome = self.cardmanager.run(*rest, lines=lines)
        assert not any(line in outcome.told for line in lines if line not in rest)
        self.last = Outcome(outcome.status, outcome.shown, outcome.told)
        return self.last

    # Words

    def done(self) -> Mapping[str, Callable[..., object]]:
        """What is done at the desk."""
        desk = self.desk
        return {
            "typed": self.typed,
            "answered": self.answered,
            "remember": self.remember,
            "forget-exchanges": lambda: desk.watched.exchanges.clear(),
            "block": lambda code, but="0": block(desk, code, int(but)),
            "office": lambda: desk.office(),
            "key": lambda identifier: desk.make_key(identifier),
            "qualified-key": lambda identifier: desk.make_qualified_key(identifier),
            "unlisted-key": lambda: desk.send(VERIFY_PIN, VERIFY_QPIN, *MAKE_RSA_KEY),
            "delete-key": lambda identifier: desk.tool(
                "pkcs15-init", "--delete-objects", "privkey,pubkey", "--id", identifier, "--auth-id", "01", "--pin", PIN
            ),
            "issue": lambda identifier: issue_certificate(desk, identifier),
            "certificate": lambda identifier: store_certificate(desk, identifier),
            "foreign-certificate": lambda name: desk.write(
                name, certify(new_key("ec").public_key(), "Somebody else").public_bytes(Encoding.DER)
            ),
            "p12": lambda name, kind: desk.write(name, as_pkcs12(new_key(kind), SECRET)),
            "bad-p12s": self.write_bad_p12s,
            "file": self.write,
        }

    def asserted(self) -> Mapping[str, Callable[..., object]]:
        """What must be so."""
        return {
            "nothing-sent": lambda: holds(nothing_sent(self.desk), "the card was changed, or given a code"),
            "unchanged": lambda: holds(lasting(self.desk.card.content) == self.before, "the card has changed"),
            "shown-lacks": lambda text: holds(text not in self.last.shown, self.last.shown),
        }

    def remember(self) -> None:
        """What is on the card now is what `unchanged` will look for."""
        self.before = lasting(self.desk.card.content)

    def typed(self, command: str, *answers: str) -> str:
        """What is shown at a terminal where each prompt (`PIN: 1234`) gets its answer; never the answer itself."""
        typing = [(f"{prompt}:", answer) for prompt, answer in (each.split(": ") for each in answers)]
        status, shown = self.cardmanager.typed(*shlex.split(command), typing=typing)
        assert not any(answer in shown for _, answer in typing)
        return " ".join([*shown.split(), *([f"= {status}"] if status else [])])

    def answered(self, answer: str, command: str) -> str:
        outcome = self.cardmanager.answered(answer, *shlex.split(command))
        return " ".join((outcome.shown + outcome.told).split())

    def write(self, name: str, text: str, mode: str = "644", times: str = "1") -> None:
        self.desk.write(name, text.replace("\\n", "\n").encode() * int(times))
        (self.desk.folder / name).chmod(int(mode, 8))

    def write_bad_p12s(self, good: str, broken: str, without_key: str, without_certificate: str) -> None:
        """Files that are bad each in its own way, but for the first."""
        key = new_key("ec")
        content = as_pkcs12(key, SECRET)
        certificate = certify(key.public_key(), "Without a key")
        lock = BestAvailableEncryption(SECRET.encode())
        self.desk.write(good, content)
        self.desk.write(broken, content[: len(content) // 2])
        self.desk.write(without_key, pkcs12.serialize_key_and_certificates(b"x", None, certificate, None, lock))
        self.desk.write(without_certificate, pkcs12.serialize_key_and_certificates(b"x", key, None, None, lock))


def seen(desk: Desk) -> Mapping[str, Callable[..., object]]:
    """What the card is like, from inside."""
    return {
        "value": lambda code: desk.card.content.values[code].decode(),
        "state": lambda code: desk.code(code).state,
        "must-change": lambda code: desk.code(code).must_change,
        "tries": lambda *codes: " ".join(str(desk.code(code).tries_left) for code in codes),
        "life-cycle": lambda: desk.seen.life_cycle,
        "lost": lambda part: desk.seen.parts[part].lost,
        "used": lambda area: desk.seen.areas[area].used,
        "paired": lambda identifier: desk.key(identifier).paired,
        "keys": lambda: ", ".join(f"{key.identifier} {key.area} {key.origin}" for key in desk.seen.keys) or "none",
        "pairs": lambda: sum(key.paired for key in desk.seen.keys),
    }


def holds(condition: bool, otherwise: str) -> None:
    assert condition, otherwise


def store_certificate(desk: Desk, identifier: str) -> bytes:
    """Has a certificate issued for a key on the card, and stored by OpenSC; gives its DER."""
    der = issue_certificate(desk, identifier)
    desk.tool("pkcs11-tool", "--login", "--pin", PIN, "--write-object", f"{identifier}.der", "--type", "cert",
              "--id", identifier)  # fmt: skip
    desk.reset()
    return der
