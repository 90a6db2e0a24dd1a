"""`exec` says where -- belongs, when an option of the program stands before it."""

from __future__ import annotations

import pytest

from tests.unit.cli.command_line import refused


@pytest.mark.parametrize(
    ("typed", "example"),
    [
        (("proid-q", "pkcs11-tool", "-L"), "stuntcard exec proid-q -- pkcs11-tool -L"),
        (("--no-such", "proid-q"), "stuntcard exec proid-q -- pkcs11-tool -L"),
    ],
)
def test_an_option_that_exec_does_not_have(typed: tuple[str, ...], example: str) -> None:
    said = refused("exec", *typed)
    assert said.startswith("No such option: -")
    assert said.endswith(f"put -- before that, as in: {example}\n")
