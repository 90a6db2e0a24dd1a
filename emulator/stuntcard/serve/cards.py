"""The cards that one process serves, by the ids that clients chose."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from stuntcard.applets.registry import AppletChoiceError
from stuntcard.faults.rules import FaultError
from stuntcard.messages import UnknownLanguageError
from stuntcard.profile.document import DocumentError
from stuntcard.profile.load import profile_names
from stuntcard.profile.serial import SerialError
from stuntcard.running.choices import RunOptions
from stuntcard.running.desk import DeskReader, controlled, desk_laid, served_to_pcsc
from stuntcard.running.making import ReaderOnDesk, reader_made
from stuntcard.running.pcsc import numbered_name
from stuntcard.running.plan import PlanError, unique_name
from stuntcard.running.scenarios import ScenarioRefusedError
from stuntcard.serve.happenings import Happening
from stuntcard.serve.hub import Hub
from stuntcard.serve.plans import CardPlan
from stuntcard.serve.problems import Problem, ProblemError
from stuntcard.serve.served_card import ServedCard
from stuntcard.serve.tape import CardTape
from stuntcard.store.errors import CardInUseError, StoreError

CARDS_MAX = 250


class Cards:
    """All cards that are served. Safe to use from several threads."""

    def __init__(self) -> None:
        self.hub = Hub(self._news)
        self._lock = threading.Lock()
        """Held while a card is made or removed; looking at cards needs none."""
        self._cards: dict[str, ServedCard] = {}

    def all(self) -> tuple[ServedCard, ...]:
        """The cards, in the order in which they came."""
        return tuple(self._cards.values())

    def find(self, id_: str) -> ServedCard:
        """The card under this id. Raises ProblemError."""
        card = self._cards.get(id_)
        if card is None:
            raise ProblemError(
                Problem.NO_SUCH_CARD, f"no card '{id_}' is served; GET /api/v1/cards lists those that are"
            )
        return card

    def make(self, id_: str | None, plan: CardPlan) -> tuple[ServedCard, bool]:
        """The card that was planned, and whether it was made by this call: under its id it may be there already.

        Raises ProblemError.
        """
        with self._lock:
            name = id_ or unique_name(plan.profile or plan.stored or str(plan.scenario), self._cards)[:32]
            there = self._cards.get(name)
            if there is not None:
                if there.plan == plan:
                    return there, False
                detail = f"the card '{name}' was planned otherwise; choose another id, or remove that card first"
                raise ProblemError(Problem.ID_TAKEN, detail)
            if len(self._cards) >= CARDS_MAX:
                raise ProblemError(Problem.TOO_MANY, f"{CARDS_MAX} cards are served already; remove some first")
            card = self._made(name, plan)
            self._cards = {**self._cards, name: card}
        self.hub.tell(name, Happening.CARD, card.as_told())
        return card, True

    def remove(self, id_: str) -> None:
        """Serves a card no more. Raises ProblemError."""
        with self._lock:
            card = self.find(id_)
            self._cards = {name: one for name, one in self._cards.items() if name != id_}
            card.end()
        self.hub.tell(id_, Happening.GONE, {})

    def end(self) -> None:
        """Serves none any more."""
        with self._lock:
            cards, self._cards = self._cards, {}
            for card in cards.values():
                card.let_go()
            for card in cards.values():
                card.end()

    def _made(self, id_: str, plan: CardPlan) -> ServedCard:
        with _refused_as_problems(plan), ExitStack() as stack:
            tape = CardTape(lambda: self.hub.touch(id_))
            made = stack.enter_context(reader_made(plan.reader_plan(id_)))
            desk = stack.enter_context(desk_laid([_recorded(made, plan.seed, tape)]))
            stack.enter_context(served_to_pcsc(desk))
            reader: DeskReader = desk.readers[0]
            reader.around = RunOptions(recorder=tape, pinpad=made.options.pinpad)
            card = ServedCard(plan, reader, desk.socket, tape, self.hub)
            card.reader_name = numbered_name(reader.label, 0)
            stack.enter_context(controlled(desk))
            card.stack = stack.pop_all()
            return card

    def _news(self, ids: frozenset[str]) -> Iterator[tuple[str, Happening, dict[str, object]]]:
        cards = self._cards
        for id_ in ids:
            if id_ in cards:
                yield from ((id_, kind, data) for kind, data in cards[id_].news())


def _recorded(made: ReaderOnDesk, seed: int, tape: CardTape) -> ReaderOnDesk:
    """The reader with a tape for what is said there, and faults by the plan's seed."""
    faults = tuple(rule if rule.seed else replace(rule, seed=seed) for rule in made.options.faults)
    return replace(made, options=replace(made.options, faults=faults, recorder=tape))


_BAD_PLAN = (
    PlanError,
    AppletChoiceError,
    SerialError,
    FaultError,
    DocumentError,
    ScenarioRefusedError,
    UnknownLanguageError,
    StoreError,
)


@contextmanager
def _refused_as_problems(plan: CardPlan) -> Iterator[None]:
    """Has all that can be wrong with a plan told as a problem."""
    if plan.profile is not None and plan.profile not in profile_names():
        detail = f"there is no profile '{plan.profile}'; there are: {', '.join(profile_names())}"
        raise ProblemError(Problem.BAD_PLAN, detail)
    try:
        yield
    except CardInUseError as error:
        raise ProblemError(Problem.CARD_IN_USE, str(error)) from error
    except _BAD_PLAN as error:
        raise ProblemError(Problem.BAD_PLAN, str(error)) from error
    except OSError as error:
        raise ProblemError(Problem.FAILED, f"the card can't be served: {error.strerror or error}") from error
