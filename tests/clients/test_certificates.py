"""Certificates: written, read back, paired with their keys, and deleted."""

from __future__ import annotations

import pytest

from tests.clients.certificates import issue_certificate
from tests.clients.commands import deleting, storing, writing
from tests.clients.desk import PIN, Desk

LOG_IN = ("--login", "--pin", PIN)


def test_certificate_pairs_with_its_key_and_reads_back(any_desk: Desk) -> None:
    any_desk.make_key("10")
    certificate = issue_certificate(any_desk, "10")
    assert not any_desk.key("10").paired
    any_desk.tool(*writing("10", PIN))
    any_desk.reset()
    assert any_desk.key("10").paired

    any_desk.tool("pkcs11-tool", "--read-object", "--type", "cert", "--id", "10", "--output-file", "back.der")
    assert (any_desk.folder / "back.der").read_bytes() == certificate
    any_desk.tool("pkcs15-tool", "--read-certificate", "10", "--output", "back.crt")
    assert any_desk.openssl("x509", "-in", "back.crt", "-noout", "-subject") == "subject=CN = Holder of 10\n"


@pytest.mark.parametrize("tool", ["pkcs11-tool", "pkcs15-init"])
def test_deleted_certificate_is_gone_and_its_key_stays(any_desk: Desk, tool: str) -> None:
    any_desk.make_key("10")
    issue_certificate(any_desk, "10")
    any_desk.tool(*storing("10", PIN))
    any_desk.reset()
    assert any_desk.key("10").paired
    files = set(any_desk.card.files.files)

    if tool == "pkcs11-tool":
        any_desk.tool("pkcs11-tool", *LOG_IN, "--delete-object", "--type", "cert", "--id", "10")
    else:
        any_desk.tool(*deleting("10", "cert", PIN))
    any_desk.reset()
    assert "X.509" not in any_desk.tool("pkcs15-tool", "--list-certificates")
    assert any_desk.key("10").origin == "made"
    assert not any_desk.key("10").paired
    # Its file is gone with it, so its bytes can be used again.
    assert len(files - set(any_desk.card.files.files)) == 1


def test_no_certificate_without_pin(desk: Desk) -> None:
    desk.make_key("10")
    issue_certificate(desk, "10")
    before = desk.card.content
    desk.refused(*storing("10", "9999"))
    assert desk.card.files == before.files
    assert desk.tries() == (2, 5, 3)


def test_certificate_is_replaced_by_its_renewal(desk: Desk) -> None:
    desk.make_key("10")
    for _ in range(2):
        certificate = issue_certificate(desk, "10")
        desk.tool(*writing("10", PIN))
        desk.tool("pkcs11-tool", "--read-object", "--type", "cert", "--id", "10", "--output-file", "back.der")
        assert (desk.folder / "back.der").read_bytes() == certificate
        desk.tool("pkcs11-tool", *LOG_IN, "--delete-object", "--type", "cert", "--id", "10")
