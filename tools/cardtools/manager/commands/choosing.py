"""Which of several readers is meant: by its name, by an application that it shows, or chosen from a list (PK-16)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from cardtools.card.applications import ShownCard, shown_cards
from cardtools.card.errors import NoSuchReaderError, SeveralCardsError
from cardtools.manager.model.describing import card_name
from cardtools.manager.model.refusals import UsageError

if TYPE_CHECKING:
    from cardtools.manager.commands.run import ManagerRun


def choose_reader(run: ManagerRun, error: SeveralCardsError | NoSuchReaderError) -> str:
    """The reader, when its name alone has not found one. Raises UsageError, CardError."""
    cards = shown_cards()
    if isinstance(error, NoSuchReaderError):
        wanted = run.reader or ""
        cards = [card for card in cards if card.shows(wanted)]
        if not cards:
            raise error
    if len(cards) == 1:
        return cards[0].reader
    if not sys.stdin.isatty():
        raise UsageError("several-cards", cards="; ".join(f"{card.reader} ({_what(card)})" for card in cards))
    return _asked(run, cards)


def _asked(run: ManagerRun, cards: list[ShownCard]) -> str:
    for number, card in enumerate(cards, 1):
        run.warn(f"{number}  {card.reader}  {_what(card)}")
    answer = str(typer.prompt(run.messages.text("which-reader"), err=True)).strip()
    if not (answer.isascii() and answer.isdecimal() and 1 <= int(answer) <= len(cards)):
        raise UsageError("number-wrong", given=answer)
    return cards[int(answer) - 1].reader


def _what(card: ShownCard) -> str:
    if card.status is None:
        return "?"
    name = card_name(card.status)
    return f"{name}: {', '.join(card.applications)}" if card.applications else name
