"""Who calls: the service, the client's address and the token's holder, for the routes that ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from cardtools.ca.errors import RefusedError
from cardtools.ca.office import roles
from cardtools.ca.office.roles import Role, TokenHolder
from cardtools.ca.office.service import Service
from cardtools.ca.web.guard import Rates, client_of
from cardtools.ca.web.refusals import TooOftenError
from cardtools.common.accept_language import preferred
from cardtools.common.client_key import client_key
from cardtools.common.messages import Language, Messages
from cardtools.common.protocol import Problem

_bearer = HTTPBearer(auto_error=False, description="A token from `cardtools-ca token add`.")


def service_of(request: Request) -> Service:
    """The CA that the application serves."""
    service: Service = request.app.state.service
    return service


def rates_of(request: Request) -> Rates:
    """The rate limits of the application."""
    rates: Rates = request.app.state.rates
    return rates


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks something of the CA: as the audit log names them, and as whom they are counted."""

    who: str
    client: str
    language: Language
    """In which they are written to."""


def asking(request: Request) -> Caller:
    """Counts a call that asks something of the CA. Raises TooOftenError."""
    host = client_of(request)
    client = client_key(host)
    wait = rates_of(request).asking.take(client)
    if wait:
        raise TooOftenError(wait)
    return Caller(f"client {host}", client, preferred(request.headers.get("accept-language", "")))


def check_token(request: Request, token: str) -> TokenHolder | None:
    """Who holds a token; None when it is nobody's, which is counted and noted. Raises TooOftenError.

    A right token is let through however many wrong ones came before: it may be another's, from behind the same address,
    and a token has too much chance in it to be guessed.
    """
    service, client = service_of(request), client_of(request)
    holder = roles.holder_of(service, token)
    if holder is None:
        wait = rates_of(request).wrong_tokens.take(client_key(client))
        if wait:
            raise TooOftenError(wait)
        error = RefusedError(Problem.NOT_ALLOWED, "token-nobodys")
        service.audit.refused(f"client {client}", "log in", "", error)
    else:
        rates_of(request).right_tokens.add(token)
    return holder


class _Allowed:
    """A dependency: the token's holder, when the role is one of these."""

    def __init__(self, *allowed: Role) -> None:
        self._allowed = allowed

    def __call__(
        self, request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> TokenHolder:
        holder = None if given is None else check_token(request, given.credentials)
        if holder is None:
            raise HTTPException(
                HTTPStatus.UNAUTHORIZED,
                Messages(preferred(request.headers.get("accept-language", "")), "ca").text("token-needed"),
                headers={"WWW-Authenticate": "Bearer"},
            )
        if holder.role not in self._allowed:
            needed = ", ".join(self._allowed)
            raise RefusedError(Problem.NOT_ALLOWED, "token-role", needed=needed, role=holder.role)
        return holder


Ca = Annotated[Service, Depends(service_of)]
Asking = Annotated[Caller, Depends(asking)]
Operator = Annotated[TokenHolder, Depends(_Allowed(Role.OPERATOR))]
Authorised = Annotated[TokenHolder, Depends(_Allowed(Role.AUTHORISED))]
OperatorOrAuthorised = Annotated[TokenHolder, Depends(_Allowed(Role.OPERATOR, Role.AUTHORISED))]
