"""What the card in each reader shows up as: one card may be several applications (PK-10, PK-16)."""

from __future__ import annotations

from dataclasses import dataclass

from cardtools.card import directory
from cardtools.card.errors import CardError, NoServiceError
from cardtools.card.pcsc import Connection, connect, readers
from cardtools.card.status import CardStatus, read_status


@dataclass(frozen=True, slots=True)
class ShownCard:
    """The card in a reader. `status` is None when it can't be looked at, and `why_not` then says why."""

    reader: str
    status: CardStatus | None = None
    applications: tuple[str, ...] = ()
    why_not: CardError | None = None

    def shows(self, application: str) -> bool:
        """Whether it shows an application of this name, in upper or lower case."""
        return application.casefold() in (name.casefold() for name in self.applications)


def shown_cards() -> list[ShownCard]:
    """The card in each reader that has one. Raises NoServiceError and NoReaderError."""
    return [shown_in(reader) for reader in readers()]


def shown_in(reader: str) -> ShownCard:
    """The card in a reader. Raises NoServiceError."""
    try:
        with connect(reader) as connection:
            return shown_by(connection)
    except NoServiceError:
        raise
    except CardError as error:
        return ShownCard(reader, why_not=error)


def shown_by(connection: Connection) -> ShownCard:
    """The card that is connected. Raises CardError."""
    status = read_status(connection)
    return ShownCard(connection.reader, status, _applications(connection, status))


def _applications(connection: Connection, status: CardStatus) -> tuple[str, ...]:
    """The names under which the card lists its codes, where these are not just the codes' own."""
    own = {code.name for code in status.codes}
    labels = [item.label for item in directory.listed_codes(connection) if item.label not in own]
    # What lets an application's code be set is listed beside it, under the same name with a word more.
    return tuple(name for name in labels if not any(name.startswith(f"{other} ") for other in labels))
