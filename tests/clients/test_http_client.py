"""The small client in Python, with a server that runs."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from stuntcard.http_client import CallRefusedError, NoServerError, Server

from tests.browser.running_serve import serving
from tests.programs import shown


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server, and this test as its user."""
    folder = tmp_path_factory.mktemp("s")
    (folder / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))
    monkeypatch.setenv("STUNTCARD_HOME", str(folder / "home"))
    with serving(os.environ):
        yield


@pytest.mark.usefixtures("environment")
def test_a_card_is_used_by_a_program_and_watched() -> None:
    with Server.running() as server:
        card = server.card("anna", profile="proid-q")
        events = card.events()
        assert next(events).kind == "card"
        assert "Stuntcard anna 00 00" in shown("pkcs11-tool", "-L", env={**os.environ, **card.reader_env})
        first = next(events)
        assert (first.kind, first.data["kind"], first.card) == ("command", "power on", "anna")
        card.set("pin=blocked")
        assert next(event for event in events if event.kind == "state").id
        codes = card.state["codes"]
        assert isinstance(codes, dict)
        assert codes["pin"]["state"] == "blocked"
        events.close()  # type: ignore[attr-defined]  # a generator, and no stream may be left open
    assert Server.running().cards() == []


@pytest.mark.usefixtures("environment")
def test_a_stream_is_taken_up_again_where_it_was_cut() -> None:
    server = Server.running()
    card = server.card("anna", profile="proid-q")
    events = card.events()
    last = next(events)
    events.close()  # type: ignore[attr-defined]
    card.call("POST", "/remove")
    kinds = []
    for event in card.events(last.id):
        kinds.append(event.kind)
        if event.kind == "place":
            break
    assert "card" not in kinds


@pytest.mark.usefixtures("environment")
def test_the_office_acts_and_refusals_have_a_type() -> None:
    with Server.running() as server:
        card = server.card("jan", profile="eobcanka")
        card.act("office", "set-identification", dok="1111", iok="22222")
        with pytest.raises(CallRefusedError) as refused:
            server.card("jan", profile="proid-q")
        assert (refused.value.status, refused.value.problem) == (409, "id-taken")
        with pytest.raises(CallRefusedError, match="no card 'nobody'"):
            server.card("nobody")


def test_where_no_server_runs_the_client_says_what_to_do() -> None:
    with pytest.raises(NoServerError, match="stuntcard serve"):
        Server("http://127.0.0.1:9", "token").call("GET", "/cards")
