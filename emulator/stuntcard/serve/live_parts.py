"""What pages that look on refresh of a card, written once for all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from stuntcard.profile.model import Language
from stuntcard.serve.served_card import ServedCard


@dataclass(slots=True)
class _Written:
    """What was written last, and after which event."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    after: str = ""
    text: str = ""


class LiveParts:
    """The live parts of cards' pages. Ten pages that ask after the same event cost the card as much as one."""

    def __init__(self) -> None:
        self._written: WeakKeyDictionary[ServedCard, dict[Language, _Written]] = WeakKeyDictionary()

    def text(self, card: ServedCard, language: Language, after: str, write: Callable[[], str]) -> str:
        """As `write` gives it, which is asked once for each event that was told; `after` is the last one's id.

        What happens while it writes is told by another event, after which it is written anew.
        """
        one = self._written.setdefault(card, {}).setdefault(language, _Written())
        with one.lock:
            if one.after != after:
                one.text, one.after = write(), after
            return one.text
