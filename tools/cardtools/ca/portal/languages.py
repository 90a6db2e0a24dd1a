"""The language of a page: what its reader chose, or else what the browser likes best."""

from __future__ import annotations

from fastapi import Request

from cardtools.common.accept_language import preferred
from cardtools.common.messages import Language

LANGUAGE_COOKIE = "portal_language"
LANGUAGE_PARAMETER = "language"


def chosen_language(request: Request) -> Language | None:
    """The language that `?language=` says; None when it says none that there is."""
    chosen = request.query_params.get(LANGUAGE_PARAMETER)
    return Language(chosen) if chosen in set(Language) else None


def language_of(request: Request) -> Language:
    """What `?language=` says, or said before, else what the browser likes best."""
    chosen = chosen_language(request)
    if chosen is not None:
        return chosen
    before = request.cookies.get(LANGUAGE_COOKIE)
    return Language(before) if before in set(Language) else preferred(request.headers.get("accept-language", ""))
