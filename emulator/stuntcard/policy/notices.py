"""What somebody should see to while everything works: codes of the factory, full areas, keys without a certificate.

Pure, as all of `policy`.
"""

from __future__ import annotations

from dataclasses import dataclass

from stuntcard.policy.state import Item, State
from stuntcard.profile.model import CodeStatus, Profile


@dataclass(frozen=True, slots=True)
class Notices:
    """`must_change`: codes that still have to be changed. `full`: areas all of whose places are taken. `unpaired`: keys
    that take a place there without a certificate.
    """

    must_change: tuple[str, ...] = ()
    full: tuple[str, ...] = ()
    unpaired: tuple[Item, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.must_change or self.full or self.unpaired)


def notices_of(profile: Profile, state: State) -> Notices:
    """What is to be seen to; nothing of what is lost."""
    if state.dead:
        return Notices()
    places = {
        name: area.places.count
        for name, area in profile.areas.items()
        if area.places is not None and profile.part_of(area.guard) not in state.lost
    }
    return Notices(
        must_change=tuple(
            name for name, code in state.codes.items() if code.must_change and code.status is CodeStatus.SET
        ),
        full=tuple(name for name, count in places.items() if state.used(name) >= count),
        unpaired=tuple(item for item in state.items if item.area in places and item.key and not item.certificate),
    )
