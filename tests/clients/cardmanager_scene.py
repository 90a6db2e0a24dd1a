"""Where sessions with the card manager happen: a desk, and words for what is done there by other ways, or seen."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from tests.clients.cardmanager import CardManager, nothing_sent
from tests.clients.certificates import as_pkcs12, certify, new_key
from tests.clients.desk_words import FILE_PASSWORD, Memory, Words, done_at, seen
from tests.transcripts import Outcome, holds


class CardManagerScene:
    """A card manager at a desk."""

    def __init__(self, cardmanager: CardManager) -> None:
        self.cardmanager = cardmanager
        self.desk = cardmanager.desk
        self.last = Outcome(0, "", "")
        self.words: Words = {
            **done_at(self.desk), **Memory(self.desk).words(), **seen(self.desk), **self.done(), **self.asserted(),
        }  # fmt: skip

    def run(self, arguments: Sequence[str], lines: Sequence[str]) -> Outcome:
        program, *rest = arguments
        assert program == "cardmanager"
        outcome = self.cardmanager.run(*rest, lines=lines)
        assert not any(line in outcome.told for line in lines if line not in rest)
        self.last = Outcome(outcome.status, outcome.shown, outcome.told)
        return self.last

    # Words

    def done(self) -> Words:
        """What is done by the card manager, and with its files."""
        return {"typed": self.typed, "answered": self.answered, "bad-p12s": self.write_bad_p12s}

    def asserted(self) -> Words:
        """What must be so."""
        return {
            "nothing-sent": lambda: holds(nothing_sent(self.desk), "the card was changed, or given a code"),
            "shown-lacks": lambda text: holds(text not in self.last.shown, self.last.shown),
        }

    def typed(self, command: str, *answers: str) -> str:
        """What is shown at a terminal where each prompt (`PIN: 1234`) gets its answer; never the answer itself."""
        typing = [(f"{prompt}:", answer) for prompt, answer in (each.split(": ") for each in answers)]
        status, shown = self.cardmanager.typed(*shlex.split(command), typing=typing)
        assert not any(answer in shown for _, answer in typing)
        return " ".join([*shown.split(), *([f"= {status}"] if status else [])])

    def answered(self, answer: str, command: str) -> str:
        outcome = self.cardmanager.answered(answer, *shlex.split(command))
        return " ".join((outcome.shown + outcome.told).split())

    def write_bad_p12s(self, good: str, broken: str, without_key: str, without_certificate: str) -> None:
        """Files that are bad each in its own way, but for the first."""
        key = new_key("ec")
        content = as_pkcs12(key, FILE_PASSWORD)
        certificate = certify(key.public_key(), "Without a key")
        lock = BestAvailableEncryption(FILE_PASSWORD.encode())
        self.desk.write(good, content)
        self.desk.write(broken, content[: len(content) // 2])
        self.desk.write(without_key, pkcs12.serialize_key_and_certificates(b"x", None, certificate, None, lock))
        self.desk.write(without_certificate, pkcs12.serialize_key_and_certificates(b"x", key, None, None, lock))
