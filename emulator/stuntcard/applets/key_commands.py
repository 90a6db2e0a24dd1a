"""What commands on keys have in common in every command set (ISO 7816-4, 11.5.11; ISO 7816-8)."""

from __future__ import annotations

from collections.abc import Callable

from stuntcard.applets.answers import RefusalError, answer
from stuntcard.card.card import Card
from stuntcard.card.keys import Key
from stuntcard.card.session import ControlTemplate, SecurityEnvironment
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy.events import Verdict


def environment_for(card: Card, template: ControlTemplate, *, enciphering: bool = False) -> SecurityEnvironment:
    """The environment that was set, if it was for this. Raises RefusalError (6985)."""
    environment = card.session.environment
    if environment is None or (environment.template, environment.enciphering) != (template, enciphering):
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    return environment


def use_key(card: Card, reference: int, operation: Callable[[Key], bytes]) -> bytes:
    """The result of an operation with a key. Raises RefusalError when the law refuses it."""
    verdict, result = card.use_key(reference, operation)
    if verdict is not Verdict.DONE:
        raise RefusalError(answer(verdict).sw)
    return result
