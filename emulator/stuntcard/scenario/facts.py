"""What can be said of a card, each by a path: `codes.pin.state`, `areas.cc.used`, `life_cycle`.

life_cycle                                          operational, dead
codes.CODE.state                                    not_set, set, blocked
codes.CODE.tries_left, .tries_limit, .must_change
areas.AREA.used, .places, .paired, .unpaired        numbers; unpaired: keys without a certificate
parts.PART.lost
memory.size, .used, .free                           in bytes, where memory runs out
keys.ID.area, .origin, .paired, .listed             ID: the identifier in PKCS#15, such as 21
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stuntcard.card.view import CardView, KeyView
from stuntcard.profile.model import Profile

Fact = str | bool | int | None

_CODE = ("state", "tries_left", "tries_limit", "must_change")
_AREA = ("used", "places", "paired", "unpaired")
_MEMORY = ("size", "used", "free")
_KEY = ("area", "origin", "paired", "listed")
_KEY_PATH = re.compile(rf"keys\.[0-9A-F]{{2,}}\.({'|'.join(_KEY)})")


def facts(seen: CardView) -> dict[str, Fact]:
    """All that can be said of a card now."""
    found: dict[str, Fact] = {"life_cycle": seen.life_cycle}
    for name, code in seen.codes.items():
        found |= {f"codes.{name}.{what}": getattr(code, what) for what in _CODE}
        found[f"codes.{name}.state"] = code.state.value
    for name, area in seen.areas.items():
        here = [key for key in seen.keys if key.area == name]
        found |= {
            f"areas.{name}.used": area.used,
            f"areas.{name}.places": area.places,
            f"areas.{name}.paired": sum(key.paired for key in here),
            f"areas.{name}.unpaired": sum(key.origin is not None and not key.paired for key in here),
        }
    found |= {f"parts.{name}.lost": part.lost for name, part in seen.parts.items()}
    if seen.memory is not None:
        size, used = seen.memory.size, seen.memory.used
        found |= {"memory.size": size, "memory.used": used, "memory.free": size - used}
    for key in seen.keys:
        found |= _of_key(key)
    return found


def _of_key(key: KeyView) -> dict[str, Fact]:
    if key.identifier is None:
        return {}
    at = f"keys.{key.identifier}"
    origin = key.origin.value if key.origin is not None else "deleted"
    return {f"{at}.area": key.area, f"{at}.origin": origin, f"{at}.paired": key.paired, f"{at}.listed": key.listed}


@dataclass(frozen=True, slots=True)
class KnownPaths:
    """The paths that make sense for a profile's cards."""

    paths: tuple[str, ...]

    def knows(self, path: str) -> bool:
        """Whether this is one of them; of keys, any may come to be."""
        return path in self.paths or _KEY_PATH.fullmatch(path) is not None

    def nearest(self, path: str) -> str:
        """What might have been meant, as a sentence's end."""
        import difflib

        close = difflib.get_close_matches(path, self.paths, n=3, cutoff=0.5)
        return f"did you mean {' or '.join(close)}?" if close else f"expected a path such as {self.paths[1]}"


def known_paths(profile: Profile) -> KnownPaths:
    """The paths that make sense for a profile's cards."""
    paths = ["life_cycle"]
    paths += [f"codes.{name}.{what}" for name in profile.codes for what in _CODE]
    paths += [f"areas.{name}.{what}" for name in profile.areas for what in _AREA]
    paths += [f"parts.{name}.lost" for name in profile.parts]
    if profile.memory is not None:
        paths += [f"memory.{what}" for what in _MEMORY]
    return KnownPaths(tuple(paths))
