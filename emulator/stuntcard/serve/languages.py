"""The language of what is told: what a call says, or else what the browser likes best."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Query, Request

from stuntcard.messages import Messages
from stuntcard.profile.model import Language

_RANGE = re.compile(r"\s*(?P<tag>[A-Za-z]{1,8})(?:-[A-Za-z0-9-]{0,40})?\s*(?:;\s*q=(?P<q>[01](?:\.\d{0,3})?)\s*)?")
_LONGEST = 500


def preferred(accept_language: str) -> Language:
    """The language that is liked best of those there are (RFC 9110, 12.5.4); English when none is named."""
    liked: list[tuple[float, Language]] = []
    for part in accept_language[:_LONGEST].split(","):
        found = _RANGE.fullmatch(part)
        if found and found["tag"].lower() in set(Language):
            liked.append((float(found["q"] or 1), Language(found["tag"].lower())))
    weight, language = max(liked, key=lambda item: item[0], default=(0.0, Language.ENGLISH))
    return language if weight > 0 else Language.ENGLISH


def _messages(
    language: Annotated[Language | None, Query(description="en, cs or sl; without it, Accept-Language says.")] = None,
    accept_language: Annotated[str, Header()] = "",
) -> Messages:
    return Messages(language or preferred(accept_language))


def messages_for(request: Request) -> Messages:
    """The messages in the language of a call, whatever became of it."""
    asked = request.query_params.get("language")
    return Messages(
        Language(asked) if asked in set(Language) else preferred(request.headers.get("accept-language", ""))
    )


InLanguage = Annotated[Messages, Depends(_messages)]
