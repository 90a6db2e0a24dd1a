"""What is done with a card's keys: they are made, brought in and used, and never leave the card."""

from __future__ import annotations

from collections.abc import Callable

from stuntcard.card.content import with_key_files
from stuntcard.card.core import CardCore
from stuntcard.card.files import FileError
from stuntcard.card.keys import Key, PublicKey, SecretKey
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy import law
from stuntcard.policy.events import StoreKey, UseKey, Verdict
from stuntcard.policy.state import Origin


class CardKeys(CardCore):
    """The keys of a card."""

    def store_key(self, reference: int, origin: Origin, size: int, supply: Callable[[], Key]) -> Verdict:
        """Makes or brings in a key of `size` bytes, which the client will name by `reference`.

        `supply` makes the key, and is called only when the law lets the key in. The area that it goes to is the law's
        choice. Raises FileError: a key with this reference stands in the directory (6A89), or there are too many that
        never stood there (6A84).
        """
        self._judge_directories()
        event = StoreKey(origin, size)
        state, verdict = law.step(self.profile, self.state, event)
        if verdict is Verdict.DONE:
            number = self._content.number_of(reference)
            item = None if number is None else self.state.item(number)
            if item is not None and item.listed:
                raise FileError(StatusWord.FILE_EXISTS)
            content = self._content.with_state(state)
            content = content.with_key(state.items[-1].number, supply(), reference)
            self._commit(with_key_files(self.profile, content), event=event, verdict=verdict)
        return verdict

    def use_key(self, reference: int, operation: Callable[[Key], bytes]) -> tuple[Verdict, bytes]:
        """One use of the key that a client names by `reference`: the law's answer, and the operation's result.

        The key never leaves the card. An operation that raises uses nothing up.
        """
        number = self._content.number_of(reference)
        if number is None:
            return Verdict.NO_SUCH_KEY, b""
        event = UseKey(number)
        state, verdict = law.step(self.profile, self.state, event)
        private = self._content.keys[number].private
        if verdict is not Verdict.DONE or private is None:
            return verdict, b""
        result = operation(private)
        self._commit(self._content.with_state(state), event=event, verdict=verdict)
        return verdict, result

    def public_key(self, reference: int) -> PublicKey | None:
        """The public part of the key that a client names by `reference`; None where there is no such key."""
        number = self._content.number_of(reference)
        private = None if number is None else self._content.keys[number].private
        return None if private is None or isinstance(private, SecretKey) else private.public_key()
