"""Whatever is sent to a card through a command set: always a status word, no try comes back, and no key comes out."""

from __future__ import annotations

import random

import pytest
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.view import view
from stuntcard.profile.load import load_profile
from stuntcard.store.rows import check_content

from tests.unit.applets import gids_words, ias_words, isoapplet_words, myeid_words, piv_words
from tests.unit.applets.piv_words import PredictableCard
from tests.unit.card.watched import Watch

STORIES = {"isoapplet": 40_000, "myeid": 2000, "gids": 2000, "piv": 2000, "ias": 2000}
WORDS = {
    "isoapplet": isoapplet_words,
    "myeid": myeid_words,
    "gids": gids_words,
    "piv": piv_words,
    "ias": ias_words,
}
OF_ONE_AREA = ("gids", "piv", "ias")
CARDS = [
    ("isoapplet", "proid-q"),
    *(("myeid", profile) for profile in ("blank", "proid-q", "zzzs-pk")),
    *((applet, profile) for applet in ("gids", "piv") for profile in ("proid-q", "tokenme", "zzzs-pk")),
    *(("piv", "eobcanka"), ("ias", "zzzs-pk")),
]
WITHOUT_CODES = ("blank", "eobcanka")


@pytest.mark.parametrize(("applet", "profile"), CARDS)
def test_nothing_makes_the_card_fail_gives_a_try_back_or_lets_a_key_out(applet: str, profile: str) -> None:
    chance = random.Random(profile)
    loaded = load_profile(profile)
    spent, made = 0, 0
    for area in loaded.areas if applet in OF_ONE_AREA else [""]:
        model = seen_through(loaded, f"{applet}:{area}" if area else applet)
        card = PredictableCard(model, APPLETS)
        watch = Watch(card)
        for _ in range(STORIES[applet] // len(loaded.areas)):
            for command in WORDS[applet].any_command(chance):
                answer = card.transmit(command)
                watch.look(command, answer)
                assert len(answer) >= 2, command.hex()
                assert answer[-2:] != b"\x6f\x00" or card.state.dead, command.hex()
            made = max(made, len(card.state.items))
            if chance.random() < 0.01:
                card.reset()
            if card.state.dead or chance.random() < 0.005:
                view(model, card.content)
                check_content(model, card.content)
                card, spent = PredictableCard(model, APPLETS), spent + watch.spent
                watch = Watch(card)
        spent += watch.spent
    assert spent or profile in WITHOUT_CODES, "wrong codes were among them"
    assert made or applet != "piv", "so were keys"
