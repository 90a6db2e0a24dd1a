"""The kept transcript: what was told, as Markdown, with stand-ins for what differs at each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from demo.walkthrough.stand_ins import FIRST_DAY, StandIns

_HEAD = f"""\
# The whole story, played

Made by `python -m demo.walkthrough --transcript docs/walkthrough.md`; `make walkthrough` plays it for you. Every
program is the real one, every answer came from a card, the CA or the program itself, and every line with a ✓ was read
back and checked.

So that this page changes only when the story does, stand-ins were put in for what differs at each run: numbers of
requests (BP0000000001 and so on), serial numbers, identifiers of keys, fingerprints, tokens, the CA's port, folders,
days (that of the run is {FIRST_DAY.isoformat()}) and times of day. Codes are for training. They are typed at the
program's own prompts, which do not show them: `●●●●●●●●` stands for one, with a remark which it was.
"""


def transcript(lines: Sequence[str], known: Mapping[str, str], today: date) -> str:
    """The page. `known` is replaced as it stands."""
    stand_ins = StandIns(known, today)
    return f"{_HEAD}\n{stand_ins.put_into(chr(10).join(lines)).strip()}\n"
