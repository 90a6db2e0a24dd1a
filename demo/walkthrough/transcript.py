"""The kept transcript: what was told, as Markdown, with stand-ins for what differs at each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from textwrap import wrap

from demo.walkthrough.narrator import LINE
from demo.walkthrough.stand_ins import FIRST_DAY, StandIns
from demo.walkthrough.words import Words


def transcript(lines: Sequence[str], known: Mapping[str, str], today: date, words: Words) -> str:
    """The page. `known` is replaced as it stands."""
    stand_ins = StandIns(known, today)
    head = [f"# {words.text('transcript-title')}"]
    for key in ("transcript-made", "transcript-stand-ins"):
        head += ["", *wrap(words.text(key, day=FIRST_DAY.isoformat()), LINE)]
    return f"{chr(10).join(head)}\n\n{stand_ins.put_into(chr(10).join(lines)).strip()}\n"
