"""What a card remembers of its client between two resets; none of it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from stuntcard.card.files import MASTER_FILE
from stuntcard.card.key_parts import Part


class ControlTemplate(IntEnum):
    """Control reference templates, which say what an environment is for (ISO 7816-4, table 65)."""

    KEY_GENERATION = 0x00
    AUTHENTICATION = 0xA4
    SIGNATURE = 0xB6
    CONFIDENTIALITY = 0xB8


class SecurityEnvironment(NamedTuple):
    """What MANAGE SECURITY ENVIRONMENT: SET chose for later commands.

    `enciphering`: the environment is for the sender's part, and not the receiver's. `target`: the file of the key that
    is to be wrapped, or brought in. `initial`: where a block cipher starts from.
    """

    template: ControlTemplate
    algorithm: int
    key_reference: int
    enciphering: bool = False
    target: bytes | None = None
    initial: bytes = b""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What earlier commands brought for a later one; any other command than the next of its kind forgets it.

    `first_half`: of a cryptogram. `cipher_block`: the one that the next piece of a long text is chained to.
    """

    first_half: bytes = b""
    cipher_block: bytes = b""


NOTHING_UNFINISHED = Unfinished()


@dataclass(slots=True)
class Session:
    """The file selected now, what is still to be done with directories that were written, the security environment.

    `directory_written`: one was, since they were last judged. `directories_to_tidy`: one was in this session; at its
    end the card writes into them itself, and until then a client reads what it wrote. `key_parts`: those of a key
    that have come so far, for the key file at `key_parts_for`.
    """

    directory_written: bool = False
    directories_to_tidy: bool = False
    current: bytes = MASTER_FILE
    environment: SecurityEnvironment | None = field(default=None)
    unfinished: Unfinished = NOTHING_UNFINISHED
    key_parts_for: bytes = b""
    key_parts: dict[Part, bytes] = field(default_factory=dict, repr=False)

    def current_df(self, is_df: bool) -> bytes:
        """The current DF: the current file when it is one, else the DF it lies in."""
        return self.current if is_df else self.current[:-2]

    def add_key_part(self, file: bytes, part: Part, value: bytes) -> dict[Part, bytes]:
        """The parts of the key for this file that have come so far, with one more; those for another are forgotten."""
        if self.key_parts_for != file:
            self.key_parts_for, self.key_parts = file, {}
        self.key_parts[part] = value
        return self.key_parts
