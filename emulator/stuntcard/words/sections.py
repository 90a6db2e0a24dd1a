"""What descriptions are made of: sections, and sources behind what is said."""

from __future__ import annotations

from dataclasses import dataclass

from stuntcard.messages import Messages
from stuntcard.profile.model import Sourced


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of a description: a table, if `header` has columns, and sentences under it."""

    name: str
    title: str
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()


def sourced(text: str, messages: Messages, *blocks: Sourced) -> str:
    """A text, and behind it the facts that it comes from, and whether it is assumed."""
    facts = [fact for block in blocks for fact in block.source]
    assumed = [messages.text("show-is-assumed")] if any(block.assumed for block in blocks) else []
    told = ", ".join(dict.fromkeys(facts + assumed))
    return f"{text} [{told}]" if told else text
