"""Renewing and cleaning up on the cards that the other tests do not renew and clean up: eObčanka and ZZZS-PK."""

from __future__ import annotations

from pathlib import Path

import pytest
from cardtools.common.protocol import CertificateProfile

from tests.clients.cardmanager import CardManager
from tests.clients.desk import PIN, PUK, QPIN
from tests.clients.enrolment import Client, client_at_desk, training_ca

pytestmark = pytest.mark.own_module

COMMERCIAL, QUALIFIED, _ = CertificateProfile


def codes_are_set(client: Client) -> None:
    """What an eObčanka's holder does before the first certificate, from the office on."""
    client.desk.office(dok="55555", iok="44444")
    manager = CardManager(client.desk)
    for code, by, value in (("puk", "44444", PUK), ("pin", PUK, PIN), ("qpin", PUK, QPIN)):
        manager("set-first", code, lines=[by, value, value])


@pytest.mark.fact("EO-22", "EO-23", "EO-30")
def test_an_eobcanka_is_renewed_and_cleaned_up(tmp_path: Path) -> None:
    """A certificate of each kind: the qualified one is renewed with QPIN, the commercial one with PIN alone."""
    with training_ca(tmp_path) as ca, client_at_desk(ca.url, "eobcanka") as client:
        codes_are_set(client)
        factory = {key.identifier for key in client.desk.seen.keys}
        old = [client.certificate(ca, profile) for profile in (COMMERCIAL, QUALIFIED)]
        new = []
        for serial, codes in ((old[0], (PIN,)), (old[1], (QPIN, PIN))):
            request = client.run("renew", "--serial", f"0x{serial}", codes=codes)
            assert request.status == 0, request.err
            assert "Store: eObčanka (preset, because the certificate lies there)" in request.err
            new.append(ca.issue(request.out.partition("BP")[2][:10].join(("BP", ""))))
        told = client.done("install", codes=(PIN,))
        assert told.count("The certificate is on eObčanka, with its key") == 2
        assert set(old + new) <= set(client.serials())

        ticked = [word for serial in old for word in ("--serial", f"0x{serial}")]
        assert client.done("clean", *ticked, "--yes", codes=(PIN,)).count("Deleted: certificate ") == 2
        assert set(client.serials()) >= set(new)
        assert not set(client.serials()) & set(old)
        kept = [key for key in client.desk.seen.keys if key.identifier not in factory]
        assert (len(kept), all(key.paired for key in kept)) == (2, True)


@pytest.mark.fact("PK-09")
def test_a_zzzs_pk_is_neither_renewed_nor_cleaned_up(tmp_path: Path) -> None:
    with training_ca(tmp_path) as ca, client_at_desk(ca.url, "zzzs-pk") as client:
        for command in (("renew", "--serial", "1"), ("clean", "--serial", "1", "--yes"), ("install",)):
            run = client.run(*command, codes=(PIN,))
            assert run.status == 69
            assert run.err.startswith("No qualified device was found; in the readers: ZZZS-PK.")
        assert "is not deleted" in CardManager(client.desk).refused("delete-cert", "01", "--yes")
