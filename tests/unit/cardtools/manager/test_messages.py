"""The card manager's catalogue: what the code asks for is there, and nothing is there that it never asks for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polib

TOOLS = Path(__file__).parents[4] / "tools" / "cardtools"
MANAGER = TOOLS / "manager"
ASKS = {
    "text", "counted", "say", "say_counted", "warn_of", "heading", "confirm", "confirm_counted", "ManagerError",
    "UsageError", "Advice",
}  # fmt: skip


def keys_of(domain: str) -> set[str]:
    return {entry.msgid for entry in polib.pofile(str(TOOLS / "common" / "messages" / f"{domain}.en.po"))}


def test_every_message_is_asked_for() -> None:
    keys = keys_of("manager")
    written, parts = set(), []
    for file in MANAGER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                parts.append(str(node.values[0].value))
    of_parts = re.compile(
        "|".join(f"{re.escape(part)}[a-z-]+" for part in parts if re.fullmatch("[a-z]+-([a-z-]*)", part))
    )
    columns = {f"column-{word}" for word in written}
    assert {key for key in keys - written - columns if not of_parts.fullmatch(key)} == set()


def test_what_is_asked_for_is_there() -> None:
    known = keys_of("manager") | keys_of("card")
    asked = set()
    for file in MANAGER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _name(node.func) in ASKS:
                first = node.args[0]
                choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                asked |= {item.value for item in choices if isinstance(item, ast.Constant)}
    assert len(asked) > 60
    assert asked - known == set()


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
