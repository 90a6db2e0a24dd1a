"""What the OpenAPI document says of the routes' answers and bodies."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from cardtools.common.protocol import Refusal

Responses = dict[int | str, dict[str, Any]]

_WHY = {
    HTTPStatus.BAD_REQUEST: "The request can't be read, its signature does not hold, or its statement is refused",
    HTTPStatus.UNAUTHORIZED: "No token, or a wrong one",
    HTTPStatus.FORBIDDEN: "The token has another role",
    HTTPStatus.NOT_FOUND: "There is none such",
    HTTPStatus.CONFLICT: "The state of things does not allow it",
    HTTPStatus.REQUEST_TIMEOUT: "The body was too slow",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The call is not of the documented form",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many calls; the header Retry-After says when to try again",
}

ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
)
"""By which any route may refuse."""
CERTIFICATE = "application/pkix-cert"


def refusals(*statuses: HTTPStatus) -> Responses:
    """The documentation of the answers by which a route refuses."""
    return {int(status): {"model": Refusal, "description": _WHY[status]} for status in statuses}


def binary(media_type: str, description: str) -> Responses:
    """The documentation of an answer that is no JSON."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {int(HTTPStatus.OK): {"content": content, "description": description}}


def binary_body(media_type: str) -> dict[str, Any]:
    """What is sent counts, whatever it is called; nothing at all is answered as what can't be read."""
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {"requestBody": {"content": {media_type: schema, "application/octet-stream": schema}, "required": False}}
