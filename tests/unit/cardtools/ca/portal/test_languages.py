"""The portal's languages and words."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import polib
import pytest
from cardtools.ca.pki.reasons import RevocationReason
from cardtools.common.accept_language import preferred
from cardtools.common.messages import Language
from cardtools.common.messages.catalogue import FOLDER
from cardtools.common.protocol import CertificateProfile, RequestState
from cardtools.common.terms import UndoState


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"),
        ("cs", "cs"),
        ("sl-SI,sl;q=0.9,en;q=0.8", "sl"),
        ("de-DE, de;q=0.9, CS;q=0.5, en;q=0.1", "cs"),
        ("en;q=0.2, sl;q=0.7", "sl"),
        ("sl, cs", "sl"),
        ("cs;q=0, en;q=0", "en"),
        ("*", "en"),
        ("cs;q=x, ;;, sl;q=0.1", "sl"),
        ("fr", "en"),
    ],
)
def test_the_language_that_the_browser_likes_best(header: str, expected: str) -> None:
    assert preferred(header) == expected


def test_every_message_is_there_and_is_used() -> None:
    package = files("cardtools.ca.portal")
    sources = [path.read_text(encoding="utf-8") for path in (package / "templates").iterdir()]
    sources += [(package / name).read_text(encoding="utf-8") for name in ("routes.py", "pages.py", "page_routes.py")]
    sources.append((files("cardtools.ca.mail") / "notices.py").read_text(encoding="utf-8"))
    written = {key for source in sources for key in re.findall(r"""["']((?:portal|notice)-[a-z-]*[a-z])["']""", source)}
    put_together = {
        *(f"portal-language-{language}" for language in Language),
        *(f"portal-kind-{profile}" for profile in CertificateProfile),
        *(f"portal-reason-{reason}" for reason in RevocationReason),
        *(f"portal-state-{state}" for state in ("valid", "revoked", "expired")),
        *(f"portal-done-{done}" for done in ("revoked", "sent")),
        *(f"portal-sent-{state}" for state in UndoState),
    }
    known = {entry.msgid for entry in polib.pofile(str(FOLDER / "ca.en.po"))}
    of_pages = {key for key in known if key.startswith(("portal-", "notice-"))}
    assert written | put_together == of_pages
    sources = [path.read_text(encoding="utf-8") for path in Path(str(files("cardtools.ca"))).rglob("*.py")]
    states = {state.value for state in (*RequestState, *UndoState)}
    unused = {key for key in known - of_pages - states if not any(f'"{key}"' in source for source in sources)}
    assert unused == set()
