"""What the lists tell of each state."""

from __future__ import annotations

from cardtools.common.terms import IssuingCa
from cryptography import x509

from tests.unit.cardtools.ca.running_ca import RunningCa


def test_the_list_of_revoked_certificates(ca: RunningCa) -> None:
    kept, revoked, expired = (ca.issued()["serial"] for _ in range(3))

    def listed() -> dict[str, list[x509.ReasonFlags]]:
        answer = ca.http.get("/crl/qualified")
        assert answer.headers["content-type"] == "application/pkix-crl"
        crl = x509.load_der_x509_crl(answer.content)
        assert crl.is_signature_valid(ca.service.authority.cas[IssuingCa.QUALIFIED].issuing.key.public_key())
        return {
            f"{entry.serial_number:X}": [
                extension.value.reason for extension in entry.extensions if isinstance(extension.value, x509.CRLReason)
            ]
            for entry in crl
        }

    assert listed() == {}
    ca.revoke(expired)
    path = f"/certificates/{revoked}/revoke"
    ca.operate(path, reason="superseded")
    assert listed() == {expired: [], revoked: [x509.ReasonFlags.superseded]}
    ca.clock.forward(days=366)
    assert listed() == {}
    assert kept


def test_the_roots_list_is_empty(quiet_ca: RunningCa) -> None:
    crl = x509.load_der_x509_crl(quiet_ca.http.get("/root-crl").content)
    assert list(crl) == []
    assert crl.is_signature_valid(quiet_ca.service.authority.root.key.public_key())
