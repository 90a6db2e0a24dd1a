"""The model of a file that says by which commands a client does what a holder does with codes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from stuntcard.campaign.load import CampaignError
from stuntcard.campaign.model import Client, Line
from stuntcard.campaign.placeholders import placeholders_in
from stuntcard.policy.moves import HOLDER, ActionKind, Move
from stuntcard.profile.blocks import Block, as_tuple
from stuntcard.profile.document import Document, Finding, read_text
from stuntcard.profile.load import shipped_directory
from stuntcard.scenario.load import instead_of

GIVEN = ("auth-id", "reference", "value", "new")
"""What stands in a command for the code's number, as PKCS#15 writes it and in decimals, and for values."""
_OTHERS = ("module", "label", "folder")

HoldersMove = Literal["log_in", "change", "set"]


class Cannot(Block):
    """Something that a client does not do, or not as the law has it, with the reason."""

    move: HoldersMove
    code: str | None = Field(default=None, description="Only of this code; absent: of any.")
    why: Line


class WalkClient(Block):
    """How a client's commands do a holder's moves."""

    title: Line
    client: Client
    moves: dict[HoldersMove, Line] = Field(min_length=1, description="A command for each move that the client does.")
    cannot: tuple[Cannot, ...] = Field(default=(), description="What of that is left out.")

    _tuple = field_validator("cannot", mode="before")(as_tuple)

    def command(self, kind: ActionKind) -> str:
        """The command for a move that the client does."""
        return next(command for move, command in self.moves.items() if move == kind.value)

    def does(self, move: Move) -> bool:
        """Whether a move is walked: a holder's that the client does, or somebody else's, who needs no client."""
        kind = move.action.kind
        if move.who != HOLDER or kind is ActionKind.ACT:
            return True
        return kind.value in self.moves and not any(
            one.move == kind.value and one.code in (None, move.action.code) for one in self.cannot
        )


def walk_client_names() -> tuple[str, ...]:
    """Names of the files that come with Stuntcard."""
    return tuple(sorted(path.stem for path in _directory().glob("*.yaml")))


def load_walk_client(name: str) -> WalkClient:
    """A client by its name, or by the path of a YAML file. Raises CampaignError, or OSError."""
    if name in walk_client_names():
        path = _directory() / f"{name}.yaml"
    elif os.sep in name or Path(name).suffix in (".yaml", ".yml"):
        path = Path(name)
    else:
        raise FileNotFoundError(
            f"there is no client '{name}'; {instead_of(name, walk_client_names(), 'docs/campaigns.md')}"
        )
    return Document("client", str(path), CampaignError).read(read_text(path), WalkClient, _cross_check)


def _cross_check(client: WalkClient) -> Iterator[Finding]:
    for move, command in client.moves.items():
        for name in placeholders_in(command):
            if name not in (*GIVEN, *_OTHERS):
                known = ", ".join(sorted((*GIVEN, *_OTHERS)))
                yield Finding(("moves", move), f"{{{name}}} stands for nothing; there are: {known}")


def _directory() -> Path:
    return shipped_directory() / "campaigns" / "walks"
