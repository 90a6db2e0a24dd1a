"""The cards that one process serves, by the ids that clients chose."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

from pydantic import ValidationError

from stuntcard.control.errors import ControlError
from stuntcard.exercises.record import AttemptRecord
from stuntcard.running.choices import RunOptions
from stuntcard.running.desk import controlled, desk_laid
from stuntcard.running.plan import unique_name
from stuntcard.serve import kept
from stuntcard.serve.desks import Desks
from stuntcard.serve.exercise import ServedExercise
from stuntcard.serve.happenings import Happening
from stuntcard.serve.hub import Hub
from stuntcard.serve.making import MadeCard, card_kept, card_planned, forget_kept
from stuntcard.serve.plans import CardPlan, plan_of
from stuntcard.serve.problems import Problem, ProblemError
from stuntcard.serve.served_card import ServedCard, Standing, new_standing
from stuntcard.serve.tape import CardTape

CARDS_MAX = 250
_BREATH = 0.1
_log = logging.getLogger(__name__)


class Cards:
    """All cards that are served. Safe to use from several threads."""

    def __init__(self) -> None:
        self.hub = Hub(self._news)
        self._lock = threading.Lock()
        """Held while a card is made or removed; looking at cards needs none."""
        self._cards: dict[str, ServedCard] = {}
        self._desks = Desks()

    def all(self) -> tuple[ServedCard, ...]:
        """The cards, in the order in which they came."""
        return tuple(self._cards.values())

    def find(self, id_: str) -> ServedCard:
        """The card under this id. Raises ProblemError."""
        card = self._cards.get(id_)
        if card is None:
            raise ProblemError(Problem.NO_SUCH_CARD, f"no card '{id_}' is served; GET /api/v1/cards lists them")
        return card

    def make(self, id_: str | None, plan: CardPlan) -> tuple[ServedCard, bool]:
        """The card that was planned, and whether it was made by this call: under its id it may be there already.

        Raises ProblemError.
        """
        with self._lock:
            name = id_ or unique_name(plan.source[:28], self._cards)
            there = self._cards.get(name)
            if there is not None:
                if there.plan == plan:
                    return there, False
                detail = f"the card '{name}' was planned otherwise; choose another id, or remove that card first"
                raise ProblemError(Problem.ID_TAKEN, detail)
            if len(self._cards) >= CARDS_MAX:
                raise ProblemError(Problem.TOO_MANY, f"{CARDS_MAX} cards are served already; remove some first")
            card = self._new(name, plan)
        self.hub.tell(name, Happening.CARD, card.as_told())
        return card, True

    def exchange(self, id_: str, plan: CardPlan) -> ServedCard:
        """Puts another card into the reader of one; the reader stays, with its socket. Raises ProblemError."""
        with self._not_leaving(id_) as card:
            plan = plan.model_copy(update={"desk": card.plan.desk, "pinpad": card.plan.pinpad})

            def make_room() -> None:
                card.reader.clear()
                self._forget(card)

            with ExitStack() as stack:
                made = stack.enter_context(card_planned(id_, plan, card.tape, make_room))
                card.reader.put_in(made.reader, stack.pop_all())
            card.stands(self._standing(id_, plan, made))
        self.hub.tell(id_, Happening.CARD, card.as_told())
        return card

    def put_in(self, id_: str, source: str) -> None:
        """Another card for a reader, as `stuntcard insert` names it. Raises ControlError."""
        if self.find(id_).plan.keep:
            raise ControlError(f"the card '{id_}' is kept; whoever had it made exchanges it, over HTTP")
        try:
            self.exchange(id_, plan_of(source))
        except ProblemError as error:
            raise ControlError(error.detail) from error
        except ValidationError:
            raise ControlError(f"{source} can't be put in here; name a profile by its id, or card:NAME") from None

    def go_alone(self, id_: str) -> None:
        """Serves a card no more, soon: whoever asks for it through the card itself is answered first.

        Raises ControlError.
        """
        if self.find(id_).plan.keep:
            raise ControlError(f"the card '{id_}' is kept; whoever had it made deletes it, over HTTP")
        threading.Thread(target=self._remove_if_there, args=(id_,), daemon=True).start()

    def _remove_if_there(self, id_: str) -> None:
        with suppress(ProblemError):
            self.remove(id_)

    def remove(self, id_: str) -> None:
        """Serves a card no more. Raises ProblemError."""
        with self._lock:
            card = self.find(id_)
            self._cards = {name: one for name, one in self._cards.items() if name != id_}
            card.end()
            self._forget(card)
        self.hub.tell(id_, Happening.GONE, {})

    def serve_kept(self) -> None:
        """Serves those again that were kept; what can't be had any more is told in the log. Raises StoreError."""
        for one in kept.kept_cards():
            try:
                with self._lock:
                    self._again(one)
            except ProblemError as error:
                _log.warning("the card '%s' was kept, but can't be served: %s", one.id, error.detail)

    def end(self) -> None:
        """Serves none any more."""
        with self._lock:
            cards, self._cards = self._cards, {}
            for card in cards.values():
                card.let_go()
            for card in cards.values():
                card.end()

    @contextmanager
    def _not_leaving(self, id_: str) -> Iterator[ServedCard]:
        """A card that stays meanwhile. Raises ProblemError.

        Whoever removes it waits for all that is asked of it to end, also for who waits here.
        """
        while not self._lock.acquire(timeout=_BREATH):
            self.find(id_)
        try:
            yield self.find(id_)
        finally:
            self._lock.release()

    def _new(self, id_: str, plan: CardPlan) -> ServedCard:
        tape = CardTape(lambda: self.hub.touch(id_))
        with ExitStack() as stack:
            made = stack.enter_context(card_planned(id_, plan, tape))
            return self._served(made, self._standing(id_, plan, made), tape, stack)

    def _again(self, one: kept.KeptCard) -> ServedCard:
        tape = CardTape(lambda: self.hub.touch(one.id))
        with ExitStack() as stack:
            made = stack.enter_context(card_kept(one.id, one.plan, tape))
            exercise = _exercise(made, one.attempt, _keeping(one))
            return self._served(made, Standing(one.plan, one.first_codes, exercise, one.made), tape, stack)

    def _served(self, made: MadeCard, standing: Standing, tape: CardTape, stack: ExitStack) -> ServedCard:
        """The card, which takes over all that stands in the stack."""
        desk = stack.enter_context(desk_laid([made.reader]))
        where = stack.enter_context(self._desks.served(standing.plan.desk, desk))
        (reader,) = desk.readers
        reader.around = RunOptions(recorder=tape)
        card = ServedCard(standing, reader, where, tape, self.hub)
        reader.live.put_in = partial(self.put_in, card.id)
        reader.live.go_alone = partial(self.go_alone, card.id)
        stack.enter_context(controlled(desk))
        card.stack = stack.pop_all()
        self._cards = {**self._cards, card.id: card}
        return card

    def _standing(self, id_: str, plan: CardPlan, made: MadeCard) -> Standing:
        standing = new_standing(plan, made.first_codes, None)
        if not plan.keep:
            return Standing(plan, made.first_codes, _exercise(made), standing.made)
        one = kept.KeptCard(id=id_, plan=plan, made=standing.made, first_codes=made.first_codes)
        kept.keep(one)
        return Standing(plan, made.first_codes, _exercise(made, None, _keeping(one)), standing.made)

    def _forget(self, card: ServedCard) -> None:
        if card.plan.keep:
            kept.forget(card.id)
            forget_kept(card.id, card.plan)

    def _news(self, ids: frozenset[str]) -> Iterator[tuple[str, Happening, dict[str, object]]]:
        cards = self._cards
        for id_ in ids:
            if id_ in cards:
                yield from ((id_, kind, data) for kind, data in cards[id_].news())


def _exercise(
    made: MadeCard,
    record: AttemptRecord | None = None,
    keep: Callable[[AttemptRecord], None] = lambda _: None,
) -> ServedExercise | None:
    if made.exercise is None or made.reader.card is None:
        return None
    return ServedExercise(made.exercise, made.reader.card, record, keep)


def _keeping(one: kept.KeptCard) -> Callable[[AttemptRecord], None]:
    """What keeps how the exercise stands."""
    return lambda record: kept.keep(one.with_record(record))
