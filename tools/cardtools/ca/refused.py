"""What the CA will not do, and the HTTP status by which it says so."""

from __future__ import annotations

from http import HTTPStatus

from cardtools.common.protocol import Problem

STATUS = {
    Problem.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    Problem.BAD_SIGNATURE: HTTPStatus.BAD_REQUEST,
    Problem.KEY_NOT_TAKEN: HTTPStatus.BAD_REQUEST,
    Problem.STATEMENT_REFUSED: HTTPStatus.BAD_REQUEST,
    Problem.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    Problem.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Problem.KEY_USED_BEFORE: HTTPStatus.CONFLICT,
    Problem.BOUND_TO_ANOTHER: HTTPStatus.CONFLICT,
    Problem.OLD_CERTIFICATE_NOT_VALID: HTTPStatus.CONFLICT,
    Problem.NOT_ISSUED_YET: HTTPStatus.CONFLICT,
    Problem.ALREADY_DONE: HTTPStatus.CONFLICT,
    Problem.STILL_VALID_CERTIFICATES: HTTPStatus.CONFLICT,
    Problem.TOO_MANY_REQUESTS: HTTPStatus.TOO_MANY_REQUESTS,
}


class RefusedError(Exception):
    """The CA refuses: `problem` for programs, `detail` for people. It has changed nothing but its audit log."""

    def __init__(self, problem: Problem, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail


class CaError(Exception):
    """The CA can't work: its folder is missing, damaged or not its own. The message is for people."""
