"""Whatever is sent to a card shown as GIDS: always a status word, no try comes back, and no key comes out."""

from __future__ import annotations

import random

import pytest
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.profile.load import load_profile
from stuntcard.store.rows import check_content

from tests.unit.applets.gids_words import any_command
from tests.unit.card.watched import Watch

COMMANDS = 3000


@pytest.mark.parametrize("profile", ["proid-q", "tokenme", "zzzs-pk"])
def test_nothing_makes_the_card_fail_gives_a_try_back_or_lets_a_key_out(profile: str) -> None:
    chance = random.Random(profile)
    model = load_profile(profile)
    spent = 0
    for area in model.areas:
        card = Card(seen_through(model, f"gids:{area}"), APPLETS)
        watch = Watch(card)
        for _ in range(COMMANDS // len(model.areas)):
            for command in any_command(chance):
                answer = card.transmit(command)
                watch.look(command, answer)
                assert len(answer) >= 2, command.hex()
                assert answer[-2:] != b"\x6f\x00" or card.state.dead, command.hex()
            if card.state.dead:
                break
        check_content(model, card.content)
        spent += watch.spent
    assert spent, "wrong codes were among them"
