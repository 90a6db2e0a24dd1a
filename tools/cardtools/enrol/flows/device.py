"""Finds the qualified device by itself, and knows what is on it."""

from __future__ import annotations

from dataclasses import dataclass

from cardtools.card.errors import (
    CardDeadError,
    CardError,
    NoCardError,
    NoServiceError,
    NotOursError,
)
from cardtools.card.pcsc import connect, readers
from cardtools.card.status import AreaStatus, CardStatus, read_status
from cardtools.common.devices import Device, UnknownDeviceError, find_device
from cardtools.common.terms import CertificateProfile, Trouble
from cardtools.common.told import Name
from cardtools.enrol.errors import BadInputError, EnrolError, NumberedError, UnavailableError
from cardtools.enrol.files.settings import Settings
from cardtools.enrol.files.store_choice import StoreChoice
from cardtools.enrol.flows.card_lock import card_lock


@dataclass(frozen=True, slots=True)
class QualifiedDevice:
    """A card on which keys for qualified certificates can be made: what it is, and how it stood when it was found."""

    reader: str
    kind: Device
    status: CardStatus

    @property
    def name(self) -> str:
        """What people call it, such as ProID+Q."""
        return self.kind.name

    def is_chosen(self, choice: StoreChoice) -> bool:
        """Whether it is the very card that was chosen as the store, and where it was."""
        own = (self.reader, self.status.profile, self.status.serial)
        return own == (choice.reader, choice.card_profile, choice.card_serial)

    def as_choice(self) -> StoreChoice:
        """The choice of this one as the store."""
        return StoreChoice(reader=self.reader, card_profile=self.status.profile, card_serial=self.status.serial)

    def area_for(self, profile: CertificateProfile) -> AreaStatus:
        """Where the key of such a certificate is made. Raises EnrolError when there is no such area."""
        wanted = self.status.kind.general_area if profile is CertificateProfile.COMMERCIAL else self.kind.qualified_area
        if wanted is None:
            raise EnrolError("no-key-there", card=self.name)
        return self.status.area(wanted)

    def require_place(self, area: AreaStatus) -> None:
        """Raises NumberedError when the area has no place left."""
        if area.full:
            raise self.no_place(area)

    def no_place(self, area: AreaStatus) -> NumberedError:
        """The error of an area without a place (PQ-15)."""
        places = area.places or 0
        return NumberedError(
            Trouble.NO_PLACE,
            self.kind.number(Trouble.NO_PLACE),
            card=self.name,
            area=Name(area.name),
            used=places,
            places=places,
        )

    def no_space(self, again: str) -> NumberedError:
        """The error of a certificate that does not fit (TM-03). `again` is the command that tries once more."""
        return NumberedError(Trouble.NO_SPACE, self.kind.number(Trouble.NO_SPACE), card=self.name, again=again)

    def require_manager(self, settings: Settings) -> None:
        """Raises NumberedError when the manager that counts as installed is too old for this card (TM-05)."""
        manager, installed = self.kind.manager, settings.pki_manager_version
        if installed is None or not manager.outdated(installed):
            return
        raise NumberedError(
            Trouble.MANAGER_OUTDATED,
            self.kind.number(Trouble.MANAGER_OUTDATED),
            card=self.name,
            manager=manager.name,
            installed=installed,
            needed=manager.oldest_version or "",
        )


def find(reader: str | None = None, chosen: StoreChoice | None = None) -> QualifiedDevice:
    """The one qualified device in the readers, or the card in the reader named. Of several, the one that is chosen.

    Raises UnavailableError when there is none, BadInputError when there are several, and CardError.
    """
    found, others = _look(readers() if reader is None else [reader])
    preset = [device for device in found if chosen is not None and device.is_chosen(chosen)]
    if len(found) > 1 and not preset:
        raise BadInputError("several-devices", readers=", ".join(f'"{device.reader}"' for device in found))
    if found:
        return (preset or found)[0]
    for other in others:
        if reader is not None and not isinstance(other.error, NotOursError):
            raise other.error
        if isinstance(other.error, CardDeadError):
            raise other.error
    if others:
        raise UnavailableError("no-device-but", others=", ".join(other.name for other in others))
    raise UnavailableError("no-device")


def find_all() -> list[QualifiedDevice]:
    """Every qualified device in the readers. Raises CardError."""
    return _look(readers())[0]


@dataclass(frozen=True, slots=True)
class OtherCard:
    """A card that is no qualified device, or can't be asked."""

    reader: str
    name: str
    error: CardError


def look_at(reader: str) -> QualifiedDevice | OtherCard | None:
    """The card in a reader; None when there is none. Raises NoServiceError."""
    try:
        with card_lock(), connect(reader) as connection:
            status = read_status(connection)
        kind = find_device(status.profile)
    except NoServiceError:
        raise
    except NoCardError:
        return None
    except CardError as error:
        return OtherCard(reader, reader, error)
    except UnknownDeviceError:
        return OtherCard(reader, reader, NotOursError(f"a card of the kind {status.profile}"))
    if kind.qualified_area is None:
        return OtherCard(reader, kind.name, NotOursError(f"{kind.name} takes no keys"))
    return QualifiedDevice(reader, kind, status)


def _look(names: list[str]) -> tuple[list[QualifiedDevice], list[OtherCard]]:
    seen = [look_at(name) for name in names]
    devices = [one for one in seen if isinstance(one, QualifiedDevice)]
    return devices, [one for one in seen if isinstance(one, OtherCard)]
