"""One process that serves cards over HTTP, from its first line to its last."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from stuntcard.messages import Messages
from stuntcard.running.startup import started
from stuntcard.serve.access import Access
from stuntcard.serve.app import create_app
from stuntcard.serve.cards import Cards
from stuntcard.serve.server import Server, hosts_of, listening, noted, require_none_serving, serve_until_told


class ServingError(Exception):
    """Cards can't be served; says why."""


def serve_cards(
    host: str, port: int, begin: Callable[[Cards], None], say: Callable[[str], None], messages: Messages
) -> None:
    """Serves until a signal comes. `begin` makes the first cards; `say` tells where all of them are.

    Raises ServingError, AlreadyServedError, or StoreError or OSError when a folder can't be had.
    """
    # Before the port, which is most likely taken by that other server.
    require_none_serving()
    with ExitStack() as stack:
        try:
            listener, url = stack.enter_context(listening(host, port))
        except OSError as error:
            raise ServingError(f"can't listen on {host}, port {port}: {error.strerror}; choose another") from error
        access, cards = Access(), Cards()
        stack.enter_context(noted(url, access.owner_token))
        stack.callback(cards.end)
        cards.serve_kept()
        begin(cards)

        def ready() -> None:
            started()
            link = f"{url}/enter?link={access.new_link()}"
            say(messages.text("served-http", url=url, link=link, token=access.owner_token))

        serve_until_told(Server(create_app(cards, access, hosts_of(url)), cards, ready), listener)
