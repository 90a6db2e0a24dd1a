"""What a card remembers of its client between two resets; none of it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from emulator.card.files import MASTER_FILE


class ControlTemplate(IntEnum):
    """Control reference templates, which say what an environment is for (ISO 7816-4, table 65)."""

    KEY_GENERATION = 0x00
    SIGNATURE = 0xB6
    CONFIDENTIALITY = 0xB8


@dataclass(frozen=True, slots=True)
class SecurityEnvironment:
    """What MANAGE SECURITY ENVIRONMENT: SET chose for later commands."""

    template: ControlTemplate
    algorithm: int
    key_reference: int


@dataclass(slots=True)
class Session:
    """The file selected now, whether a directory was written since it was last judged, and the security environment."""

    current: bytes = MASTER_FILE
    directory_written: bool = False
    environment: SecurityEnvironment | None = field(default=None)

    def current_df(self, is_df: bool) -> bytes:
        """The current DF: the current file when it is one, else the DF it lies in."""
        return self.current if is_df else self.current[:-2]
