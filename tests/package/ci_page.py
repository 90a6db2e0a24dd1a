"""The files that docs/ci.md shows, for a test to run what stands in them."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.package.conftest import ROOT

_FILE = re.compile(r"^<!-- job: (\S+) -->\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown(name: str) -> dict[str, Any]:
    """A file that the page shows, as YAML says it."""
    files = dict(_FILE.findall((ROOT / "docs" / "ci.md").read_text("utf-8")))
    content = yaml.safe_load(files[name])
    assert isinstance(content, dict)
    return content
