"""Makes the fixture files of the form that the store has now: `python tests/unit/store/make_fixture.py DIRECTORY`.

They are made once, right before a form is released, and never again.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from stuntcard.store.library import add_card, open_card, read_card  # noqa: E402
from stuntcard.store.portable import VERSION, export_card  # noqa: E402
from stuntcard.store.schema import MIGRATIONS  # noqa: E402

from tests.unit.store.cards import client_of, live_a_little, stored_card  # noqa: E402

MADE = "2026-01-02T03:04:05+00:00"


def main(directory: Path) -> None:
    """Writes the stored card and the exported one."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["STUNTCARD_HOME"] = home
        path = add_card("fixture", replace(stored_card(serial="5354554E54ABCDEF"), made=MADE))
        with open_card("fixture") as file:
            client = client_of(file)
            live_a_little(client)
            client.card.power_off()
        export_card(read_card("fixture"), directory / f"v{VERSION}.json")
        (directory / f"v{len(MIGRATIONS)}.card").write_bytes(path.read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
