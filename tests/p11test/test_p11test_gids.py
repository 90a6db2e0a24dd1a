"""p11test and a card shown as GIDS, of which OpenSC keeps no results: what passes is written down here."""

from __future__ import annotations

import pytest

from tests.clients.desk import PIN, desk_with_own_socket
from tests.p11test.test_p11test import built, judge, run

pytestmark = pytest.mark.p11test

HASHING = [f"{name}_RSA_PKCS" for name in ("MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "RIPEMD160")]


def test_gids_signs_and_deciphers_by_pkcs1_and_nothing_fails() -> None:
    with desk_with_own_socket("proid-q", applet="gids") as desk:
        for label, usage in (("signs and deciphers", "sign,decrypt"), ("signs", "sign")):
            run(
                desk, built() / "installed/bin/pkcs15-init", "--generate-key", "rsa/2048", "--key-usage", usage,
                "--label", label, "--verify-pin", "--auth-id", "80", "--pin", PIN,
            )  # fmt: skip
        results = judge(desk, PIN)
    others = {name: result.outcome for name, result in results.items() if result.outcome != "pass"}
    assert others == {"wait_test": "skip", "ec_sign_size_test": "skip", "pss_oaep_test": "unknown"}
    signing = {(key, mechanism) for key in ("00", "01") for mechanism in ("RSA_PKCS", *HASHING)}
    rows = [row for row in results["readonly_tests"].rows if row[0] != "KEY ID"]
    assert {(key, mechanism) for key, mechanism, signs, _ in rows if signs == "YES"} == signing
    assert [row[:2] for row in rows if row[3] == "YES"] == [("00", "RSA_PKCS")]
    assert len(rows) == len(signing)
    parts = [row for row in results["multipart_tests"].rows if row[0] != "KEY ID"]
    assert {row[2] for row in parts} == {"YES"}
