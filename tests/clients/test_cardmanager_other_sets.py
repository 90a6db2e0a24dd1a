"""The card manager at a card that shows itself as PIV or GIDS: it says so, and what to do, and leaves it alone."""

from __future__ import annotations

import pytest
from stuntcard.profile.load import load_profile

from tests.clients.cardmanager import CardManager
from tests.clients.desk import desk_with_own_socket

pytestmark = pytest.mark.own_module


@pytest.mark.parametrize(("profile", "applet", "kind"), [("proid-q", "gids", "GIDS"), ("zzzs-pk", "piv:kpep", "PIV")])
def test_the_card_is_called_what_it_is(profile: str, applet: str, kind: str) -> None:
    guard = next(iter(load_profile(profile).codes))
    with desk_with_own_socket(profile, applet=applet) as desk:
        manager, before = CardManager(desk), desk.card.content
        told = (
            f"The card in the reader shows itself as a {kind} card, and this program does not use cards of that kind. "
            f"If it is one of Stuntcard's, start it without --applet; any other needs a program for {kind} cards."
        )
        for command in ("devices", "diagnostics"):
            lines = manager.run(command).shown.splitlines()
            assert told in " ".join(line.strip() for line in lines)
        for refused in (manager.run("show"), manager.run("change", guard, lines=("1234", "4711", "4711"))):
            assert (refused.status, refused.told) == (1, f"{told}\n")
        assert desk.card.content == before
