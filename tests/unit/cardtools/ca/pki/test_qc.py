"""QCStatements, byte for byte (ETSI EN 319 412-5)."""

from __future__ import annotations

import pytest
from cardtools.ca.pki.qc import QcType, statements

_NATURAL = "3015 0608 2B06010505070B02 3009 0607 04008BEC490101"
_LEGAL = "3015 0608 2B06010505070B02 3009 0607 04008BEC490102"
_COMPLIANCE = "3008 0606 04008E460101"
_SSCD = "3008 0606 04008E460104"
_ESIGN = "3013 0606 04008E460106 3009 0607 04008E46010601"
_ESEAL = "3013 0606 04008E460106 3009 0607 04008E46010602"
_PDS = "3018 0606 04008E460105 300E 300C 1606" + b"http:x".hex() + "1302" + b"en".hex()


@pytest.mark.fact("PQ-17")
@pytest.mark.parametrize(
    ("qc_type", "on_device", "expected"),
    [
        (QcType.ESIGN, True, f"305A {_NATURAL} {_COMPLIANCE} {_SSCD} {_ESIGN} {_PDS}"),
        (QcType.ESIGN, False, f"3050 {_NATURAL} {_COMPLIANCE} {_ESIGN} {_PDS}"),
        (QcType.ESEAL, True, f"305A {_LEGAL} {_COMPLIANCE} {_SSCD} {_ESEAL} {_PDS}"),
        (QcType.ESEAL, False, f"3050 {_LEGAL} {_COMPLIANCE} {_ESEAL} {_PDS}"),
    ],
)
def test_statements(qc_type: QcType, on_device: bool, expected: str) -> None:
    extension = statements(qc_type, on_device=on_device, disclosure="http:x", language="en")
    assert extension.oid.dotted_string == "1.3.6.1.5.5.7.1.3"
    assert extension.value == bytes.fromhex(expected)
