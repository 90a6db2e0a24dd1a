from __future__ import annotations

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
