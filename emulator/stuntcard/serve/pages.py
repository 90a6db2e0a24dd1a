"""The live page's templates, its languages, and the headers that each of its answers carries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from stuntcard.card.view import name_in
from stuntcard.messages import Messages
from stuntcard.profile.model import Language
from stuntcard.serve.access import Caller
from stuntcard.serve.languages import preferred
from stuntcard.serve.look import style
from stuntcard.serve.problems import Problem, status_of

LANGUAGE_COOKIE = "stuntcard_language"
_PAGE = "page"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with less, browsers call the origin of a form null
    "Cross-Origin-Opener-Policy": "same-origin",
}


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("stuntcard.serve"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page_messages(language: Language) -> Messages:
    """What the live page itself says."""
    return Messages(language, _PAGE)


def language_of(request: Request) -> Language:
    """What `?language=` says, or said before, else what the browser likes best."""
    for chosen in (request.query_params.get("language"), request.cookies.get(LANGUAGE_COOKIE)):
        if chosen in set(Language):
            return Language(chosen)
    return preferred(request.headers.get("accept-language", ""))


def page(
    request: Request,
    template: str,
    caller: Caller | None,
    values: Mapping[str, object],
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """A page in the reader's language."""
    context = {
        "languages": [(other, f"?{urlencode({'language': other})}") for other in Language],
        "caller": caller,
        "notice": None,
        "refused": None,
        **values,
    }
    answer = HTMLResponse(part(request, template, context), status, _HEADERS)
    if (language := request.query_params.get("language")) in set(Language):
        answer.set_cookie(
            LANGUAGE_COOKIE, Language(language), httponly=True, samesite="strict", max_age=365 * 24 * 3600
        )
    return answer


def part(request: Request, template: str, values: Mapping[str, object]) -> str:
    """What a template gives in the reader's language. Templates write messages with `t` and counted ones with `n`."""
    language = language_of(request)
    messages = page_messages(language)
    context = {
        "t": messages.text,
        "n": messages.counted,
        "name": partial(name_in, language=language),
        "language": language,
        **values,
    }
    return _environment().get_template(f"{template}.html").render(context)


def part_answer(text: str) -> Response:
    """The answer to a page that asks for what is live in it."""
    return HTMLResponse(text, headers=_HEADERS)


def go_to(path: str) -> RedirectResponse:
    """Sends the browser to another page, to be fetched with GET."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, _HEADERS)


def text_answer(text: str, media_type: str) -> Response:
    """A file that the page asks for."""
    return Response(text, media_type=media_type, headers={**_HEADERS, "Cache-Control": "max-age=60"})


def style_answer() -> Response:
    """The sheet that all pages share."""
    return text_answer(style(), "text/css")


def page_problem(request: Request, problem: Problem) -> Response:
    """The page that says why there is no other."""
    messages = page_messages(language_of(request))
    status = status_of(problem)
    if status is HTTPStatus.FORBIDDEN:
        title = about = messages.text("page-not-allowed")
    else:
        title, about = messages.text("page-not-here"), messages.text("page-not-here-about")
    return page(request, "told", None, {"title": title, "about": about}, status)
