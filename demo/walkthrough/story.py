"""What a story is made of: chapters of steps, each of which does something with real programs and checks it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from demo.walkthrough.stage import Stage


@dataclass(slots=True)
class World:
    """What later steps have to know of earlier ones."""

    ca_url: str = ""
    sockets: dict[str, str] = field(default_factory=dict)
    """Where the cards are that run now, by name."""
    processes: dict[str, int] = field(default_factory=dict)
    serials: dict[str, str] = field(default_factory=dict)
    """Serial numbers of certificates, by what the story calls them."""
    requests: dict[str, str] = field(default_factory=dict)
    """Numbers of requests, by the same."""
    portal_token: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. What happens, and why, is told by messages that are called after its chapter and it."""

    name: str
    play: Callable[[Stage, World], None]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Some steps that belong together. `needs` names the chapters whose outcome it begins with.

    Messages called after it tell its title, and why it is played.
    """

    name: str
    steps: Sequence[Step]
    needs: Sequence[str] = ()
