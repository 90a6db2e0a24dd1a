"""Whatever is sent to a card shown as PIV: always a status word, no try comes back, and no key comes out."""

from __future__ import annotations

import random

import pytest
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.profile.load import load_profile
from stuntcard.store.rows import check_content

from tests.unit.applets.piv_words import PredictableCard, any_command
from tests.unit.card.watched import Watch

COMMANDS = 2000


@pytest.mark.parametrize("profile", ["proid-q", "tokenme", "zzzs-pk", "eobcanka"])
def test_nothing_makes_the_card_fail_gives_a_try_back_or_lets_a_key_out(profile: str) -> None:
    chance = random.Random(profile)
    model = load_profile(profile)
    spent, made = 0, 0
    for area in model.areas:
        card = PredictableCard(seen_through(model, f"piv:{area}"), APPLETS)
        watch = Watch(card)
        for _ in range(COMMANDS // len(model.areas)):
            for command in any_command(chance):
                answer = card.transmit(command)
                watch.look(command, answer)
                assert len(answer) >= 2, command.hex()
                assert answer[-2:] != b"\x6f\x00" or card.state.dead, command.hex()
            if chance.random() < 0.02:
                card = PredictableCard(seen_through(model, f"piv:{area}"), APPLETS)
                watch, spent = Watch(card), spent + watch.spent
            made = max(made, len(card.state.items))
        check_content(model, card.content)
        spent += watch.spent
    assert spent or profile == "eobcanka", "wrong codes were among them"
    assert made, "so were keys"
