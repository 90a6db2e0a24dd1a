"""Talks to the CA over HTTP. Whatever the CA, or something in its place, answers ends in a result or in a CaError."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from cardtools.common.listener import is_loopback
from cardtools.common.protocol import (
    CertificateRequest,
    Challenge,
    IssuedCertificate,
    Problem,
    Refusal,
    RenewalRequest,
    RequestStatus,
)
from cardtools.enrol.errors import EnrolError, UnavailableError

PATIENCE = 20.0
"""Seconds for one exchange, from connecting to the answer's last byte."""

MAX_ANSWER = 256 * 1024
"""Bytes of an answer; the longest true one is a certificate with a few lines around it."""

_BAD = 400
_SERVER_ERROR = 500
_REDIRECTS = range(300, 400)

_Answer = TypeVar("_Answer", bound=BaseModel)


class CaError(UnavailableError):
    """No usable answer came. `perhaps_done` tells whether the CA may have acted all the same."""

    def __init__(self, key: str, *, perhaps_done: bool, **values: str) -> None:
        super().__init__(key, **values)
        self.perhaps_done = perhaps_done


class CaRefusedError(EnrolError):
    """The CA said no: `problem` says why, the value `detail` says it in the CA's words."""

    def __init__(self, url: str, refusal: Refusal) -> None:
        super().__init__(f"ca-{refusal.problem.value}", url=url, detail=refusal.detail)
        self.problem: Problem = refusal.problem

    @property
    def perhaps_done(self) -> bool:
        """Whether the CA may have acted all the same."""
        return self.problem is Problem.INTERNAL_ERROR


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    content: bytes


class CaClient:
    """A CA, by its URL. Every method raises CaError or CaRefusedError."""

    def __init__(self, url: str, patience: float = PATIENCE, language: str = "en") -> None:
        self.url = url.rstrip("/")
        self._patience = patience
        self._language = language

    def at(self, url: str) -> CaClient:
        """Another CA, with as much patience, in the same language."""
        return CaClient(url, self._patience, self._language)

    def challenge(self) -> Challenge:
        """A nonce for one statement of the card."""
        return self._exchange("POST", "/challenges", Challenge)

    def request(self, request: CertificateRequest) -> RequestStatus:
        """Sends a first request."""
        return self._exchange("POST", "/requests", RequestStatus, request)

    def renew(self, renewal: RenewalRequest) -> RequestStatus:
        """Sends a request for a follow-on certificate."""
        return self._exchange("POST", "/renewals", RequestStatus, renewal)

    def status(self, request_id: str) -> RequestStatus:
        """Where a request stands."""
        status = self._exchange("GET", f"/requests/{request_id}", RequestStatus)
        if status.id != request_id:
            raise self._rubbish(f"{request_id} ≠ {status.id}")
        return status

    def certificate_of(self, request_id: str) -> IssuedCertificate:
        """The certificate that was issued to a request."""
        return self._exchange("GET", f"/requests/{request_id}/certificate", IssuedCertificate)

    def certificate(self, serial: str) -> IssuedCertificate:
        """The certificate with this serial number, in upper-case hexadecimal."""
        certificate = self._exchange("GET", f"/certificates/{serial}", IssuedCertificate)
        if certificate.serial != serial:
            raise self._rubbish(f"{serial} ≠ {certificate.serial}")
        return certificate

    def _exchange(self, method: str, path: str, model: type[_Answer], message: BaseModel | None = None) -> _Answer:
        reply = self._reply(method, path, message)
        if reply.status in _REDIRECTS:
            raise self._rubbish(f"HTTP {reply.status}", reply)
        if reply.status >= _BAD:
            raise self._refusal(reply)
        return self._parsed(reply, model)

    def _parsed(self, reply: _Reply, model: type[_Answer]) -> _Answer:
        try:
            return model.model_validate_json(reply.content)
        except ValidationError as error:
            places = error.errors(include_url=False, include_input=False)[0]["loc"]
            # What does not fit, by its name in the protocol; it is the same in every language.
            raise self._rubbish(".".join(map(str, places)) or "JSON", reply) from error

    def _refusal(self, reply: _Reply) -> EnrolError:
        try:
            return CaRefusedError(self.url, Refusal.model_validate_json(reply.content))
        except ValidationError:
            return self._rubbish(f"HTTP {reply.status}", reply)

    def _rubbish(self, reason: str, reply: _Reply | None = None) -> CaError:
        done = reply is None or reply.status < _REDIRECTS.start or reply.status >= _SERVER_ERROR
        return CaError("ca-rubbish", perhaps_done=done, url=self.url, reason=reason)

    def _reply(self, method: str, path: str, message: BaseModel | None) -> _Reply:
        # Loaded by the runs that talk to a CA only, for it takes longer than all the rest.
        import httpx

        from cardtools.common import ctrl_c

        content = None if message is None else message.model_dump_json().encode()
        try:
            return ctrl_c.run(self._within_patience(method, path, content))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise CaError("ca-down", perhaps_done=False, url=self.url, reason=str(error)) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise CaError("ca-slow", perhaps_done=True, url=self.url, seconds=f"{self._patience:g}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CaError("ca-cut-off", perhaps_done=True, url=self.url, reason=str(error)) from error

    async def _within_patience(self, method: str, path: str, content: bytes | None) -> _Reply:
        import asyncio

        # A timeout of httpx starts anew with every byte; one that drips its answer would never meet it.
        async with asyncio.timeout(self._patience):
            return await self._bounded(method, path, content)

    async def _bounded(self, method: str, path: str, content: bytes | None) -> _Reply:
        import httpx

        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Accept-Language": self._language,
        }
        if content is not None:
            headers["Content-Type"] = "application/json"
        client = httpx.AsyncClient(timeout=self._patience, trust_env=not _is_here(self.url), verify=_trust(self.url))
        async with client, client.stream(method, self.url + path, content=content, headers=headers) as response:
            body = b""
            # Raw: a small answer that unpacks to a huge one counts by what it is packed.
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > MAX_ANSWER:
                    raise self._rubbish(f"> {MAX_ANSWER // 1024} KiB", _Reply(response.status_code, b""))
            return _Reply(response.status_code, body)


def _trust(url: str) -> ssl.SSLContext | bool:
    """Whom TLS trusts: those whom everybody does; nobody where there is none, for to load them all takes a while."""
    without_tls = url.startswith("http://") and _is_here(url)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if without_tls else True


def _is_here(url: str) -> bool:
    """Whether a URL leads to this very machine, where no proxy has a part."""
    return is_loopback(urlsplit(url).hostname or "")
