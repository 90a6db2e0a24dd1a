"""The CA's portal has the look that all pages share, and axe has nothing against it."""

from __future__ import annotations

from pathlib import Path

from cardtools.common.look import style
from cardtools.common.messages import Language

from tests.browser.conftest import NewBrowser
from tests.clients.enrolment import training_ca


def test_the_portals_first_page_passes_axe(tmp_path: Path, new_browser: NewBrowser) -> None:
    with training_ca(tmp_path) as ca:
        visitor = new_browser()
        for language in Language:
            for scheme in ("light", "dark"):
                visitor.colours(scheme)
                visitor.go(f"{ca.url}/portal?language={language}")
                assert visitor.violations() == []
        assert style() in visitor.source()
        visitor.narrow(320)
        assert not visitor.scrolls_sideways
        assert visitor.complaints == []
