"""What is done with a card's codes: by its holder through an applet, and by actors off the card."""

from __future__ import annotations

from collections.abc import Mapping

from stuntcard.card.core import CardCore
from stuntcard.policy.events import ActorActs, Change, LogOut, ResetCode, Verdict, Verify


class CardCodes(CardCore):
    """The codes of a card."""

    def verify(self, code: str, value: bytes) -> Verdict:
        """A code was given, to log in."""
        return self._put_to_law(Verify(code, self._matches(code, value)), tried=True)

    def change(self, code: str, old: bytes, new: bytes) -> Verdict:
        """A code's old value was given, to set a new one."""
        event = Change(code, self._matches(code, old), self.profile.codes[code].accepts(new))
        return self._put_to_law(event, lambda content: content.with_values({code: new}), tried=True)

    def reset_code(self, code: str, by: str, value: bytes, new: bytes) -> Verdict:
        """Another code's value was given, to set this one first, anew, or unblock it."""
        event = ResetCode(code, by, self._matches(by, value), self.profile.codes[code].accepts(new))
        return self._put_to_law(event, lambda content: content.with_values({code: new}), tried=True)

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
            tried = rule.checks is not None
            return self._put_to_law(event, lambda content: content.with_values(new), tried=tried)

    def log_out(self, code: str | None = None) -> None:
        """A code that was given counts as not given any more; without a name, all of them."""
        self._put_to_law(LogOut(tuple(self.profile.codes) if code is None else (code,)))

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
