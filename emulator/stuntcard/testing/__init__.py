"""Emulated cards for tests of one's own programs. The pytest fixture `stuntcard` gives a `Stuntcard`.

def test_login(stuntcard: Stuntcard) -> None:
    card = stuntcard("proid-q", scenario="puk-last-try")
    subprocess.run(["my-program"], env={**os.environ, **card.reader_env}, check=True)
    assert card.state.codes.puk.tries_left == 1


def test_which_card(stuntcard: Stuntcard) -> None:
    desk = stuntcard.desk("anna=proid-q", "tokenme", "empty")
    subprocess.run(["my-program"], env={**os.environ, **desk.reader_env}, check=True)
    assert desk["anna"].state.codes.pin.tries_left == 3
"""

from __future__ import annotations

from stuntcard.testing.card import EmulatedCard, Fault
from stuntcard.testing.cards import FaultNeverStruckWarning, Stuntcard
from stuntcard.testing.desk import CardOnDesk, EmulatedDesk
from stuntcard.testing.session import Trace
from stuntcard.testing.state import CardState, Named

__all__ = [
    "CardOnDesk",
    "CardState",
    "EmulatedCard",
    "EmulatedDesk",
    "Fault",
    "FaultNeverStruckWarning",
    "Named",
    "Stuntcard",
    "Trace",
]
