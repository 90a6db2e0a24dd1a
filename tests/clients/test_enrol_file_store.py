"""Commercial certificates that live in a .pfx file with a password, and on no card."""

from __future__ import annotations

import stat

import pytest
from cardtools.common.protocol import CertificateProfile

from tests.clients.desk import PIN
from tests.clients.enrolment import (
    JANA,
    Client,
    Holding,
    TrainingCa,
    beginning_with,
    certificate_in_file,
    content_of,
    request_id,
)

pytestmark = pytest.mark.own_module

PROFILE = "tokenme"
OLD, NEW = "the old file's", "the new file's"


@pytest.mark.fact("TM-10", "PQ-26")
@beginning_with(CertificateProfile.COMMERCIAL)
def test_the_follow_on_of_a_file_goes_into_a_file(client: Client, ca: TrainingCa) -> None:
    """From the old .pfx to the new one: each has its own password, and the card has no part in it."""
    before = content_of(client.desk)
    certificate_in_file(ca, client.desk.folder / "old.pfx", OLD)
    renew = ("renew", "--from", "old.pfx", "--store", "file")
    assert "The two values differ" in client.refused(*renew, codes=(OLD, NEW, "another"))
    assert "The password is empty" in client.run(*renew, codes=(OLD, "", "")).err
    request = request_id(client.done(*renew, codes=(OLD, NEW, NEW)))
    [kept] = (client.home / "keys").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")

    serial = ca.issue(request)
    assert f"Put it into a file with its key: enrol install {request} --out FILE.pfx" in client.done("check")
    install = ("install", request, "--out", "new.pfx")
    assert "password of the file is wrong" in client.refused(*install, codes=(OLD,))
    assert "is in new.pfx, with its key" in client.done(*install, codes=(NEW,))
    new = client.desk.folder / "new.pfx"
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    lock = ("-passin", f"pass:{NEW}")
    client.desk.openssl("pkcs12", "-in", "new.pfx", *lock, "-clcerts", "-nokeys", "-out", "new.pem")
    shown = client.desk.openssl("x509", "-in", "new.pem", "-noout", "-serial")
    assert int(shown.removeprefix("serial="), 16) == int(serial, 16)
    assert (list((client.home / "keys").iterdir()), client.pending()) == ([], [])
    assert content_of(client.desk) == before


@pytest.mark.fact("TM-10")
@beginning_with(CertificateProfile.COMMERCIAL)
def test_a_commercial_one_leaves_the_card_for_a_file_and_a_qualified_one_does_not(
    client: Client, ca: TrainingCa, begun: Holding
) -> None:
    [serial] = begun.serials
    renew = ("renew", "--serial", f"0x{serial}", "--store", "file")
    request = request_id(client.done(*renew, codes=(PIN, NEW, NEW)))
    ca.refuse(request, "no reason")
    told = client.run("check").err
    assert "The key that was made for it in a file is deleted." in told
    assert list((client.home / "keys").iterdir()) == []
    said = client.refused("request", "qualified", *JANA, "--store", "file", codes=(NEW, NEW))
    assert said.startswith("Only a commercial certificate may have its key in a file.")
    request = request_id(client.done("request", "commercial", *JANA, "--store", "file", codes=(NEW, NEW)))
    assert "deleted" in client.run("forget", request).err
    assert list((client.home / "keys").iterdir()) == []
