"""Where steps do something with real programs: everything that is done is told, and its outcome is checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from demo.walkthrough.answers import CardState, Objects, StoryError
from demo.walkthrough.bench import Bench
from demo.walkthrough.narrator import Narrator
from demo.walkthrough.terminal import StuckError, Typed, plain
from demo.walkthrough.words import Phrase, Said, Words

_CARD_STATES: TypeAdapter[list[CardState]] = TypeAdapter(list[CardState])
_OBJECTS: TypeAdapter[Objects] = TypeAdapter(Objects)
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Typing:
    """What somebody types after a prompt. `what` tells what it is, to a reader who can't see a hidden code."""

    prompt: Phrase
    """A program's message, behind which stand a colon and a space; or all of it, as it is in every language."""
    answer: str
    what: Said | None = None


class Stage:
    """What steps do things with. Everything that is done is told, and its outcome is checked."""

    def __init__(self, bench: Bench, narrator: Narrator, words: Words) -> None:
        self.bench = bench
        self.narrator = narrator
        self.words = words

    def do(
        self, *command: str, typing: Sequence[Typing] = (), status: int = 0, shows: Sequence[Phrase] = (),
        hides: Sequence[Phrase] = (),
    ) -> str:  # fmt: skip
        """Runs a program as a person does; gives what it showed.

        Raises StoryError when its exit status is another, when it does not show all of `shows`, or shows any of
        `hides` or a code that was typed unseen.
        """
        line = command_line(command)
        self.narrator.begin(line)
        try:
            ended = self.bench.run(command, [self._typed(one) for one in typing])
        except OSError as error:
            raise StoryError(f"{command[0]} can't be started: {error.strerror}. Is it installed?") from error
        except StuckError as error:
            self.narrator.output(error.shown)
            raise StoryError(f"`{line}`: {error}") from error
        self.narrator.output(ended.shown, ended.status)
        text = ended.text
        read = " ".join(text.split())
        if ended.status != status:
            raise StoryError(f"`{line}` ended with {ended.status}; it should end with {status}.")
        for phrase in shows:
            if not re.search(pattern := self.words.pattern(phrase), read):
                raise StoryError(f"`{line}` should have shown: {pattern}")
        for phrase in (*hides, *(one.answer for one in typing if one.what)):
            if re.search(pattern := self.words.pattern(phrase), read):
                raise StoryError(f"`{line}` should not have shown: {pattern}")
        return text

    def _typed(self, typing: Typing) -> Typed:
        words = self.words
        prompt = typing.prompt if isinstance(typing.prompt, str) else f"{words.of(typing.prompt)}: "
        return Typed(prompt, typing.answer, words.of(typing.what) if typing.what is not None else "")

    def shell(self, line: str, shows: Sequence[Phrase] = ()) -> str:
        """Runs a line of shell, which must end well; gives what it showed."""
        return self.do("sh", "-c", line, shows=shows)

    def start(self, *command: str, ready: str) -> tuple[int, re.Match[str]]:
        """Starts a program in the background; gives its process id and how its output matched `ready`."""
        line = f"{command_line(command)} &"
        self.narrator.begin(line)
        try:
            process, shown, found = self.bench.start(command, ready)
        except OSError as error:
            raise StoryError(f"{command[0]} can't be started: {error.strerror}. Is it installed?") from error
        except StuckError as error:
            self.narrator.output(error.shown)
            raise StoryError(f"`{line}`: {error}") from error
        self.narrator.output(shown)
        return process, found

    def watch(self, socket: str) -> None:
        """Has the programs see the card behind a socket."""
        self.narrator.begin(f"export PCSCLITE_CSOCK_NAME={socket}")
        self.narrator.output("")
        self.bench.see(socket)

    def note(self, what: Said, text: str) -> None:
        """Tells of something that is done without a program: a page of the portal, a file that is written."""
        self.narrator.note(self.words.of(what), text)

    def check(self, what: Said, holds: bool) -> None:
        """Tells what was found to be so. Raises StoryError when it is not."""
        told = self.words.of(what)
        if not holds:
            raise StoryError(f"This should hold, and does not: {told}")
        self.narrator.checked(told)

    def card(self, socket: str) -> CardState:
        """The card behind a socket, as it stands. Raises StoryError."""
        cards = self._asked(_CARD_STATES, "stuntcard", "status", "--json")
        found = [card for card in cards if card.pcsc_socket == socket]
        if not found:
            raise StoryError("stuntcard status does not know the card any more")
        return found[0]

    def objects(self) -> Objects:
        """What is on the card in the reader. Raises StoryError."""
        return self._asked(_OBJECTS, "cardmanager", "show", "--json")

    def _asked(self, form: TypeAdapter[_Answer], *command: str) -> _Answer:
        try:
            return form.validate_json(self.bench.output(command))
        except StuckError as error:
            raise StoryError(f"{error} {plain(error.shown)}") from error
        except ValidationError as error:
            raise StoryError(f"`{command_line(command)}` answers in another form than it did: {error}") from error


def command_line(command: Sequence[str]) -> str:
    """A command as one would type it."""
    if list(command[:2]) == ["sh", "-c"]:
        return command[2]
    return " ".join(f'"{word}"' if re.search(r"[\s()$&;|<>*]", word) or not word else word for word in command)
