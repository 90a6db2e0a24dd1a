"""What is done with a card's files: selected, made, written and deleted, as far as codes and memory allow."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from stuntcard.card.content import erased_content, with_key_files_read
from stuntcard.card.core import CardCore
from stuntcard.card.files import MASTER_FILE, File, FileError, FileKind, FileSystem, Operation
from stuntcard.card.keeper import KeepError
from stuntcard.card.key_files import Attribute, file_of, header, reference_of
from stuntcard.card.pkcs15 import personalise
from stuntcard.card.session import Session
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy import law
from stuntcard.policy.events import Erase, RemoveFile, RemoveKey, StoreFile, Verdict
from stuntcard.policy.state import State


class CardFiles(CardCore):
    """The files of a card."""

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
