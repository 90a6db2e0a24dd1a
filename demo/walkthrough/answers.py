"""What the programs tell in JSON, as far as the story asks for it."""

from __future__ import annotations

from pydantic import BaseModel


class StoryError(Exception):
    """Something came out otherwise than the story says."""


class _Code(BaseModel):
    state: str
    tries_left: int
    tries_limit: int
    must_change: bool


class _Area(BaseModel):
    places: int | None
    used: int


class _Key(BaseModel):
    area: str
    origin: str | None
    paired: bool


class CardState(BaseModel):
    """A card that runs, as `stuntcard status --json` tells."""

    pcsc_socket: str | None
    serial: str
    life_cycle: str
    codes: dict[str, _Code]
    areas: dict[str, _Area]
    keys: list[_Key]

    def must_change(self) -> list[str]:
        """The codes that must be changed."""
        return sorted(name for name, code in self.codes.items() if code.must_change)

    def all_tries(self) -> bool:
        """Whether every code that has a value has all its tries."""
        return all(code.tries_left == code.tries_limit for code in self.codes.values())


class _Certificate(BaseModel):
    serial: str
    holder: str
    qualified: bool
    qescd_mark: bool


class _Container(BaseModel):
    identifier: str | None
    empty: bool
    certificates: list[_Certificate]


class Objects(BaseModel):
    """What is on a card, as `cardmanager show --json` tells."""

    areas: dict[str, _Area]
    containers: list[_Container]

    @property
    def unpaired(self) -> int:
        """How many keys have no certificate."""
        return sum(item.empty for item in self.containers)

    def serials(self) -> list[str]:
        """The serial numbers of all certificates."""
        return sorted(one.serial for item in self.containers for one in item.certificates)

    def identifier(self, serial: str) -> str:
        """The identifier that a certificate and its key have on the card."""
        for item in self.containers:
            if item.identifier is not None and serial in (one.serial for one in item.certificates):
                return item.identifier
        raise StoryError(f"certificate {serial} is not on the card")

    def certificate(self, serial: str) -> _Certificate:
        """A certificate."""
        found = [one for item in self.containers for one in item.certificates if one.serial == serial]
        if not found:
            raise StoryError(f"certificate {serial} is not on the card")
        return found[0]
