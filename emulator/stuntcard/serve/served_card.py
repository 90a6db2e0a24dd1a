"""A card that is served: its reader, what it is asked, and what is to be told of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.card.view import CardView, view
from stuntcard.control import requests as api
from stuntcard.control.wire import AnswerT
from stuntcard.exercises.judge import Attempt
from stuntcard.running.desk import DeskReader
from stuntcard.running.pcsc import SOCKET_VARIABLE
from stuntcard.serve.exercise import ServedExercise
from stuntcard.serve.happenings import Happening
from stuntcard.serve.hub import Hub
from stuntcard.serve.plans import CardPlan
from stuntcard.serve.snapshots import Snapshots, SnapshotsInMemory, SnapshotsInStore
from stuntcard.serve.tape import CardTape, Heard


@dataclass(frozen=True, slots=True)
class CardDescription:
    """A card that is served, as the API tells of it."""

    id: str
    plan: CardPlan
    label: str
    """What people call it: what its plan says, or its id."""
    made: datetime
    profile: str
    profile_name: str
    place: api.Place
    commands: int
    """How many it answered since it was made, or this process began."""
    reader: str
    """What PC/SC programs see the reader as."""
    pcsc_socket: str
    environment: dict[str, str]
    """What a program's environment needs, for it to see this card."""
    exercise: str | None
    """The exercise that is done on it."""
    faults: tuple[api.FaultView, ...]
    state: CardView


@dataclass(frozen=True, slots=True)
class Standing:
    """How and where a card lies, beside its law and its content: what its maker knows of it."""

    plan: CardPlan
    first_codes: dict[str, str]
    exercise: ServedExercise | None
    made: datetime


@dataclass(frozen=True, slots=True)
class _Shown:
    """What was told of the card last, so that only what is new is told."""

    card: Card
    content: Content
    state: CardView
    place: api.Place
    faults: tuple[api.FaultView, ...]
    attempt: Attempt | None


_DESCRIPTION = TypeAdapter(CardDescription)


class ServedCard:
    """One card under its id. What it is asked may come from several threads."""

    def __init__(
        self, standing: Standing, reader: DeskReader, where: tuple[str, Path], tape: CardTape, hub: Hub
    ) -> None:
        """`where`: what PC/SC programs see the reader as, and behind which socket."""
        self.id = reader.name
        self.standing = standing
        self.tape = tape
        self.stack = ExitStack()
        """What ends when the card is served no more."""
        self.reader = reader
        self._reader_name, self._socket = where
        self._in_memory = SnapshotsInMemory(lambda: self.card.content)
        self._taped: Card | None = None
        self._shown: _Shown | None = None
        self._shown = self._look()
        self._hub = hub
        reader.live.answered = self._after_request
        self._attempted()
        reader.slot_control.slot.on_change(lambda: hub.touch(self.id))

    @property
    def card(self) -> Card:
        """The card that lies in the reader, or was taken out last."""
        assert self.reader.card is not None  # readers over HTTP are never made without one
        return self.reader.card

    @property
    def plan(self) -> CardPlan:
        """What was asked for."""
        return self.standing.plan

    @property
    def label(self) -> str:
        """What people call it."""
        return self.plan.label or self.id

    @property
    def exercise(self) -> ServedExercise | None:
        """The exercise that is done on it."""
        return self.standing.exercise

    @property
    def snapshots(self) -> Snapshots:
        """The card as it stood at times."""
        stored = self.plan.stored or (self.id if self.plan.keep else None)
        return SnapshotsInStore(stored) if stored is not None else self._in_memory

    @property
    def description(self) -> CardDescription:
        """All that the API tells of it."""
        card, live = self.card, self.reader.live
        return CardDescription(
            id=self.id,
            plan=self.plan,
            label=self.label,
            made=self.standing.made,
            profile=card.profile.id,
            profile_name=card.profile.name,
            place=live.place,
            commands=card.commands,
            reader=self._reader_name,
            pcsc_socket=str(self._socket),
            environment={SOCKET_VARIABLE: str(self._socket)},
            exercise=self.exercise.name if self.exercise is not None else None,
            faults=live.listed_faults(),
            state=view(card.profile, card.content),
        )

    def as_told(self) -> dict[str, object]:
        """All that the API tells of it, as a stream does."""
        told: dict[str, object] = _DESCRIPTION.dump_python(self.description, mode="json")
        return told

    def asked(self, request: api.Request, kind: type[AnswerT]) -> AnswerT:
        """What comes of a request, which is of this kind. Raises ControlError when it can't be; it says why."""
        answer = self.reader.live.answer(request)
        assert isinstance(answer, kind)
        return answer

    def restore(self, snapshot: str) -> None:
        """The card is as it was in a snapshot, and its session ends. Raises StoreError, KeepError, ProblemError."""
        content = self.snapshots.content(snapshot)
        self.card.change_content(lambda _: content)
        self.reader.slot_control.reset()

    def stands(self, standing: Standing) -> None:
        """Another card was put into the reader, by another plan."""
        self._in_memory = SnapshotsInMemory(lambda: self.card.content)
        self.standing = standing
        self._attempted()

    def end(self) -> None:
        """Serves it no more; a stored card is closed."""
        self.let_go()
        self.stack.close()

    def let_go(self) -> None:
        """Ends what a fault keeps waiting, or would put back later."""
        self.reader.let_go()

    def _attempted(self) -> None:
        """Has the control socket know of the exercise, too."""
        self.reader.live.attempt = self.exercise.live if self.exercise is not None else None

    def _after_request(self) -> None:
        if self.exercise is not None:
            self.exercise.keep_what_is_new()
        self._hub.touch(self.id)

    # What is new, asked from one thread only

    def news(self) -> Iterator[tuple[Happening, dict[str, object]]]:
        """What is new since the last call."""
        events, left_out = self.tape.new()
        if left_out:
            yield Happening.GAP, {"commands": left_out}
        for heard in events:
            yield Happening.COMMAND, told(heard)
        before, now = self._shown, self._look()
        self._shown = now
        if before is not None and now.card is not before.card:
            yield Happening.CARD, self.as_told()
        if before is None or now.state != before.state:
            yield Happening.STATE, {"state": asdict(now.state), "commands": self.card.commands}
        if before is None or now.place != before.place:
            yield Happening.PLACE, {"place": now.place}
        if before is None or now.faults != before.faults:
            yield Happening.FAULTS, {"faults": [asdict(fault) for fault in now.faults]}
        if now.attempt is not None and (before is None or now.attempt != before.attempt):
            yield Happening.EXERCISE, {}

    def _look(self) -> _Shown:
        card, before, live = self.card, self._shown, self.reader.live
        content = card.content
        if card is not self._taped:
            self._taped = card
            codes = {number: code.name.en for code in card.profile.codes_on_chip.values() for number in code.references}
            self.tape.begin(card.profile.id, card.atr, codes)
        same = before is not None and before.content is content
        state = before.state if before is not None and same else view(card.profile, content)
        attempt = self.exercise.attempt if self.exercise is not None else None
        return _Shown(card, content, state, live.place, live.listed_faults(), attempt)


def told(heard: Heard) -> dict[str, object]:
    """An event of a card, as a stream tells it."""
    event, decoded = heard.event, heard.decoded
    return {
        "kind": event.kind,
        "time": heard.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "took": round(event.took, 6),
        "command": event.command,
        "answer": event.answer,
        "decoded": decoded.as_dict() if decoded is not None else None,
        "faults": list(event.faults),
    }


def new_standing(plan: CardPlan, first_codes: dict[str, str], exercise: ServedExercise | None) -> Standing:
    """How a card lies that was made just now."""
    return Standing(plan, first_codes, exercise, datetime.now(UTC))
