"""Random commands to cards of all profiles, through all their applets, while faults strike.

    python -m tests.soak.random_commands COMMANDS SEED [socket] [APPLET]

With an APPLET, all cards are seen through it first; otherwise each by chance through one of them.

Prints what happened, as one JSON object; ends with an AssertionError where a card answered what no card may.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.card.view import view
from stuntcard.faults.faulty_card import FaultyCard
from stuntcard.faults.rules import Faults
from stuntcard.faults.text import parse_rule
from stuntcard.iso7816.instructions import Instruction
from stuntcard.profile.areas import APPLETS_OF_ONE_AREA
from stuntcard.profile.load import load_profile, shipped_names
from stuntcard.profile.model import Profile
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.slot import Slot
from stuntcard.readers.slot_control import SlotControl
from stuntcard.store.rows import check_content

from tests.unit.applets import gids_words, ias_words, piv_words
from tests.unit.applets.isoapplet_words import SENSE, STORIES, faulty, noise
from tests.unit.applets.myeid_words import DATA, P1, P2
from tests.unit.card.watched import Watch
from tests.unit.readers.pcsc.histories import WireProgram

READER = "Soak 00 00"
A_LIFE = 2000
"""So many commands a card gets at most before another takes its place."""
RULES = [
    "probability=0.01 seed=1 act=status:6F12",
    "probability=0.01 seed=2 act=status:6F12 when=after",
    "probability=0.01 seed=3 act=corrupt:3",
    "probability=0.01 seed=4 act=cut:1",
    "probability=0.005 seed=5 act=tear when=before",
    "probability=0.005 seed=6 act=tear when=after",
    "probability=0.005 seed=7 act=no-answer:0 when=after",
    "probability=0.01 seed=8 ins=B0 act=status:6282 keep-data",
    "probability=0.05 seed=9 act=mute",
    "probability=0.05 seed=10 act=atr:3BFF",
    "probability=0.002 seed=11 act=remove:0",
    "probability=0.001 seed=12 act=unplug:0",
]
SUCCESS, SHARED, ANY, COLD = 0, 2, 3, 2
OF_ITS_OWN = {"gids": gids_words.any_command, "piv": piv_words.any_command, "ias": ias_words.any_command}
"""Command sets that have words for such tests: some commands as their clients might send them."""
Transmit = Callable[[bytes], bytes | None]
"""A command's answer; None when the card can't be reached just now."""


class Complaints(logging.Handler):
    """What the emulator logs of faults of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(self.format(record))


def cards(chance: random.Random, applet: str | None = None) -> Iterator[Card]:
    """Cards of all profiles in turn, some seen through another command set first, or all through the one given."""
    while True:
        for name in shipped_names():
            profile = load_profile(name)
            if applet == "ias" and profile.ias is None:
                continue
            if "isoapplet" in profile.applets and (applet is not None or chance.random() < 0.7):
                word = chance.choice(("myeid", "oseid", *APPLETS_OF_ONE_AREA)) if applet is None else applet
                area = f":{chance.choice(areas)}" if (areas := _areas_for(profile, word)) else ""
                profile = seen_through(profile, word + area)
            yield piv_words.PredictableCard(profile, APPLETS)


def _areas_for(profile: Profile, word: str) -> list[str]:
    """The areas of which a command set can show one."""
    if word == "ias":
        return list(profile.areas_for_ias)
    return list(profile.areas) if word in APPLETS_OF_ONE_AREA else []


def conversation(chance: random.Random, card: Card) -> Iterator[bytes]:
    """Commands without end, to whatever applets the card has."""
    names = [applet.name for name in card.profile.applets for applet in APPLETS[name]]
    values = [
        (reference & 0xFF, card.content.values.get(name, b"12345678"))
        for name, code in card.profile.codes_on_chip.items()
        for reference in sorted(code.references)
    ]
    instructions, of_its_own = list(Instruction), OF_ITS_OWN.get(card.profile.applets[0])
    while True:
        if of_its_own is not None and chance.random() < 0.6:
            yield from of_its_own(chance)
            continue
        match chance.randrange(12):
            case 0:
                name = chance.choice(names)
                yield bytes((0x00, 0xA4, 0x04, 0x00, len(name))) + name
            case 1:
                yield noise(chance)
            case 2 | 3:
                yield from chance.choice(STORIES)
            case 4 | 5:
                yield faulty(chance, chance.choice(SENSE))
            case 6 if values:
                reference, value = chance.choice(values)
                data = value.ljust(chance.choice((0, 8, 16)), chance.choice((b"\xff", b"\0")))
                yield bytes((0x00, chance.choice((0x20, 0x20, 0x24, 0x2C)), 0x00, reference, len(data))) + data
            case _:
                data = chance.choice(DATA) if chance.random() < 0.8 else chance.randbytes(chance.randrange(300))[:255]
                head = bytes((chance.choice((0x00,) * 6 + (0x10, 0x80, 0x0C)), chance.choice(instructions),
                              chance.choice(P1), chance.choice(P2)))  # fmt: skip
                yield head + (bytes((len(data),)) + data if data else b"") + bytes(chance.random() < 0.5)


def by_socket(stack: ExitStack, slot_control: SlotControl) -> Transmit:
    """The way of a program. Whatever befalls it, it connects again; somebody takes a mute card out and puts it in."""
    path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-"))) / "private" / "pcsc"
    stack.enter_context(PcscServer(path, {READER: slot_control.slot}))
    program = WireProgram(path)
    stack.callback(program.socket.close)
    connected: tuple[int, int] | None = None

    def transmit(command: bytes) -> bytes | None:
        nonlocal connected
        if connected is None:
            code, protocol, handle = program.connect(READER, SHARED, ANY)
            if code != SUCCESS:
                slot_control.remove()
                slot_control.plug()
                slot_control.insert()
                return None
            connected = handle, protocol
        code, answer = program.transmit(*connected, command or b"\0")
        if code != SUCCESS:
            program.disconnect(connected[0], COLD)
            connected = None
        return answer

    return transmit


def soak(count: int, seed: int, *, socket: bool, applet: str | None = None) -> dict[str, float]:
    """So many commands; what came of them."""
    chance, complaints = random.Random(seed), Complaints()
    logging.getLogger("stuntcard").addHandler(complaints)
    slot_control, done, answered, struck, lives, spent = SlotControl(Slot()), 0, 0, 0, 0, 0
    begun = time.monotonic()
    with ExitStack() as stack:
        to_slot = by_socket(stack, slot_control) if socket else None
        for card in cards(chance, applet):
            faults = Faults(*(parse_rule(rule) for rule in RULES))
            faulty_card = FaultyCard(card, faults, slot_control)
            slot_control.insert(faulty_card)
            watch = Watch(card)
            for command in islice(conversation(chance, card), chance.randrange(1, A_LIFE)):
                answer = (to_slot or faulty_card.transmit)(command)
                done += 1
                answered += bool(answer)
                watch.look(command, answer or b"")
                assert not complaints.told, (seed, done, command.hex(), complaints.told)
                if card.state.dead:
                    break
            view(card.profile, card.content)
            check_content(card.profile, card.content)
            struck += sum(one.struck for one in faults.listed())
            spent += watch.spent
            lives += 1
            if done >= count:
                break
    took = time.monotonic() - begun
    return {
        "commands": done,
        "answered": answered,
        "struck": struck,
        "cards": lives,
        "tries": spent,
        "a second": round(done / took),
    }


if __name__ == "__main__":
    first = next((word for word in sys.argv[3:] if word != "socket"), None)
    print(json.dumps(soak(int(sys.argv[1]), int(sys.argv[2]), socket="socket" in sys.argv[3:], applet=first)))
