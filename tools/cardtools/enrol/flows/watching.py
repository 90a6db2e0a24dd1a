"""Devices as they are put in and taken out, and which of them is the store (PQ-30)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cardtools.card.errors import CardGoneError, NoReaderError, NoSuchReaderError
from cardtools.card.watching import Present, cards_present
from cardtools.enrol.files.store_choice import StoreChoice
from cardtools.enrol.flows.device import OtherCard, QualifiedDevice, look_at

Seen = QualifiedDevice | OtherCard

_GONE = (CardGoneError, NoReaderError, NoSuchReaderError)


@dataclass(frozen=True, slots=True)
class Change:
    """What has come and gone at one moment. `store` is the device chosen now, None without any."""

    came: tuple[Seen, ...]
    went: tuple[Seen, ...]
    store: QualifiedDevice | None
    newly_chosen: bool


def changes(chosen: StoreChoice | None) -> Iterator[Change]:
    """What is in the readers, and then each change. `chosen` is the choice of an earlier run. Raises CardError."""
    watch = _Watch()
    store: QualifiedDevice | None = None
    for present in cards_present():
        went, came = watch.update(present)
        if not (went or came) and watch.begun:
            continue
        before, store = store, _store(watch, came, store, chosen)
        watch.begun = True
        yield Change(came, went, store, store is not None and store is not before)


@dataclass(slots=True)
class _Watch:
    """The cards that were seen, with the number that their reader counted for them."""

    seen: dict[str, tuple[int, Seen]] = field(default_factory=dict)
    begun: bool = False

    def update(self, present: Present) -> tuple[tuple[Seen, ...], tuple[Seen, ...]]:
        """What went and what came."""
        gone = [name for name, (count, _) in self.seen.items() if present.get(name) != count]
        went = tuple(self.seen.pop(name)[1] for name in gone)
        found = {name: look_at(name) for name in present if name not in self.seen}
        came = {name: seen for name, seen in found.items() if seen is not None and not _gone(seen)}
        self.seen.update({name: (present[name], seen) for name, seen in came.items()})
        return went, tuple(came.values())

    @property
    def devices(self) -> Mapping[str, QualifiedDevice]:
        """The qualified devices there are, by reader."""
        return {name: seen for name, (_, seen) in self.seen.items() if isinstance(seen, QualifiedDevice)}


def _store(
    watch: _Watch, came: tuple[Seen, ...], before: QualifiedDevice | None, earlier: StoreChoice | None
) -> QualifiedDevice | None:
    """The one that was put in last; at the beginning the one that was chosen earlier, or the only one there is."""
    devices = watch.devices
    new = [seen for seen in came if isinstance(seen, QualifiedDevice)]
    if watch.begun and new:
        return new[-1]
    if before is not None and devices.get(before.reader) is before:
        return before
    if not watch.begun and earlier is not None:
        known = devices.get(earlier.reader)
        if known is not None and known.is_chosen(earlier):
            return known
    return next(iter(devices.values())) if len(devices) == 1 else None


def _gone(seen: Seen) -> bool:
    """Whether it was taken out again before it could be looked at."""
    return isinstance(seen, OtherCard) and isinstance(seen.error, _GONE)
