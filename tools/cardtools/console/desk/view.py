"""What the desk's page shows: the tree on the left, and the details of what is chosen in it on the right."""

from __future__ import annotations

from dataclasses import dataclass

from cardtools.console.acts.values import CardSeen, CodeSeen, ContainerSeen

CODE, OBJECT = "code:", "object:"
"""Before what is chosen in the tree, as it stands in the page's address."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is chosen: a code, a key's place, or the card itself with neither."""

    at: str
    code: CodeSeen | None = None
    container: ContainerSeen | None = None


def chosen_in(seen: CardSeen | None, at: str) -> Chosen:
    """What the address names; the card itself, where that is not on it any more."""
    if seen is not None and at.startswith(CODE):
        for code in seen.codes:
            if code.id == at.removeprefix(CODE):
                return Chosen(at, code=code)
    if seen is not None and at.startswith(OBJECT):
        for area in seen.areas:
            for container in area.containers:
                if container.target == at.removeprefix(OBJECT):
                    return Chosen(at, container=container)
    return Chosen("")
