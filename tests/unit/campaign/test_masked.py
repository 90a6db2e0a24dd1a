from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode

import pytest
from stuntcard.campaign.masked import Secrets
from stuntcard.campaign.placeholders import NothingKnownError, filled


def test_a_code_is_found_alone_and_in_hexadecimal_and_not_within_a_longer_number() -> None:
    secrets = Secrets(["1234", "98765432", "12"])
    assert secrets.masked("pin 1234, puk=98765432; 91234 12 12345") == "pin ****, puk=****; 91234 12 12345"
    assert secrets.masked("00 20 00 01 04 31 32 33 34, 3938373635343332") == "00 20 00 01 04 ****, ****"
    assert secrets.stand_in("is '1234'?")
    assert not secrets.stand_in("serial 12345678")
    assert not Secrets([]).stand_in("1234")


def test_placeholders_are_filled_and_other_braces_stay() -> None:
    assert filled("{a} {code:pin} ${HOME} {B} {}", {"a": "1", "code:pin": "2"}) == "1 2 ${HOME} {B} {}"
    with pytest.raises(NothingKnownError, match=r"\{puk\} has no value here"):
        filled("{puk}", {})


@pytest.mark.parametrize("before", [b"", b"\x00\x20\x00\x01\x08", b"user:", b"ab"])
def test_a_code_is_found_in_base64_whatever_stands_around_it(before: bytes) -> None:
    secrets = Secrets(["98765432", "1234"])
    for behind in (b"", b"\xff", b"\xff\xff"):
        text = b64encode(before + b"98765432" + behind).decode()
        assert secrets.stand_in(f"sent {text}.")
        assert "****" in secrets.masked(text)
        assert not secrets.stand_in(b64encode(before + b"98715432" + behind).decode())
    # One as short as this is found by chance in too many texts.
    assert not secrets.stand_in(b64encode(before + b"1234").decode())


def test_in_base64_both_alphabets_are_known() -> None:
    secrets = Secrets(["?>?>?>?>"])
    assert secrets.stand_in(b64encode(b"?>?>?>?>").decode())
    assert secrets.stand_in(urlsafe_b64encode(b"?>?>?>?>").decode())
