"""Writes a profile's description as a Markdown page, or into one: what people wrote around it stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stuntcard.messages import Messages
from stuntcard.profile.model import Profile
from stuntcard.words.profile import describe, rests_on
from stuntcard.words.sections import Section

_MARKED = re.compile(r"^<!-- profile: (?P<name>[a-z-]+) -->\n(?P<body>.*?)^<!-- end -->$", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"^<!-- (?:profile: .*|end) -->$", re.MULTILINE)


class PageError(ValueError):
    """A page's marks can't be understood; says which, and what there may be."""


def new_page(profile: Profile, messages: Messages) -> str:
    """A page with everything that the profile says, between marks."""
    sections = "\n\n".join(f"## {section.title}\n\n{_marked(section)}" for section in _sections(profile, messages))
    return f"# {profile.name}\n\n{messages.of(profile.about)}\n\n{sections}\n"


def updated_page(profile: Profile, messages: Messages, page: str) -> str:
    """The page with what the profile says now between its marks. Raises PageError."""
    known = {section.name: section for section in _sections(profile, messages)}
    if len(_MARK.findall(page)) != 2 * len(marked_sections(page)):
        raise PageError("a mark is not closed: each <!-- profile: NAME --> needs a line <!-- end --> after it")
    for name in marked_sections(page):
        if name not in known:
            raise PageError(f"<!-- profile: {name} -->: there is no such section; there are: {', '.join(known)}")
    return _MARKED.sub(lambda found: _marked(known[found["name"]]), page)


def marked_sections(page: str) -> tuple[str, ...]:
    """The names of the sections between a page's marks."""
    return tuple(found["name"] for found in _MARKED.finditer(page))


def own_words(page: str) -> str:
    """What of a page does not stand between marks."""
    return _MARKED.sub("", page)


def _sections(profile: Profile, messages: Messages) -> tuple[Section, ...]:
    return (*describe(profile, messages), *rests_on(profile, messages))


def _marked(section: Section) -> str:
    return "\n".join((f"<!-- profile: {section.name} -->", *_written(section), "<!-- end -->"))


def _written(section: Section) -> Iterator[str]:
    if section.header:
        yield _row(section.header)
        yield _row(("---",) * len(section.header))
        yield from (_row(row) for row in section.rows)
        if section.lines:
            yield ""
    yield from (f"- {line}" for line in section.lines)


def _row(cells: tuple[str, ...]) -> str:
    written = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(written)} |"
