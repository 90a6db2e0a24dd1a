"""The portal's languages and words."""

from __future__ import annotations

import re
from importlib.resources import files

import polib
import pytest
from cardtools.ca.pki.reasons import RevocationReason
from cardtools.common.accept_language import preferred
from cardtools.common.messages import Language
from cardtools.common.messages.catalogue import FOLDER
from cardtools.common.protocol import CertificateProfile
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
    assert written | put_together == {entry.msgid for entry in polib.pofile(str(FOLDER / "ca.en.po"))}
