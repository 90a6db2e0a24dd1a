"""Pictures of a card's life for whoever looks on: drawn once for each kind of card, by a process of their own.

A walk through all that can become of a card takes seconds and much memory. In a thread it would hold up all cards,
which share the interpreter; in a process that ends it holds up nobody, and what remains is the picture.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import OrderedDict
from multiprocessing.connection import Connection
from typing import cast

from stuntcard.messages import Messages
from stuntcard.pictures.graph import Drawing, GraphError
from stuntcard.policy.state import State
from stuntcard.profile.model import Language, Profile
from stuntcard.serve.problems import Problem, ProblemError

_KEPT = 100
_NICENESS = 10
_drawn: OrderedDict[tuple[str, str, Language, str], Drawing | str] = OrderedDict()
_drawing = threading.Lock()


def life_drawn(profile: Profile, state: State, of: str, messages: Messages) -> str:
    """The SVG of a life, with a mark where this state is. Raises ProblemError where there is no such thing to draw."""
    from stuntcard.pictures.draw import to_svg
    from stuntcard.pictures.graph import place_in

    found = _picture(profile, of, messages.language)
    if isinstance(found, str):
        raise ProblemError(Problem.NOT_FOUND, found)
    return to_svg(found, place_in(found, profile, of, state, messages), messages.text("you-are-here"))


def _picture(profile: Profile, of: str, language: Language) -> Drawing | str:
    """The picture, or why there is none."""
    # A stored card's profile may be another of the same id.
    key = (profile.id, of, language, profile.model_dump_json(exclude={"token", "applets", "atr"}))
    with _drawing:
        found = _drawn.get(key)
        if found is None:
            found = _drawn[key] = _drawn_elsewhere(profile, of, language)
            if len(_drawn) > _KEPT:
                _drawn.popitem(last=False)
        return found


def _drawn_elsewhere(profile: Profile, of: str, language: Language) -> Drawing | str:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_draw, args=(profile, of, language, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        return cast("Drawing | str", ours.recv())
    except EOFError:
        return "the picture could not be drawn; the emulator's own output says why"
    finally:
        ours.close()
        process.join()


def _draw(profile: Profile, of: str, language: Language, to: Connection) -> None:
    from stuntcard.pictures.graph import picture
    from stuntcard.policy.walk import TooManyStatesError, walk

    os.nice(_NICENESS)
    try:
        to.send(picture(walk(profile), of, Messages(language)))
    except (GraphError, TooManyStatesError) as error:
        to.send(str(error))
