"""The general laws, seen from outside: any commands and acts in any order, on every card, kept in a file or not."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.applets.registry import APPLETS
from emulator.card.card import Card
from emulator.card.content import Content
from emulator.card.keys import generate_ec
from emulator.policy.events import Verdict
from emulator.profile.load import profile_names
from emulator.profile.model import CARD, Profile
from emulator.store.database import CardFile, Durability, create_file
from emulator.store.portable import export_card, import_card
from tests.unit.card.cards import (
    AODF,
    CDF,
    ISOAPPLET,
    MANAGE,
    ODF,
    PRKDF,
    certificate_entry,
    curve_parameters,
    directory,
    ec_parts,
    encoded,
    key_entry,
)
from tests.unit.policy.test_general_laws import never_unblocked
from tests.unit.store.cards import stored_card

STORED = {name: stored_card(name, Durability.FAST) for name in profile_names()}
every_card = pytest.mark.parametrize("name", list(STORED))
several = settings(max_examples=60, deadline=None)

SPENT_A_TRY = tuple(range(0x63C0, 0x63D0))
EOP_MANAGEMENT = "00A4040C09D20310010001000202"


# What can happen


@dataclass(frozen=True)
class Give:
    """A code's value in VERIFY, CHANGE REFERENCE DATA or RESET RETRY COUNTER; the right one or a wrong one."""

    instruction: int
    reference: int
    right: bool
    new: str


@dataclass(frozen=True)
class Send:
    """A command as it is."""

    command: bytes


@dataclass(frozen=True)
class Act:
    """An actor's act. Values that it asks for are the right ones of codes that are only checked, if `right`."""

    actor: str
    act: str
    right: bool
    new: str


@dataclass(frozen=True)
class Power:
    """Reset, or power off and on."""

    off: bool


@dataclass(frozen=True)
class SaveAndLoad:
    """The card is taken from where it is kept, or from its export, as by a program that starts anew."""

    exported: bool


Happening = Give | Send | Act | Power | SaveAndLoad


def _case3(header: str, data: bytes) -> bytes:
    """A command with data, in parts where it is too long for one: only the short form goes over T=0."""
    return bytes.fromhex(header) + bytes([len(data)]) + data


def _file(identifier: str, size: int) -> str:
    return f"00E00000176F158002{size:04X}8201018302{identifier}8608FF90909090909000"


_KEY = ec_parts(generate_ec(ec.SECP256R1()))
_CURVE = encoded(curve_parameters("secp256r1"))
_ENTRIES = ([], [key_entry(1, b"\x01")], [key_entry(1, b"\x01"), key_entry(2, b"\x02")])
_SENSE: list[bytes] = [
    *(bytes.fromhex(command) for command in (ISOAPPLET, MANAGE, EOP_MANAGEMENT, "00CA00E10000"[:10], "00C0000000")),
    *(_case3("00A4080C", bytes.fromhex(path)) for path in (PRKDF, CDF, ODF, AODF, "3F005015", "3F005020", "3F00")),
    *(_case3("00A4000C", bytes.fromhex(identifier)) for identifier in ("4402", "3101", "5555")),
    *(_case3("00D60000", directory(entries, 240)) for entries in _ENTRIES),
    *(_case3("00D60000", directory(entries, 240)) for entries in ([certificate_entry(b"\x01")], [], [b"\xff\xff"])),
    *(bytes.fromhex(_file(identifier, size)) for identifier, size in (("3101", 16), ("3102", 9000), ("4402", 16))),
    *(_case3("00E40000", bytes.fromhex(identifier)) for identifier in ("3101", "3102", "4404", "5555")),
    bytes.fromhex("00E40000"),
    *(bytes.fromhex(f"002241B60680012184{1:02X}{reference:02X}") for reference in (1, 2, 0x10, 0x11)),
    *(bytes.fromhex(f"002241000680 01EC 8401{reference:02X}") for reference in (1, 2, 0x10)),
    *(_case3("00460000", _CURVE), _case3("00DB3FFF", _KEY)) * 2,
    *(_case3("002A9E9A", bytes(32)),) * 2,
    *(bytes.fromhex(command) for command in ("00B0000010", "0084000008", "00A4050C", "00200099", "80CA018201")),
    *(
        bytes.fromhex(command)
        for command in ("00D6000000", "0C200001", "01200001", "00FF0000", "0020000111" + "31" * 17)
    ),
]


def happenings(profile: Profile) -> st.SearchStrategy[Happening]:
    references = st.sampled_from([code.reference for code in profile.codes_on_chip.values()])
    new = st.sampled_from(["1234", "123456", "12345678", "1", "x" * 16])
    wrong = st.builds(Give, st.sampled_from([0x20, 0x20, 0x24, 0x2C]), references, st.just(False), new)
    right = st.builds(Give, st.sampled_from([0x20, 0x20, 0x24, 0x2C]), references, st.just(True), new)
    any_bytes = st.binary(min_size=4, max_size=12)
    choices: list[st.SearchStrategy[Happening]] = [wrong, wrong, right, right]
    choices += [st.builds(Send, st.sampled_from(_SENSE))] * 4
    choices += [st.builds(Send, any_bytes), st.builds(Power, st.booleans()), st.builds(SaveAndLoad, st.booleans())]
    acts = [(actor, act) for actor, known in profile.actors.items() for act in known.acts]
    if acts:
        choices.append(
            st.builds(lambda act, right, new: Act(*act, right, new), st.sampled_from(acts), st.booleans(), new)
        )
    return st.one_of(choices)


LIVES = {name: st.lists(happenings(stored.profile), max_size=50) for name, stored in STORED.items()}


class Life:
    """A card kept in a file, that things happen to."""

    def __init__(self, name: str, folder: Path, content: Content | None = None) -> None:
        stored = STORED[name] if content is None else replace(STORED[name], content=content)
        self._folder = folder
        self._name = name
        self._exports = 0
        create_file(self._path, stored)
        self._open()

    def close(self) -> None:
        self._file.close()

    def happen(self, happening: Happening) -> bytes | Verdict | None:
        """What the card answers, or the law says to an actor."""
        match happening:
            case Give():
                return self.card.transmit(self._giving(happening))
            case Send(command):
                return self.card.transmit(command)
            case Act():
                return self._act(happening)
            case Power(off):
                if off:
                    self.card.power_off()
                    self.card.power_on()
                else:
                    self.card.reset()
            case SaveAndLoad(exported):
                self._save_and_load(exported)
        return None

    def _giving(self, give: Give) -> bytes:
        profile, content = self.card.profile, self.card.content
        name = next(name for name, code in profile.codes_on_chip.items() if code.reference == give.reference)
        asked, new = name, give.new.encode().ljust(16, b"\xff")
        if give.instruction == 0x2C and profile.codes[name].reset_by:
            asked = profile.codes[name].reset_by[0].code
        value = content.values.get(asked, b"") if give.right else b"0000000"
        data = value.ljust(16, b"\xff") + (b"" if give.instruction == 0x20 else new)
        return bytes((0x00, give.instruction, 0x00, give.reference, len(data))) + data

    def _act(self, happening: Act) -> Verdict:
        rule = self.card.profile.actors[happening.actor].acts[happening.act]
        values = {code: happening.new.encode() for code in rule.asks_for}
        if rule.checks is not None and happening.right:
            values[rule.checks] = self.card.content.values.get(rule.checks, b"")
        return self.card.act(happening.actor, happening.act, values)

    @property
    def _path(self) -> Path:
        return self._folder / f"{self._name}.card"

    def _open(self) -> None:
        self._file = CardFile(self._path)
        self.card = Card(self._file.stored.profile, APPLETS, self._file.stored.content, self._file)

    def _save_and_load(self, exported: bool) -> None:
        self._file.close()
        if exported:
            self._exports += 1
            file = self._folder / f"{self._exports}.json"
            stored = CardFile(self._path)
            export_card(stored.stored, file)
            stored.close()
            self._path.unlink()
            create_file(self._path, import_card(file))
        self._open()


@contextmanager
def life(name: str, content: Content | None = None) -> Iterator[Life]:
    with tempfile.TemporaryDirectory() as folder:
        lived = Life(name, Path(folder), content)
        try:
            yield lived
        finally:
            lived.close()


def kept(content: Content) -> Content:
    """All but the codes given, which are the session's."""
    return replace(content, state=replace(content.state, verified=frozenset()))


def without_keys(content: Content) -> Content:
    """All but what the card makes of its directories once they have been written."""
    return replace(kept(content), state=replace(kept(content).state, items=()), keys={})


def refused(answer: bytes | Verdict) -> bool:
    """Whether nothing may have changed: no success, none half sent, and no try spent."""
    if isinstance(answer, Verdict):
        return answer not in (Verdict.DONE, Verdict.WRONG_CODE)
    status_word = int.from_bytes(answer[-2:])
    return status_word != 0x9000 and status_word >> 8 != 0x61 and status_word not in SPENT_A_TRY


@every_card
@several
@given(data=st.data())
def test_no_refused_act_changes_anything(name: str, data: st.DataObject) -> None:
    with life(name) as lived:
        for happening in data.draw(LIVES[name]):
            before, unread = lived.card.content, lived.card.session.directory_written
            answer = lived.happen(happening)
            if answer is not None and refused(answer):
                # Directories written before may be read at any time; that is no doing of the command's.
                same = without_keys if unread else kept
                assert same(lived.card.content) == same(before), happening
                if not unread:
                    assert lived.card.state.verified == before.state.verified, happening


@every_card
@several
@given(data=st.data())
def test_reset_power_save_and_load_take_nothing_but_the_session(name: str, data: st.DataObject) -> None:
    with life(name) as lived:
        for happening in data.draw(LIVES[name]):
            before, unread = lived.card.content, lived.card.session.directory_written
            lived.happen(happening)
            if isinstance(happening, Power | SaveAndLoad):
                same = without_keys if unread else kept
                assert same(lived.card.content) == same(before)
                assert not lived.card.state.verified


@every_card
@several
@given(data=st.data())
def test_what_is_lost_or_blocked_for_good_stays_so(name: str, data: st.DataObject) -> None:
    with life(name) as lived:
        profile = lived.card.profile
        for happening in data.draw(LIVES[name]):
            before = lived.card.state
            lived.happen(happening)
            after = lived.card.state
            assert before.lost <= after.lost
            for code in profile.codes:
                if before.blocked(code) and never_unblocked(profile, code):
                    assert after.blocked(code)
            for part in after.lost - {CARD}:
                assert all(after.blocked(code) for code in profile.parts[part].codes)


@every_card
@several
@given(data=st.data())
def test_a_dead_card_stays_dead_and_as_it_was(name: str, data: st.DataObject) -> None:
    """Its death is brought on by hand where no profile's rule would do it, and at any time in its life."""
    answer = bytes.fromhex(STORED[name].profile.dead.answer)
    with life(name) as lived:
        for happening in data.draw(st.lists(happenings(lived.card.profile), max_size=15)):
            lived.happen(happening)
        content = kept(lived.card.content)
    dead = replace(content, state=replace(content.state, lost=content.state.lost | {CARD}))
    with life(name, dead) as lived:
        for happening in data.draw(LIVES[name]):
            said = lived.happen(happening)
            assert said in (None, answer, Verdict.CARD_DEAD)
            assert lived.card.content == dead
        assert lived.card.transmit(bytes.fromhex(ISOAPPLET)) == answer


@several
@given(happened=st.lists(st.builds(Send, st.sampled_from(_SENSE)) | st.builds(Power, st.booleans()), max_size=20))
def test_the_chip_of_proid_q_dies_of_three_blocked_codes_and_nothing_brings_it_back(happened: list[Happening]) -> None:
    with life("proid-q") as lived:
        for reference in (1, 2, 3) * 5:
            lived.happen(Give(0x20, reference, right=False, new=""))
        assert lived.card.state.dead
        dead = lived.card.content
        for happening in [*happened, SaveAndLoad(exported=False), Power(off=True), SaveAndLoad(exported=True)]:
            assert lived.happen(happening) in (None, bytes.fromhex("6F00"))
            assert lived.card.content == dead
