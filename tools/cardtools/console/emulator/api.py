"""A client of the emulator's HTTP API (docs/http-api.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from cardtools.common.messages import Language
from cardtools.console.emulator.values import (
    Actor,
    Actors,
    Answers,
    Called,
    Done,
    Exercise,
    Hint,
    Person,
    Served,
    Summary,
    Told,
)
from cardtools.console.errors import ConsoleError

_PATIENCE = httpx.Timeout(30.0)
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2.0)
"""Well before the emulator closes a connection that idles: a call that it may not have heard can't be made again."""
_Answer = TypeVar("_Answer", bound=BaseModel)


class EmulatorError(ConsoleError):
    """The emulator can't be reached, or refuses something."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the emulator's stream: its kind, and the card that it is about."""

    kind: str
    card: str


class _Summaries(BaseModel):
    exercises: tuple[Summary, ...]


class Emulator:
    """The emulator at an address. Safe to use from several threads."""

    def __init__(self, url: str, token: str) -> None:
        self._client = _client(url, token)

    def move(self, url: str, token: str) -> None:
        """The emulator is at another address from now on."""
        before, self._client = self._client, _client(url, token)
        before.close()

    def require_there(self) -> None:
        """Raises EmulatorError when it can't be asked."""
        answer = self._sent("GET", "/cards")
        if not answer.is_success:
            raise _refusal(answer)

    def exercises(self, language: Language) -> tuple[Summary, ...]:
        """All exercises there are."""
        return self._asked("GET", "/exercises", _Summaries, language=language).exercises

    def answers(self, exercise: str, language: Language) -> Answers:
        """An exercise with its answers."""
        return self._asked("GET", f"/exercises/{exercise}", Answers, language=language)

    def put_card(self, card: str, exercise: str, label: str) -> Served:
        """The card of this name, as the exercise begins with it where it is not there yet; it outlives the server."""
        plan = {"exercise": exercise, "label": label, "keep": True}
        return self._asked("PUT", f"/cards/{card}", Served, plan)

    def remove_card(self, card: str) -> None:
        """Takes a card away, if it is there."""
        answer = self._sent("DELETE", f"/cards/{card}")
        if answer.status_code not in (204, 404):
            raise _refusal(answer)

    def exercise(self, card: str, language: Language) -> Exercise:
        """A card's exercise, and how it stands."""
        return self._asked("GET", f"/cards/{card}/exercise", Exercise, language=language)

    def told(self, card: str) -> Mapping[str, str]:
        """The values of codes that the trainee knows from the start."""
        return self._asked("GET", f"/cards/{card}/exercise/told", Told).codes

    def take_hint(self, card: str, after: int, language: Language) -> str | None:
        """One more hint than so many, the same for whoever asks again; None when there is no more."""
        had = {"after": str(after)}
        return self._asked("POST", f"/cards/{card}/exercise/hints", Hint, language=language, query=had).hint

    def call(self, card: str, person: Person, language: Language) -> Called:
        """Calls somebody."""
        return self._asked("POST", f"/cards/{card}/exercise/calls/{person}", Called, language=language)

    def actors(self, card: str, language: Language) -> tuple[Actor, ...]:
        """The people off the card, and what they can do to it."""
        return self._asked("GET", f"/cards/{card}/actors", Actors, language=language).actors

    def have_act(self, card: str, actor: str, act: str, values: Mapping[str, str], language: Language) -> None:
        """Has somebody act on the card. Raises EmulatorError when it is refused; it says why in that language."""
        self._asked("POST", f"/cards/{card}/actors/{actor}/{act}", Done, {"values": dict(values)}, language)

    @contextmanager
    def happenings(self) -> Iterator[Iterator[Happening]]:
        """What happens to cards, from now on; ends when the server does. Raises EmulatorError."""
        try:
            with self._client.stream("GET", "/events", timeout=httpx.Timeout(30.0, read=60.0)) as answer:
                if answer.status_code != httpx.codes.OK:
                    answer.read()
                    raise _refusal(answer)
                yield _events(answer.iter_lines())
        except (httpx.HTTPError, RuntimeError) as error:
            # RuntimeError: the client was closed, since the emulator is elsewhere by now.
            raise EmulatorError("emulator-unreachable") from error

    def close(self) -> None:
        """Closes its connections."""
        self._client.close()

    def _asked(
        self,
        method: str,
        path: str,
        kind: type[_Answer],
        body: object = None,
        language: Language | None = None,
        query: Mapping[str, str] = MappingProxyType({}),
    ) -> _Answer:
        answer = self._sent(method, path, body, query if language is None else {**query, "language": language.value})
        if not answer.is_success:
            raise _refusal(answer)
        try:
            return kind.model_validate_json(answer.content or b"{}")
        except ValidationError as error:
            raise EmulatorError("emulator-other") from error

    def _sent(
        self, method: str, path: str, body: object = None, query: Mapping[str, str] = MappingProxyType({})
    ) -> httpx.Response:
        try:
            return self._client.request(method, path, params=dict(query), json=body)
        except (httpx.HTTPError, RuntimeError) as error:
            raise EmulatorError("emulator-unreachable") from error


def _client(url: str, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    # No proxy of the environment stands between two programs of one machine.
    return httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=_PATIENCE, limits=_LIMITS, trust_env=False)


def _refusal(answer: httpx.Response) -> EmulatorError:
    """What a problem (RFC 9457) says; its words are the emulator's."""
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"HTTP {answer.status_code}"
    return EmulatorError("emulator-refused", detail=detail)


def _events(lines: Iterator[str]) -> Iterator[Happening]:
    """The events of a stream (WHATWG HTML, 9.2.6), as far as it is written here: one line of data each."""
    kind = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield Happening(kind, str(json.loads(value).get("card", "")))
