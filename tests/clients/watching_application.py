"""A program of pyscard's that asks for a card, then looks on: a line out for each card and reader that comes or goes.

The line `seen` says that it looks; it ends with its input.
"""

from __future__ import annotations

import sys

from smartcard.Card import Card
from smartcard.CardMonitoring import CardMonitor, CardObserver
from smartcard.CardRequest import CardRequest
from smartcard.ReaderMonitoring import ReaderMonitor, ReaderObserver

PATIENCE = 30


class Reports(CardObserver, ReaderObserver):  # type: ignore[misc]  # pyscard has no types
    def update(self, _: object, handlers: tuple[list[object], list[object]]) -> None:
        for sign, things in zip("+-", handlers, strict=True):
            for thing in things:
                what = f"card in {thing.reader}" if isinstance(thing, Card) else f"reader {thing}"
                sys.stdout.write(f"{sign} {what}\n")  # at once: two threads report
                sys.stdout.flush()


service = CardRequest(timeout=PATIENCE).waitforcard()
service.connection.connect()
print("asked", service.connection.getReader(), flush=True)
service.connection.disconnect()
reports = Reports()
CardMonitor().addObserver(reports)
ReaderMonitor(period=0.1).addObserver(reports)
print("seen", flush=True)
sys.stdin.read()
