"""What others have encoded is read in one place, and nothing but our own errors comes of it, whatever the bytes are."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cardtools.card import objects
from cardtools.card.errors import BadCertificateError, CardError
from cardtools.card.pkcs12 import read_pkcs12
from cardtools.common import foreign
from cardtools.common.certificates import der_of, read_certificate
from cardtools.common.foreign import ForeignError, reading
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clients.certificates import as_pkcs12, new_key
from tests.unit.cardtools.common.test_certificates import COMPLIANCE, KEY, SSCD, certificate
from tests.unit.cardtools.mutations import mutated, try_all

TOOLS = Path(__file__).parents[4] / "tools"
PASSWORD = "heslo"
GOOD = certificate([(NameOID.COMMON_NAME, "Jana"), (NameOID.COUNTRY_NAME, "CZ")], b"\x30\x14" + COMPLIANCE + SSCD)
PUBLIC_KEY = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
KEY_FILE = as_pkcs12(new_key("ec"), PASSWORD)
VERSION = GOOD.index(b"\xa0\x03\x02\x01\x02") + 4

READERS: dict[str, tuple[Callable[[bytes], object], bytes, type[Exception]]] = {
    "what a certificate says": (read_certificate, GOOD, ForeignError),
    "a certificate's DER": (der_of, GOOD, ForeignError),
    "a certificate's key": (objects.spki_of_certificate, GOOD, BadCertificateError),
    "a certificate for a card": (lambda der: objects.certificate_attributes(der, b"1", "Jana"), GOOD, CardError),
    "a public key": (foreign.public_key, PUBLIC_KEY, ForeignError),
}


@pytest.mark.parametrize("version", [0x01, 0x03, 0x07, 0x80, 0xFF])
def test_a_certificate_of_a_version_that_does_not_exist(version: int) -> None:
    """cryptography's InvalidVersion is no ValueError."""
    bad = GOOD[:VERSION] + bytes([version]) + GOOD[VERSION + 1 :]
    with pytest.raises(ValueError, match="no certificate that can be read"):
        read_certificate(bad)
    with pytest.raises(BadCertificateError):
        objects.spki_of_certificate(bad)


@pytest.mark.parametrize("name", READERS)
def test_every_byte_changed_and_cut_off_everywhere(name: str) -> None:
    read, good, ours = READERS[name]
    read(good)
    assert try_all(read, good, ours) > len(good)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=300)
@given(data=st.data())
def test_bytes_that_are_changed_at_random(name: str, data: st.DataObject) -> None:
    read, good, ours = READERS[name]
    with contextlib.suppress(ours):
        read(data.draw(mutated(good)))


@settings(max_examples=60, deadline=None)
@given(mutated(KEY_FILE))
def test_a_key_file_that_is_changed_at_random(content: bytes) -> None:
    with contextlib.suppress(CardError):
        read_pkcs12(content, PASSWORD)


def test_what_the_reader_itself_refuses_is_told_as_it_is() -> None:
    class _OursError(Exception):
        pass

    with pytest.raises(_OursError), reading("text", _OursError):
        raise _OursError
    with pytest.raises(ForeignError, match="no text that can be read: IndexError"), reading("text"):
        raise IndexError


LOADERS = {
    "load_der_ocsp_request", "load_der_public_key", "load_der_x509_certificate", "load_der_x509_csr", "load_pkcs12",
    "load_pem_public_key", "load_pem_x509_certificate", "load_pem_x509_certificates", "load_pem_x509_csr",
}  # fmt: skip
OWN = {
    # What the CA itself made or has read before, out of its own file.
    "ca/office/own_credentials.py", "ca/office/requests.py", "ca/mail/carrying_out.py", "ca/web/answers.py",
}  # fmt: skip


def _outside_of_reading(node: ast.AST, inside: bool = False) -> Iterator[ast.Call]:
    """The calls of loaders that stand in no `with reading(…)`."""
    if isinstance(node, ast.With):
        inside = inside or any("reading(" in ast.unparse(item.context_expr) for item in node.items)
    if isinstance(node, ast.Call) and not inside and ast.unparse(node.func).split(".")[-1] in LOADERS:
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _outside_of_reading(child, inside)


def test_nothing_foreign_is_read_elsewhere() -> None:
    found = [
        f"{file.relative_to(TOOLS)}:{call.lineno}"
        for file in sorted(TOOLS.rglob("*.py"))
        if file.relative_to(TOOLS / "cardtools").as_posix() not in OWN
        for call in _outside_of_reading(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert found == []
