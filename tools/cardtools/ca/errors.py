"""What the CA will not do, and what keeps it from working."""

from __future__ import annotations

from cardtools.common.protocol import Problem


class RefusedError(Exception):
    """The CA refuses: `problem` for programs, `detail` for people. It has changed nothing but its audit log."""

    def __init__(self, problem: Problem, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail


class CaError(Exception):
    """The CA can't work: its folder is missing, damaged or not its own. The message is for people."""
