"""One emulated card: power, session, codes, files and keys, behind a lock.

Everything that decides is the law's (`policy`); everything that speaks APDU is an applet's. What is left for this
module is to hold the pieces together and to have one place where new content becomes the card's content: `_commit`.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

from stuntcard.card.applet import BY_NAME, Applet, ListeningApplet, PartwiseApplet
from stuntcard.card.content import (
    Content,
    erased_content,
    factory_content,
    read_directories,
    with_codes_shown,
    with_key_files,
    with_key_files_read,
)
from stuntcard.card.files import (
    MASTER_FILE,
    Condition,
    File,
    FileError,
    FileKind,
    FileSystem,
    Operation,
)
from stuntcard.card.keeper import Keeper, KeepError
from stuntcard.card.key_files import Attribute, code_asked_for, file_of, header, reference_of
from stuntcard.card.keys import Key, PublicKey, SecretKey
from stuntcard.card.memos import Memos
from stuntcard.card.pkcs15 import personalise
from stuntcard.card.session import Session
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.atr import parse_atr
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.iso7816.transport import Protocol, Transport
from stuntcard.policy import law
from stuntcard.policy.events import (
    ActorActs,
    Change,
    Erase,
    Event,
    LogOut,
    RemoveFile,
    RemoveKey,
    ResetCode,
    SessionEnd,
    StoreFile,
    StoreKey,
    UseKey,
    Verdict,
    Verify,
)
from stuntcard.policy.state import Origin, State
from stuntcard.profile.model import Profile

_log = logging.getLogger(__name__)
MUTE = "mute"


class Card:
    """A card of one profile. Readers, and whoever else holds it, may call it from several threads.

    Without `content` it comes from the factory; without a `keeper` it is forgotten with the process.
    """

    def __init__(
        self,
        profile: Profile,
        applets: Mapping[str, tuple[Applet, ...]],
        content: Content | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.profile = profile
        # The power may have gone right after a directory was written: the first reset judges what was kept.
        self.session = Session(directory_written=content is not None)
        self._keeper = keeper
        self.memos = Memos()
        self._content = content if content is not None else factory_content(profile)
        self._applets = tuple(applet for name in profile.applets for applet in applets[name])
        self._listening = tuple(applet for applet in self._applets if isinstance(applet, ListeningApplet))
        self._selected = self._applets[0]
        self._atr = bytes.fromhex(profile.atr.value)
        self.transport_protocol = Protocol(min(parse_atr(self._atr).protocols[0], Protocol.T1))
        self._transport = Transport(self.transport_protocol)
        self._lock = threading.RLock()
        self._commands = 0

    # What a reader asks

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        return self._atr

    def power_on(self) -> bytes:
        """Cold reset; gives the ATR."""
        return self.reset()

    def power_off(self) -> None:
        """The card forgets all that it does not store."""
        self.reset()

    def reset(self) -> bytes:
        """Warm reset: codes given are forgotten, directories judged; gives the ATR."""
        with self._lock:
            self._end_session()
            self._drop_session_keys()
            self._selected = self._applets[0]
            self._transport.reset()
            self.memos.reset()
            return self._atr

    def transmit(self, command: bytes) -> bytes:
        """Answers one command APDU; with nothing when the card is dead and its profile says it is mute then."""
        with self._lock:
            self._commands += 1
            if self._content.state.dead:
                return self._dead_answer()
            try:
                return self._transport.exchange(command, self._dispatch, self._in_parts)
            except Exception:
                # A fault of ours must look like a fault of the card, and must not take the reader down.
                _log.exception("a command could not be answered; the client gets 6F00")
                return StatusWord.NO_PRECISE_DIAGNOSIS.to_bytes(2)

    # What whoever shows the card asks

    @property
    def content(self) -> Content:
        """All that the card keeps, as it stands now."""
        return self._content

    @property
    def state(self) -> State:
        """The state in the eyes of the law, as it stands now."""
        return self._content.state

    @property
    def commands(self) -> int:
        """How many commands were answered."""
        return self._commands

    @property
    def selected(self) -> Applet:
        """The applet that answers now."""
        return self._selected

    # What befalls a card, and what law and applets have no part in

    def miss_command(self) -> None:
        """A command got lost on its way here, and its answer with it: no chain goes on, nothing waits to be fetched."""
        with self._lock:
            self._transport.reset()

    def lose_power(self, command: bytes) -> None:
        """The power goes during a command, just before the first change that would be kept; then the card restarts."""
        with self._lock:
            self._commands += 1
            keeper, self._keeper = self._keeper, _NoPower()
            try:
                with contextlib.suppress(KeepError):
                    if not self._content.state.dead:
                        self._transport.exchange(command, self._answer, self._in_parts)
            finally:
                self._keeper = keeper
            self.reset()

    def change_content(self, change: Callable[[Content], Content]) -> None:
        """Between two sessions, makes the card one with other content. Raises KeepError, and then it is as it was."""
        with self._lock:
            self._end_session()
            self._commit(with_codes_shown(self.profile, change(self._content)))

    # What an applet asks: codes

    def verify(self, code: str, value: bytes) -> Verdict:
        """A code was given, to log in."""
        return self._happen(Verify(code, self._matches(code, value)))

    def change(self, code: str, old: bytes, new: bytes) -> Verdict:
        """A code's old value was given, to set a new one."""
        event = Change(code, self._matches(code, old), self.profile.codes[code].accepts(new))
        return self._happen(event, lambda content: _with_value(content, code, new))

    def reset_code(self, code: str, by: str, value: bytes, new: bytes) -> Verdict:
        """Another code's value was given, to set this one first, anew, or unblock it."""
        event = ResetCode(code, by, self._matches(by, value), self.profile.codes[code].accepts(new))
        return self._happen(event, lambda content: _with_value(content, code, new))

    # What an actor does, off the card

    def act(self, actor: str, act: str, values: Mapping[str, bytes], limits: tuple[int, ...] = ()) -> Verdict:
        """An actor acts on the card, with a value for each code that the act asks for, and maybe numbers of tries.

        Raises KeyError when there is no such actor or act, or a value is missing.
        """
        with self._lock:
            rule = self.profile.actors[actor].acts[act]
            given = {code: values[code] for code in rule.asks_for}
            new = {} if rule.checks else given
            event = ActorActs(
                actor,
                act,
                acceptable=all(self.profile.codes[code].accepts(value) for code, value in new.items()),
                correct=rule.checks is None or self._matches(rule.checks, given[rule.checks]),
                limits=limits,
            )
            return self._happen(event, lambda content: replace(content, values={**content.values, **new}))

    # What an applet asks: the time when the card is open, and its end

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked for a code yet."""
        return law.is_open(self.profile, self.state)

    def make_code(self, code: str, value: bytes, unblocking: bytes, limits: tuple[int, int]) -> Verdict:
        """A client makes a code and the one that unblocks it, each with its number of tries."""
        making = self.profile.making_of(code)
        if making is None:
            return Verdict.ACT_NOT_ALLOWED
        values = dict(zip(self.profile.actors[making[0]].acts[making[1]].sets, (value, unblocking), strict=False))
        return self.act(*making, values, limits[: len(values)])

    def activate(self) -> None:
        """From now on codes are asked for; on a card where they are already, this changes nothing."""
        activation = self.profile.activation
        if self.is_open and activation is not None:
            self.act(*activation, {})

    def erase(self, root: bytes, application: bytes) -> None:
        """Makes the card empty and open again, with this access to its two directories.

        Raises FileError when the codes given do not allow it (6982), and on a card that never is empty (6985).
        """
        self._require(self.files.at(MASTER_FILE), Operation.DELETE_SELF)
        _, verdict = law.step(self.profile, self.state, Erase())
        if verdict is not Verdict.DONE:
            raise FileError(StatusWord.CONDITIONS_NOT_SATISFIED)
        self._commit(erased_content(self.profile, root, application))
        self.session = Session()

    # What an applet asks: keys

    def store_key(self, reference: int, origin: Origin, size: int, supply: Callable[[], Key]) -> Verdict:
        """Makes or brings in a key of `size` bytes, which the client will name by `reference`.

        `supply` makes the key, and is called only when the law lets the key in. The area that it goes to is the law's
        choice. Raises FileError: a key with this reference stands in the directory (6A89), or there are too many that
        never stood there (6A84).
        """
        self._judge_directories()
        state, verdict = law.step(self.profile, self.state, StoreKey(origin, size))
        if verdict is Verdict.DONE:
            number = self._content.number_of(reference)
            item = None if number is None else self.state.item(number)
            if item is not None and item.listed:
                raise FileError(StatusWord.FILE_EXISTS)
            content = replace(self._content, state=state)
            content = content.with_key(state.items[-1].number, supply(), reference)
            self._commit(with_key_files(self.profile, content))
        return verdict

    def use_key(self, reference: int, operation: Callable[[Key], bytes]) -> tuple[Verdict, bytes]:
        """One use of the key that a client names by `reference`: the law's answer, and the operation's result.

        The key never leaves the card. An operation that raises uses nothing up.
        """
        number = self._content.number_of(reference)
        if number is None:
            return Verdict.NO_SUCH_KEY, b""
        state, verdict = law.step(self.profile, self.state, UseKey(number))
        private = self._content.keys[number].private
        if verdict is not Verdict.DONE or private is None:
            return verdict, b""
        result = operation(private)
        self._commit(replace(self._content, state=state))
        return verdict, result

    def public_key(self, reference: int) -> PublicKey | None:
        """The public part of the key that a client names by `reference`; None where there is no such key."""
        number = self._content.number_of(reference)
        private = None if number is None else self._content.keys[number].private
        return None if private is None or isinstance(private, SecretKey) else private.public_key()

    def log_out(self, code: str | None = None) -> None:
        """A code that was given counts as not given any more; without a name, all of them."""
        self._happen(LogOut(tuple(self.profile.codes) if code is None else (code,)))

    # What an applet asks: files

    @property
    def files(self) -> FileSystem:
        """The files as they stand now."""
        return self._content.files

    @property
    def current_file(self) -> File:
        """The file selected now; the master file when that one is gone."""
        return self.files.files.get(self.session.current) or self.files.at(MASTER_FILE)

    @property
    def current_df(self) -> bytes:
        """The path of the current DF: the current file when it is one, else the DF that it lies in."""
        return self.session.current_df(self.current_file.kind is FileKind.DF)

    def select_file(self, file: File) -> None:
        """Makes a file the current one; leaving a directory has it judged."""
        self._judge_directories_if_kept()
        self.session.current = file.path

    def allowed(self, file: File, operation: Operation) -> bool:
        """Whether the codes given so far let this be done to a file; on an open card everything may be done."""
        if self.is_open:
            return True
        condition = file.condition(operation)
        if condition == Condition.ALWAYS:
            return True
        code = code_asked_for(self.profile, condition)
        return code is not None and law.permits(self.state, code)

    def create_file(self, file: File) -> None:
        """Creates a file. Raises FileError, also when the codes given do not allow it (6982).

        Of two key files for one key the second is refused (6A89), wherever it would lie.
        """
        parent = self.files.at(file.path[:-2])
        self._require(parent, Operation.CREATE_DF if file.kind is FileKind.DF else Operation.CREATE_EF)
        if file.kind.is_key and file_of(self.files, reference_of(file)) is not None:
            raise FileError(StatusWord.FILE_EXISTS)
        files = self.files.created(file)
        event = StoreFile(len(file.content), self._space_reserved(file))
        state, verdict = law.step(self.profile, self.state, event)
        if verdict is not Verdict.DONE:
            raise FileError(StatusWord.NOT_ENOUGH_MEMORY)
        content = replace(self._content, state=state, files=files)
        self._commit(with_key_files_read(self.profile, content) if file.kind.is_key else content)

    def delete_file(self, file: File, *, by_its_parent: bool = True) -> None:
        """Deletes a file and what lies below. Raises FileError, also when the codes given do not allow it (6982).

        `by_its_parent`: the directory may give the right as well as the file; a key file always gives it itself.
        """
        parent = self.files.files.get(file.path[:-2])
        asks_parent = by_its_parent and not file.kind.is_key
        if not (asks_parent and parent is not None and self.allowed(parent, Operation.DELETE_CHILD)):
            self._require(file, Operation.DELETE_SELF)
        files, state = self.files.deleted(file.path), self.state
        for gone in self.files.below(file.path):
            state = self._without(state, gone)
        self.session.directory_written = True
        self._commit(replace(self._content, state=state, files=files).swept())

    def _without(self, state: State, gone: File) -> State:
        """The state without a file, and without its key when it is a key file. Raises FileError when that stays."""
        number = self._content.number_of(reference_of(gone)) if gone.kind.is_key else None
        if number is not None:
            state, verdict = law.step(self.profile, state, RemoveKey(number))
            if verdict is not Verdict.DONE:
                raise FileError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
        event = RemoveFile(len(gone.content), self._space_reserved(gone))
        return law.step(self.profile, state, event)[0]

    @cached_property
    def _factory_space(self) -> Mapping[bytes, int]:
        """The space of the files from the factory that a client could delete and make anew, by path, in bytes."""
        return {file.path: len(file.content) for file in personalise(self.profile).files.values()}

    def _space_reserved(self, file: File) -> int | None:
        """The space that is kept for a file whether it is there or not, in bytes: a key file's comes with its key."""
        return len(file.content) if file.kind.is_key else self._factory_space.get(file.path)

    def update_file(self, file: File, offset: int, data: bytes) -> None:
        """Writes to an EF. Raises FileError, also when the codes given do not allow it (6982)."""
        self._require(file, Operation.UPDATE)
        self.session.directory_written = True
        self._commit(replace(self._content, files=self.files.updated(file.path, offset, data)))

    @cached_property
    def _mark_key(self) -> bytes:
        return secrets.token_bytes(16)

    def mark_of_files(self, length: int) -> bytes:
        """Some bytes that change with the files, for who keeps copies of these; others whenever the card starts anew.

        A sum that anybody can compute would let them find out by trying what a file holds that they may not read.
        """
        mark = hashlib.blake2b(key=self._mark_key, digest_size=length)
        for path, file in self.files.files.items():
            mark.update(b"%d:%b%d:%b" % (len(path), path, len(file.content), file.content))
        return mark.digest()

    def random(self, length: int) -> bytes:
        """Random bytes, fit for keys."""
        return secrets.token_bytes(length)

    # Within

    def _dispatch(self, command: Command) -> Response:
        try:
            return self._answer(command)
        except KeepError as error:
            _log.error("a change could not be stored, and the client gets 6581: %s", error)
            return Response(StatusWord.MEMORY_FAILURE)
        finally:
            for applet in self._listening:
                applet.heard(self, command)

    def _answer(self, command: Command) -> Response:
        if command.secure_messaging:
            return Response(StatusWord.SECURE_MESSAGING_NOT_SUPPORTED)
        if command.channel:
            return Response(StatusWord.LOGICAL_CHANNEL_NOT_SUPPORTED)
        applet = self._selected_by(command)
        if applet is None:
            return self._selected.handle(self, command)
        self._end_session()
        self._selected = applet
        return applet.select(self, command)

    def _in_parts(self, command: Command) -> bool:
        return isinstance(self._selected, PartwiseApplet) and self._selected.answers_each_part(command)

    def _selected_by(self, command: Command) -> Applet | None:
        """The applet that a SELECT names; None for any other command, and for the name of a DF inside an applet."""
        if command.ins != Instruction.SELECT or command.p1 != BY_NAME or command.cla != 0 or not command.data:
            return None
        return next((applet for applet in self._applets if applet.name == command.data), None)

    def _end_session(self) -> None:
        self._judge_directories_if_kept()
        self.session = Session(directory_written=self.session.directory_written)
        self._happen(SessionEnd())

    def _drop_session_keys(self) -> None:
        """Key files that were made for one session go, and their keys; if that can't be kept now, another time."""
        files = [file for file in self.files.files.values() if file.kind.is_key]
        gone = [file for file in files if header(file).has(Attribute.SESSION)]
        if not gone or self.state.dead:
            return
        state, left = self.state, dict(self.files.files)
        with contextlib.suppress(KeepError, FileError):
            for file in gone:
                state = self._without(state, file)
                del left[file.path]
            self._commit(replace(self._content, state=state, files=FileSystem(left)).swept())

    def _judge_directories(self) -> None:
        """Lets the law see which keys and certificates the PKCS#15 directories list, when they may have changed."""
        if self.session.directory_written:
            content, event = read_directories(self._content)
            state, verdict = law.step(self.profile, content.state, event)
            if verdict is Verdict.DONE:  # a dead card reads nothing any more
                self._commit(replace(content, state=state).swept())
            self.session.directory_written = False

    def _judge_directories_if_kept(self) -> None:
        """The same where it is no part of what was asked: if it can't be kept now, it is judged another time."""
        with contextlib.suppress(KeepError):
            self._judge_directories()

    def _happen(self, event: Event, also: Callable[[Content], Content] | None = None) -> Verdict:
        """One event: the law's answer; `also` is what an event that was done changes beside the law's state."""
        state, verdict = law.step(self.profile, self.state, event)
        content = replace(self._content, state=state)
        if also is not None and verdict is Verdict.DONE:
            content = with_codes_shown(self.profile, also(content))
        self._commit(content)
        return verdict

    def _matches(self, code: str, value: bytes) -> bool:
        expected = self._content.values.get(code)
        return expected is not None and hmac.compare_digest(expected, value)

    def _require(self, file: File, operation: Operation) -> None:
        if not self.allowed(file, operation):
            raise FileError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)

    def _dead_answer(self) -> bytes:
        answer = self.profile.dead.answer
        return b"" if answer == MUTE else bytes.fromhex(answer)

    def _commit(self, content: Content) -> None:
        """The one place where new content becomes the card's content; it happens before the answer leaves.

        Raises KeepError, and then the card's content is what it was.
        """
        if self._keeper is not None:
            self._keeper.keep(self._content, content)
        self._content = content


class _NoPower:
    """Keeps nothing, because the power is gone."""

    def keep(self, old: Content, new: Content) -> None:  # noqa: ARG002 - the protocol of keepers
        """Never returns."""
        raise KeepError("the power is gone")


def _with_value(content: Content, code: str, value: bytes) -> Content:
    return replace(content, values={**content.values, code: value})
