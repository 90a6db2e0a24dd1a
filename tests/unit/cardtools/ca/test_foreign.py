"""What strangers send to the CA: whatever the bytes are, it is refused or answered, and never a failure of the CA's."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from asn1crypto import pem as asn1_pem
from asn1crypto import tsp
from cardtools.ca.errors import RefusedError
from cardtools.ca.office import ocsp as ca_ocsp
from cardtools.ca.office import timestamp
from cardtools.ca.pki import attestation, pkcs10
from cardtools.ca.pki.attestation import StatementRefusedError
from cardtools.common.protocol import Attestation
from cardtools.common.terms import IssuingCa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.cardtools.ca.cards import AttestingCard, Issuer
from tests.unit.cardtools.ca.keys import new_key, public_der
from tests.unit.cardtools.ca.keys import pkcs10 as new_request
from tests.unit.cardtools.ca.running_ca import RunningCa, refused
from tests.unit.cardtools.mutations import every_byte_changed, every_start, mutated, try_all

KEY = new_key()
ISSUER = Issuer()
CARD = AttestingCard(ISSUER)
STATEMENT = CARD.attest(public_der(KEY), bytes(32))
REQUEST = new_request(KEY).public_bytes(serialization.Encoding.DER)
DIGEST = hashlib.sha256(b"document").digest()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _armoured(der: bytes) -> str:
    text: bytes = asn1_pem.armor("CERTIFICATE REQUEST", der)
    return text.decode()


def _statement(**instead: bytes) -> Attestation:
    return STATEMENT.model_copy(update={name: value.hex() for name, value in instead.items()})


def _checked(stated: Attestation) -> object:
    return attestation.check(stated, issuers=[ISSUER.certificate], public_key=public_der(KEY), at=NOW)


READERS: dict[str, tuple[Callable[[bytes], object], bytes, type[Exception]]] = {
    "PKCS#10": (lambda der: pkcs10.read(_armoured(der)), REQUEST, RefusedError),
    "PKCS#10 in PEM": (lambda text: pkcs10.read(text.decode("latin-1")), _armoured(REQUEST).encode(), RefusedError),
    "the card's certificate": (
        lambda der: _checked(_statement(certificate=der)), bytes.fromhex(STATEMENT.certificate), StatementRefusedError
    ),
    "the card's signature": (
        lambda der: _checked(_statement(signature=der)), bytes.fromhex(STATEMENT.signature), StatementRefusedError
    ),
    "a statement that is signed": (
        lambda signed: _checked(CARD.signed(signed or b"\0")), bytes.fromhex(STATEMENT.statement), StatementRefusedError
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_every_byte_changed_and_cut_off_everywhere(name: str) -> None:
    read, good, ours = READERS[name]
    read(good)
    assert try_all(read, good, ours) > len(good)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_bytes_that_are_changed_at_random(name: str, data: st.DataObject) -> None:
    read, good, ours = READERS[name]
    with contextlib.suppress(ours):
        read(data.draw(mutated(good)))


def _ocsp_request(ca: RunningCa, serial: int = 0xABC) -> bytes:
    issuer = ca.service.authority.cas[IssuingCa.PUBLIC].issuing.certificate
    name_hash, key_hash = ca_ocsp._issuer_hashes(issuer, hashes.SHA256())
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(name_hash, key_hash, serial, hashes.SHA256())
    builder = builder.add_extension(x509.OCSPNonce(b"sixteen bytes..."), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)


def _query() -> bytes:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": DIGEST}
    query: bytes = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": 7, "cert_req": True}).dump()
    return query


def _check_ocsp(ca: RunningCa, request: bytes) -> None:
    ocsp.load_der_ocsp_response(ca_ocsp.answer(ca.service, request))


def _check_time_stamp(ca: RunningCa, query: bytes) -> None:
    answer = timestamp.answer(ca.service, query)
    assert b"\x30\x07\x02\x01\x02\x03" in answer or tsp.TimeStampResp.load(answer)["status"]["status"].native


ANSWERERS: dict[str, tuple[Callable[[RunningCa, bytes], None], Callable[[RunningCa], bytes]]] = {
    "OCSP": (_check_ocsp, _ocsp_request),
    "time stamp": (_check_time_stamp, lambda _ca: _query()),
}


@pytest.mark.parametrize("name", ANSWERERS)
def test_every_byte_of_a_question_changed(quiet_ca: RunningCa, name: str) -> None:
    check, good = ANSWERERS[name]
    question = good(quiet_ca)
    digest = DIGEST if DIGEST in question else b""
    for bad in (question, *every_byte_changed(question, digest), *every_start(question)):
        check(quiet_ca, bad)


@pytest.mark.parametrize("name", ANSWERERS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_question_that_is_changed_at_random(quiet_ca: RunningCa, name: str, data: st.DataObject) -> None:
    check, good = ANSWERERS[name]
    check(quiet_ca, data.draw(mutated(good(quiet_ca))))


def _with_serial(request: bytes, serial: bytes) -> bytes:
    """An OCSP request with another serial number of the same length."""
    assert request.count(b"\x02\x02\x0a\xbc") == 1
    return request.replace(b"\x02\x02\x0a\xbc", b"\x02\x02" + serial)


@pytest.mark.parametrize("serial", [b"\xff\xff", b"\x80\x00", b"\x00\x00"], ids=["-1", "-32768", "0"])
def test_no_certificate_has_such_a_serial_number(quiet_ca: RunningCa, serial: bytes) -> None:
    request = _with_serial(_ocsp_request(quiet_ca), serial)
    answer = quiet_ca.http.post("/ocsp", content=request)
    assert answer.status_code == 200
    status = ocsp.load_der_ocsp_response(answer.content).response_status
    assert status == ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_the_longest_serial_number_and_one_more_bit(quiet_ca: RunningCa) -> None:
    longest = ocsp.load_der_ocsp_response(ca_ocsp.answer(quiet_ca.service, _ocsp_request(quiet_ca, (1 << 159) - 1)))
    assert longest.certificate_status == ocsp.OCSPCertStatus.UNKNOWN
    request = _ocsp_request(quiet_ca, (1 << 159) - 1).replace(b"\x02\x14\x7f", b"\x02\x14\xff")
    answer = ocsp.load_der_ocsp_response(ca_ocsp.answer(quiet_ca.service, request))
    assert answer.response_status == ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_a_request_of_a_version_that_does_not_exist(quiet_ca: RunningCa) -> None:
    version = REQUEST.index(b"\x02\x01\x00") + 2
    body = quiet_ca.body(KEY)
    for number in (1, 4, 0xFF):
        bad = REQUEST[:version] + bytes([number]) + REQUEST[version + 1 :]
        answer = quiet_ca.http.post("/requests", json=body | {"pkcs10": _armoured(bad)})
        assert refused(answer) == (400, "bad-request")


def test_a_statement_whose_certificate_has_a_version_that_does_not_exist(quiet_ca: RunningCa) -> None:
    key = new_key()
    stated = quiet_ca.card().attest(public_der(key), quiet_ca.nonce())
    certificate = bytes.fromhex(stated.certificate)
    version = certificate.index(b"\xa0\x03\x02\x01\x02") + 4
    bad = certificate[:version] + b"\x07" + certificate[version + 1 :]
    body = quiet_ca.body(key, attestation=stated.model_copy(update={"certificate": bad.hex()}))
    assert refused(quiet_ca.http.post("/requests", json=body)) == (400, "statement-refused")


@pytest.mark.parametrize("byte", [0x00, 0x05, 0x13, 0x80, 0xA0])
def test_a_time_stamp_query_with_another_type_byte(quiet_ca: RunningCa, byte: int) -> None:
    query = _query()
    for position, there in enumerate(query):
        if there in (0x02, 0x04, 0x06, 0x30, 0x01):
            bad = query[:position] + bytes([byte]) + query[position + 1 :]
            assert quiet_ca.http.post("/tsa", content=bad).status_code == 200
