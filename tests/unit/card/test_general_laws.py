"""The general laws, seen from outside: any commands and acts in any order, on every card, kept in a file or not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.card.files import FileSystem
from stuntcard.iso7816.instructions import Instruction
from stuntcard.policy.events import Verdict
from stuntcard.profile.load import shipped_names
from stuntcard.profile.model import CARD, Profile
from stuntcard.store.database import CardFile, Durability, create_file
from stuntcard.store.portable import export_card, import_card
from stuntcard.store.rows import read_content

from tests.unit.card.cards import (
    AODF,
    CDF,
    ISOAPPLET,
    MANAGE,
    ODF,
    PRKDF,
    case3,
    certificate_entry,
    curve_parameters,
    directory,
    ec_parts,
    encoded,
    key_entry,
)
from tests.unit.policy.test_general_laws import what_is_gone_stays_gone
from tests.unit.store.cards import stored_card
from tests.unit.store.workload import comparable

every_card = pytest.mark.parametrize("shelf", shipped_names(), indirect=True)

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
    """An actor's act, with new values, or with the right value of a code that is only checked."""

    names: tuple[str, str]
    right: bool
    new: str


@dataclass(frozen=True)
class Power:
    """ResetCode, or power off and on."""

    off: bool


@dataclass(frozen=True)
class Load:
    """The card is taken from where it is kept, as by a program that starts anew."""


Happening = Give | Send | Act | Power | Load


def _file(identifier: str, size: int) -> str:
    return f"00E00000176F158002{size:04X}8201018302{identifier}8608FF90909090909000"


_KEY = ec_parts(ec.derive_private_key(7, ec.SECP256R1()))
_CURVE = encoded(curve_parameters("secp256r1"))
_ENTRIES: tuple[list[bytes], ...] = ([], [key_entry(1, b"\x01")], [key_entry(1, b"\x01"), key_entry(2, b"\x02")])
_SENSE: list[bytes] = [
    *(bytes.fromhex(command) for command in (ISOAPPLET, MANAGE, EOP_MANAGEMENT, "00CA00E100", "00C0000000")),
    *(case3("00A4080C", bytes.fromhex(path)) for path in (PRKDF, CDF, ODF, AODF, "3F005015", "3F005020", "3F00")),
    *(case3("00A4000C", bytes.fromhex(identifier)) for identifier in ("4402", "3101", "5555")),
    *(case3("00D60000", directory(entries, 240)) for entries in _ENTRIES),
    *(case3("00D60000", directory(entries, 240)) for entries in ([certificate_entry(b"\x01")], [], [b"\xff\xff"])),
    *(bytes.fromhex(_file(identifier, size)) for identifier, size in (("3101", 16), ("3102", 9000), ("4402", 16))),
    *(case3("00E40000", bytes.fromhex(identifier)) for identifier in ("3101", "3102", "4404", "5555")),
    bytes.fromhex("00E40000"),
    *(bytes.fromhex(f"002241B60680012184{1:02X}{reference:02X}") for reference in (1, 2, 0x10, 0x11)),
    *(bytes.fromhex(f"002241000680 01EC 8401{reference:02X}") for reference in (1, 2, 0x10)),
    *(case3("00460000", _CURVE), case3("00DB3FFF", _KEY)) * 2,
    *(case3("002A9E9A", bytes(32)),) * 2,
    *(bytes.fromhex(command) for command in ("00B0000010", "0084000008", "00A4050C", "00200099", "80CA018201")),
    *(
        bytes.fromhex(command)
        for command in ("00D6000000", "0C200001", "01200001", "00FF0000", "0020000111" + "31" * 17)
    ),
]


_SELECT = {path: Send(case3("00A4080C", bytes.fromhex(path))) for path in (PRKDF, CDF, "3F005015", "3F00")}
_ENVIRONMENTS = {
    (purpose, reference): Send(bytes.fromhex(f"002241{purpose}8401{reference:02X}"))
    for purpose in ("00068001EC", "B606800121")
    for reference in (1, 2, 0x10, 0x11)
}


def _making(reference: int) -> list[Happening]:
    return [_ENVIRONMENTS["00068001EC", reference], Send(case3("00460000", _CURVE))]


def _bringing_in(reference: int) -> list[Happening]:
    return [_ENVIRONMENTS["00068001EC", reference], Send(case3("00DB3FFF", _KEY))]


def _signing(reference: int) -> list[Happening]:
    return [_ENVIRONMENTS["B606800121", reference], Send(case3("002A9E9A", bytes(32)))]


def _listing(keys: int, certificates: int) -> list[Happening]:
    """Directories written anew, then left."""
    written = {
        PRKDF: [key_entry(number, bytes([number])) for number in range(1, keys + 1)],
        CDF: [certificate_entry(bytes([number])) for number in range(1, certificates + 1)],
    }
    story: list[Happening] = []
    for path, entries in written.items():
        story += [_SELECT[path], Send(case3("00D60000", directory(entries, 240)))]
    return [*story, _SELECT["3F00"]]


def _creating(size: int) -> list[Happening]:
    return [_SELECT["3F005015"], Send(bytes.fromhex(_file("3101", size)))]


_DELETING: list[Happening] = [_SELECT["3F005015"], Send(case3("00E40000", bytes.fromhex("3101")))]


def stories(profile: Profile) -> st.SearchStrategy[list[Happening]]:
    """What clients do in one go, and single commands, in which there may be no sense at all."""
    on_chip = profile.codes_on_chip
    references = [code.reference for code in on_chip.values() if code.reference is not None]
    fitting = {code.reference: "1" * code.length.min for code in on_chip.values()}
    log_in: list[Happening] = [Give(Instruction.VERIFY, reference, True, "") for reference in references]
    acts = [(actor, act) for actor, known in profile.actors.items() for act in known.acts]
    setting = [names for names in acts if profile.actors[names[0]].acts[names[1]].sets]
    set_all: list[Happening] = [Act(names, True, "12345678") for names in setting]
    set_all += [
        Give(Instruction.RESET_RETRY_COUNTER, on_chip[code].reference or 0, True, fitting[on_chip[code].reference])
        for code in ("puk", "pin", "qpin", "pep-pin", "kpep-pin", "iok")
        if code in on_chip
    ]
    wrong = st.builds(
        lambda reference, times: [Give(Instruction.VERIFY, reference, False, "")] * times,
        st.sampled_from(references),
        st.integers(1, 5),
    )
    numbers, few = st.sampled_from([1, 2, 0x10, 0x11]), st.integers(0, 3)
    work: list[st.SearchStrategy[list[Happening]]] = [
        st.builds(_making, numbers),
        st.builds(_bringing_in, numbers),
        st.builds(_signing, numbers),
        st.builds(_listing, few, few),
        st.builds(_creating, st.sampled_from([0, 16, 2048, 9000])),
        st.just(_DELETING),
    ]
    at_work = st.builds(lambda logging_in, story: [*logging_in, *story], st.sampled_from([[], log_in]), st.one_of(work))
    giving = st.builds(
        Give,
        st.sampled_from([Instruction.VERIFY, Instruction.CHANGE_REFERENCE_DATA, Instruction.RESET_RETRY_COUNTER]),
        st.sampled_from(references),
        st.booleans(),
        st.sampled_from(["1234", "123456", "12345678", "1", "x" * 16]),
    )
    sending = st.builds(Send, st.sampled_from(_SENSE) | st.binary(min_size=4, max_size=12))
    single = st.one_of(giving, sending, sending, st.builds(Power, st.booleans()), st.just(Load()))
    choices = [at_work, at_work, wrong, st.just(set_all), single.map(lambda happening: [happening])]
    if acts:
        new = st.sampled_from(["12345678", "1"])
        acting = st.builds(Act, st.sampled_from(acts), st.booleans(), new)
        choices.append(acting.map(lambda happening: [happening]))
    return st.one_of(choices)


def lives(profile: Profile, at_most: int) -> st.SearchStrategy[list[Happening]]:
    """Stories one after the other. Without a good many of them nothing would happen."""
    told = st.lists(stories(profile), min_size=at_most // 2, max_size=at_most)
    return told.map(lambda parts: [happening for part in parts for happening in part])


class Shelf:
    """A file that keeps one card at a time."""

    def __init__(self, name: str, folder: Path) -> None:
        self._stored = stored_card(name, Durability.FAST)
        self._path = folder / f"{name}.card"
        create_file(self._path, self._stored)
        self.profile = self._stored.profile
        self.long_life, self.short_life = lives(self.profile, 30), lives(self.profile, 10)
        self.file = CardFile(self._path)

    def put(self, content: Content | None) -> None:
        """Puts a card there, from the factory if it is not said which."""
        self.file.replace(self._stored if content is None else replace(self._stored, content=content))

    def kept(self) -> Content:
        """What the file holds, as another program reads it."""
        with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True)) as connection:
            return read_content(connection, self.profile)


@pytest.fixture(scope="module")
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """A shelf for cards of the profile that the test names."""
    yield from _shelf(request.param, tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def proid_q_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """A shelf for ProID+Q."""
    yield from _shelf("proid-q", tmp_path_factory.mktemp("shelf"))


def _shelf(name: str, folder: Path) -> Iterator[Shelf]:
    shelf = Shelf(name, folder)
    yield shelf
    shelf.file.close()


TIDIED = (bytes.fromhex(PRKDF), bytes.fromhex(CDF))


class Life:
    """A card kept in a file, that things happen to."""

    def __init__(self, shelf: Shelf, content: Content | None = None) -> None:
        self._shelf = shelf
        shelf.put(content)
        self._take()

    def happen(self, happening: Happening) -> Step:
        before, session = self.card.content, self.card.session
        unread = session.directory_written
        untidy = unread or session.directories_to_tidy
        return Step(before, unread, untidy, happening, self._answer(happening), self.card.content)

    def _answer(self, happening: Happening) -> bytes | Verdict | None:
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
            case Load():
                self._take()
        return None

    def _take(self) -> None:
        self.card = Card(self._shelf.profile, APPLETS, self._shelf.kept(), self._shelf.file)

    def _giving(self, give: Give) -> bytes:
        profile, content = self.card.profile, self.card.content
        name = next(name for name, code in profile.codes_on_chip.items() if code.reference == give.reference)
        asked, new = name, give.new.encode().ljust(16, b"\xff")
        if give.instruction == Instruction.RESET_RETRY_COUNTER and profile.codes[name].reset_by:
            asked = profile.codes[name].reset_by[0].code
        value = content.values.get(asked, b"") if give.right else b"0000000"
        data = value.ljust(16, b"\xff") + (b"" if give.instruction == Instruction.VERIFY else new)
        return bytes((0x00, give.instruction, 0x00, give.reference, len(data))) + data

    def _act(self, happening: Act) -> Verdict:
        actor, act = happening.names
        rule = self.card.profile.actors[actor].acts[act]
        values = {code: happening.new.encode() for code in rule.asks_for}
        if rule.checks is not None and happening.right:
            values[rule.checks] = self.card.content.values.get(rule.checks, b"")
        return self.card.act(actor, act, values)


@dataclass(frozen=True)
class Step:
    """One thing that happened; `answer` is the card's, or the law's to an actor, or None where nothing is said.

    `unread`: directories had been written before and not read by the card yet, which it may do at any time. `untidy`:
    it may still write into those of keys what consent a key asks for, as in the key's file.
    """

    before: Content
    unread: bool
    untidy: bool
    happening: Happening
    answer: bytes | Verdict | None
    after: Content

    @property
    def refused(self) -> bool:
        """Whether nothing may have changed: no success, none half sent, and no try spent."""
        if self.answer is None or isinstance(self.answer, Verdict):
            return self.answer not in (None, Verdict.DONE, Verdict.WRONG_CODE)
        first, second = self.answer[-2:]
        return (first, second) != (0x90, 0x00) and first != 0x61 and (first, second >> 4) != (0x63, 0xC)

    @property
    def changes_nothing(self) -> bool:
        """Whether all that is kept is as before, but for what the card reads in its directories."""
        return self._kept(self.before) == self._kept(self.after)

    def _kept(self, content: Content) -> tuple[object, ...]:
        if self.unread:
            content = replace(content, state=replace(content.state, items=()), keys={})
        if self.untidy:
            files = content.files.files
            others = {path: file for path, file in files.items() if not file.kind.is_key and path not in TIDIED}
            content = replace(content, files=FileSystem(others))
        return comparable(content)


# The laws


def holds_after(profile: Profile, step: Step) -> None:
    before, after = step.before.state, step.after.state
    if step.refused or isinstance(step.happening, Power | Load):
        assert step.changes_nothing, step.happening
    if step.refused and not step.unread:
        assert after.verified == before.verified, step.happening
    if isinstance(step.happening, Power | Load):
        assert not after.verified
    what_is_gone_stays_gone(profile, before, after)


@every_card
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_refusals_resets_and_loading_change_nothing_and_what_is_lost_stays_lost(
    shelf: Shelf, data: st.DataObject
) -> None:
    life = Life(shelf)
    for happening in data.draw(shelf.long_life):
        holds_after(shelf.profile, life.happen(happening))


@every_card
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_dead_card_stays_dead_and_as_it_was(shelf: Shelf, data: st.DataObject) -> None:
    """Its death is brought on by hand where no profile's rule would do it, and at any time in its life."""
    life = Life(shelf)
    for happening in data.draw(shelf.long_life):
        life.happen(happening)
    alive = life.card.content
    dead = replace(alive, state=replace(alive.state, lost=alive.state.lost | {CARD}, verified=frozenset()))
    assert_stays_dead(Life(shelf, dead), data.draw(shelf.short_life))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
@pytest.mark.fact("PQ-06")
def test_the_chip_of_proid_q_dies_of_its_three_blocked_codes_and_stays_dead(
    proid_q_shelf: Shelf, data: st.DataObject
) -> None:
    life = Life(proid_q_shelf)
    for reference in (1, 2, 3) * 5:
        life.happen(Give(Instruction.VERIFY, reference, right=False, new=""))
    assert life.card.state.dead
    assert_stays_dead(life, data.draw(proid_q_shelf.short_life))


def assert_stays_dead(life: Life, happened: list[Happening]) -> None:
    answer = bytes.fromhex(life.card.profile.dead.answer)
    for happening in [*happened, Load(), Power(off=True), Send(bytes.fromhex(ISOAPPLET))]:
        step = life.happen(happening)
        assert step.answer in (None, answer, Verdict.CARD_DEAD)
        assert comparable(step.before) == comparable(step.after)
        assert life.card.state.dead


@pytest.mark.fact("PQ-06")
def test_a_card_that_died_before_it_read_its_directories_never_reads_them(proid_q_shelf: Shelf) -> None:
    life = Life(proid_q_shelf)
    log_in = Give(Instruction.VERIFY, 1, right=True, new="")
    wrong = [Give(Instruction.VERIFY, reference, right=False, new="") for reference in (1, 2, 3) * 5]
    for happening in [log_in, *_making(1), *_listing(1, 0)[:2], *wrong]:
        life.happen(happening)
    assert life.card.session.directory_written
    assert [record.identifier for record in life.card.content.keys.values()] == [None]
    assert_stays_dead(life, [Power(off=False)])


@pytest.mark.parametrize("name", shipped_names())
def test_a_dead_card_stays_dead_through_export_and_import(name: str, tmp_path: Path) -> None:
    stored = stored_card(name)
    state = replace(stored.content.state, lost=frozenset({CARD}))
    export_card(replace(stored, content=replace(stored.content, state=state)), tmp_path / "card.json")
    imported = import_card(tmp_path / "card.json")
    card = Card(imported.profile, APPLETS, imported.content)
    assert card.power_on() == bytes.fromhex(imported.profile.atr.value)
    assert card.transmit(bytes.fromhex(ISOAPPLET)) == bytes.fromhex(imported.profile.dead.answer)
    assert card.state.lost == {CARD}
