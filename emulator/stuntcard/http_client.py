"""Cards that `stuntcard serve` plays, for programs in Python: made, looked at and acted on over HTTP.

with Server.running() as server:
    card = server.card("anna", profile="proid-q")
    subprocess.run(["my-program"], env={**os.environ, **card.reader_env}, check=True)
    assert card.state["codes"]["pin"]["tries_left"] == 3
    for event in card.events():
        print(event.kind, event.data)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode, urlsplit

Json = Mapping[str, object]
_API = "/api/v1"
_PATIENCE = 60.0
"""Seconds in which a call is answered; a stream says something every 15."""


class CallRefusedError(Exception):
    """The server refuses a call. `problem` is the type of its problem without what all types begin with."""

    def __init__(self, status: int, problem: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.problem = problem


class NoServerError(Exception):
    """No server can be reached; says what to do."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a card. `id` is what a stream can be taken up at again."""

    id: str
    kind: str
    card: str
    data: Json


class RemoteCard:
    """A card that is served, by its id."""

    def __init__(self, server: Server, id_: str) -> None:
        self.id = id_
        self._server = server

    @property
    def about(self) -> Json:
        """All that is told of it now."""
        return self.call("GET")

    @property
    def state(self) -> Json:
        """Its view, as `stuntcard status --json` has it."""
        return self.call("GET", "/state")

    @property
    def reader_env(self) -> dict[str, str]:
        """What a program's environment needs, for it to see this card and no other."""
        environment = self.about["environment"]
        assert isinstance(environment, dict)
        return environment

    def call(self, method: str, path: str = "", body: Json | None = None) -> Json:
        """Whatever else the API does to a card: `call("POST", "/set", {"wanted": ["pin=blocked"]})`.

        Raises CallRefusedError, or NoServerError.
        """
        return self._server.call(method, f"/cards/{quote(self.id)}{path}", body)

    def set(self, *wanted: str, force: bool = False) -> Json:
        """Brings it to a state: `set("pin=blocked", "puk=1")`. Raises CallRefusedError, or NoServerError."""
        return self.call("POST", "/set", {"wanted": list(wanted), "force": force})

    def act(self, actor: str, act: str, **values: str) -> Json:
        """Has somebody off the card act on it. Raises CallRefusedError, or NoServerError."""
        return self.call("POST", f"/actors/{quote(actor)}/{quote(act)}", {"values": values})

    def events(self, last_id: str | None = None) -> Iterator[Event]:
        """What happens to it, as it happens, until the server ends. Raises CallRefusedError, or NoServerError."""
        return self._server.events(f"/cards/{quote(self.id)}/events", last_id)

    def remove(self) -> None:
        """Has it served no more. Raises CallRefusedError, or NoServerError."""
        self.call("DELETE")


@dataclass(frozen=True)
class Server:
    """A server, by its address and a token. As a context it takes with it, at the end, the cards that it made."""

    url: str
    token: str = field(repr=False)
    _made: list[RemoteCard] = field(default_factory=list, repr=False)

    @classmethod
    def running(cls) -> Self:
        """This user's server. Raises NoServerError."""
        from stuntcard.control.directory import runtime_directory

        try:
            note = json.loads((runtime_directory() / "serve.json").read_bytes())
            return cls(str(note["url"]), str(note["token"]))
        except (OSError, ValueError, KeyError) as error:
            raise NoServerError("no server of yours is running; start one with: stuntcard serve") from error

    def card(self, id_: str, **plan: object) -> RemoteCard:
        """A card under this id, made as planned if it is not there. Raises CallRefusedError, or NoServerError.

        Without a plan it has to be there.
        """
        found = RemoteCard(self, id_)
        if plan:
            found.call("PUT", body=plan)
            self._made.append(found)
        else:
            found.call("GET")
        return found

    def cards(self) -> list[RemoteCard]:
        """The cards that the token is for. Raises CallRefusedError, or NoServerError."""
        listed = self.call("GET", "/cards")["cards"]
        assert isinstance(listed, list)
        return [RemoteCard(self, str(one["id"])) for one in listed]

    def call(self, method: str, path: str, body: Json | None = None, **query: str) -> Json:
        """What the API answers. Raises CallRefusedError, or NoServerError."""
        where = f"{path}?{urlencode(query)}" if query else path
        answer, connection = self._asked(method, where, body, {})
        try:
            content = answer.read()
        finally:
            connection.close()
        told = json.loads(content) if content else {}
        assert isinstance(told, dict)
        return told

    def events(self, path: str = "/events", last_id: str | None = None) -> Iterator[Event]:
        """What happens to all cards, until the server ends. Raises CallRefusedError, or NoServerError."""
        answer, connection = self._asked("GET", path, None, {"Last-Event-ID": last_id} if last_id else {})
        try:
            fields: dict[str, str] = {}
            for line in answer:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif "data" in fields:
                    data = json.loads(fields["data"])
                    yield Event(fields.get("id", ""), fields.get("event", ""), str(data["card"]), data)
                    fields = {}
        finally:
            connection.close()

    def _asked(
        self, method: str, path: str, body: Json | None, headers: Mapping[str, str]
    ) -> tuple[HTTPResponse, HTTPConnection]:
        address = urlsplit(self.url)
        connection = HTTPConnection(str(address.hostname), address.port, timeout=_PATIENCE)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        try:
            connection.request(method, f"{_API}{path}", json.dumps(body) if body is not None else None, sent)
            answer = connection.getresponse()
            if answer.status >= 400:
                raise _refused(answer)
        except (OSError, HTTPException) as error:
            connection.close()
            raise NoServerError(f"{self.url} does not answer ({error}); is `stuntcard serve` running?") from error
        except CallRefusedError:
            connection.close()
            raise
        return answer, connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._made:
            try:
                self._made.pop().remove()
            except (CallRefusedError, NoServerError):
                continue  # it is gone already, and so is what was to be done


def _refused(answer: HTTPResponse) -> CallRefusedError:
    try:
        told = json.loads(answer.read())
        return CallRefusedError(answer.status, str(told["type"]).rpartition(":")[2], str(told["detail"]))
    except (ValueError, KeyError, TypeError):
        return CallRefusedError(answer.status, "unknown", f"the server answered {answer.status}, and no reason")
