"""The language of a page: what its reader chose, else what the class speaks or the browser likes best."""

from __future__ import annotations

from fastapi import Request

from cardtools.common.accept_language import preferred
from cardtools.common.messages import Language

LANGUAGE_COOKIE = "console_language"
LANGUAGE_PARAMETER = "language"


def chosen_language(request: Request) -> Language | None:
    """The language that `?language=` says; None when it says none that there is."""
    chosen = request.query_params.get(LANGUAGE_PARAMETER)
    return Language(chosen) if chosen in set(Language) else None


def language_of(request: Request, of_class: str | None = None) -> Language:
    """What `?language=` says, or said before, else that of the class, else what the browser likes best."""
    chosen = chosen_language(request)
    if chosen is not None:
        return chosen
    before = request.cookies.get(LANGUAGE_COOKIE)
    if before in set(Language):
        return Language(before)
    if of_class in set(Language):
        return Language(of_class)
    return preferred(request.headers.get("accept-language", ""))
