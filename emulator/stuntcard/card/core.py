"""A card's content, and the one way in which it changes: an event, the law's verdict, and whoever keeps it."""

from __future__ import annotations

import contextlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace

from stuntcard.card.consent import with_consent_kept, with_consent_told
from stuntcard.card.content import Content, factory_content, read_directories, with_codes_shown
from stuntcard.card.factory_objects import with_factory_listed
from stuntcard.card.files import Condition, File, FileError, FileSystem, Operation
from stuntcard.card.keeper import Keeper, KeepError
from stuntcard.card.key_files import code_asked_for
from stuntcard.card.session import Session
from stuntcard.card.witness import Witness
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy import law
from stuntcard.policy.events import Event, Verdict
from stuntcard.policy.state import State
from stuntcard.profile.model import Profile


class CardCore:
    """What codes, keys and files of a card have in common."""

    def __init__(self, profile: Profile, content: Content | None, keeper: Keeper | None) -> None:
        self.profile = profile
        # The power may have gone right after a directory was written: the first reset judges what was kept.
        self.session = Session(directory_written=content is not None)
        self._keeper = keeper
        self._content = content if content is not None else factory_content(profile)
        self._lock = threading.RLock()
        self._witnesses: tuple[Witness, ...] = ()

    def watched_by(self, witness: Witness) -> None:
        """From now on tells a witness all that happens to the card's content."""
        with self._lock:
            self._witnesses = (*self._witnesses, witness)

    @property
    def content(self) -> Content:
        """All that the card keeps, as it stands now."""
        return self._content

    @property
    def state(self) -> State:
        """The state in the eyes of the law, as it stands now."""
        return self._content.state

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked for a code yet."""
        return law.is_open(self.profile, self.state)

    @property
    def files(self) -> FileSystem:
        """The files as they stand now."""
        return self._content.files

    def allowed(self, file: File, operation: Operation) -> bool:
        """Whether the codes given so far let this be done to a file; on an open card everything may be done."""
        if self.is_open:
            return True
        condition = file.condition(operation)
        if condition == Condition.ALWAYS:
            return True
        code = code_asked_for(self.profile, condition)
        return code is not None and law.permits(self.state, code)

    def random(self, length: int) -> bytes:
        """Random bytes, fit for keys."""
        return secrets.token_bytes(length)

    # Within

    def _judge_directories(self) -> None:
        """Lets the law see which keys and certificates the PKCS#15 directories list, when they may have changed."""
        if self.session.directory_written:
            content, event = read_directories(self._content)
            state, verdict = law.step(self.profile, content.state, event)
            if verdict is Verdict.DONE:  # a dead card reads nothing any more
                self._commit(with_consent_kept(self.profile, replace(content, state=state).swept()))
                self.session.directories_to_tidy = True
            self.session.directory_written = False

    def _judge_directories_if_kept(self) -> None:
        """The same where it is no part of what was asked: if it can't be kept now, it is judged another time."""
        if self.session.directory_written:
            with contextlib.suppress(KeepError):
                self._judge_directories()

    def _tidy_directories_if_kept(self) -> None:
        """Writes into directories that a client wrote what only the card can tell of its keys."""
        if self.session.directories_to_tidy:
            content = with_consent_told(self.profile, self._content)
            content = replace(content, files=with_factory_listed(self.profile, content.files))
            with contextlib.suppress(KeepError):
                self._commit(content)
                self.session.directories_to_tidy = False

    def _put_to_law(
        self, event: Event, when_done: Callable[[Content], Content] | None = None, *, tried: bool = False
    ) -> Verdict:
        """What the law says to an event; `when_done` is what changes then beside the law's state.

        `tried`: a code's value was compared, and nothing may come of that where nothing can be kept.
        """
        state, verdict = law.step(self.profile, self.state, event)
        content = self._content.with_state(state)
        if when_done is not None and verdict is Verdict.DONE:
            content = with_codes_shown(self.profile, when_done(content))
        self._commit(content, tried=tried, event=event, verdict=verdict)
        return verdict

    def _matches(self, code: str, value: bytes) -> bool:
        expected = self._content.values.get(code)
        return expected is not None and hmac.compare_digest(expected, value)

    def _require(self, file: File, operation: Operation) -> None:
        if not self.allowed(file, operation):
            raise FileError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)

    def _commit(
        self, content: Content, *, tried: bool = False, event: Event | None = None, verdict: Verdict | None = None
    ) -> None:
        """The one place where new content becomes the card's content; it happens before the answer leaves.

        `event`, `verdict`: what the law was asked, and said. Raises KeepError, and then the content is what it was.
        """
        if self._keeper is not None:
            self._keeper.keep(self._content, content, tried=tried)
        self._content = content
        for witness in self._witnesses:
            witness.saw(event, verdict, content)
