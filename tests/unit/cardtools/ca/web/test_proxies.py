"""Who calls: the one at the other end of the connection, whatever a header says, unless that is a trusted proxy."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cardtools.ca.office.service import Service
from cardtools.ca.settings import Limits

from tests.unit.cardtools.ca.cards import Issuer
from tests.unit.cardtools.ca.running_ca import serving, settings_for

_INVENTED = ("X-Forwarded-For", "X-Real-IP", "Forwarded")


def _guesses(url: str, header: str) -> Counter[int]:
    """What 200 wrong tokens are answered with, each of which says that it comes from somebody else."""
    with httpx.Client(base_url=url, verify=False, trust_env=False) as client:
        return Counter(
            client.get("/audit", headers={"Authorization": f"Bearer {guess}", header: f"203.0.113.{guess}"}).status_code
            for guess in range(200)
        )


def _clients(service: Service) -> Counter[str]:
    return Counter(entry.who for entry in service.audit.entries())


@pytest.mark.parametrize("header", _INVENTED)
def test_invented_clients_are_one_client(header: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A server that asks the environment whom to trust would trust everybody.
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    settings = replace(settings_for(tmp_path, Issuer()), limits=Limits())
    with serving(settings) as (url, service):
        begun = time.monotonic()
        answers = _guesses(url, header)
        rate = settings.limits.wrong_tokens
        assert set(answers) == {401, 429}
        assert rate.at_once <= answers[401] <= rate.at_once + rate.per_second * (time.monotonic() - begun) + 1
        assert _clients(service) == {"client 127.0.0.1": answers[401]}


@pytest.mark.parametrize("proxy", ["127.0.0.1", "127.0.0.0/8"])
def test_a_trusted_proxy_says_who_calls(proxy: str, tmp_path: Path) -> None:
    settings = replace(settings_for(tmp_path, Issuer()), limits=Limits())
    with serving(settings, trusted_proxies=[proxy]) as (url, service):
        assert _guesses(url, "X-Forwarded-For") == {401: 200}
        assert len(_clients(service)) == 200
        # What a client of the proxy wrote itself stands before what the proxy added.
        with httpx.Client(base_url=url, verify=False, trust_env=False) as client:
            headers = {"Authorization": "Bearer wrong", "X-Forwarded-For": "192.0.2.1, 198.51.100.7"}
            assert client.get("/audit", headers=headers).status_code == 401
        assert service.audit.entries()[-1].who == "client 198.51.100.7"


def test_a_proxy_that_nobody_named_is_a_client(tmp_path: Path) -> None:
    settings = replace(settings_for(tmp_path, Issuer()), limits=Limits())
    with serving(settings, trusted_proxies=["192.0.2.9"]) as (url, service):
        assert _guesses(url, "X-Forwarded-For")[429] > 180
        assert set(_clients(service)) == {"client 127.0.0.1"}
