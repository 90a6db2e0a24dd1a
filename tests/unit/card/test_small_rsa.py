from __future__ import annotations

import pytest
from stuntcard.card.keys import rsa_raw, sign_pkcs1
from stuntcard.card.small_rsa import generate


@pytest.mark.parametrize("bits", [512, 768])
@pytest.mark.parametrize("exponent", [3, 65537])
def test_keys_too_short_for_the_library_to_make(bits: int, exponent: int) -> None:
    key = generate(bits, exponent)
    public = key.public_key().public_numbers()
    assert (key.key_size, public.e) == (bits, exponent)
    numbers = key.private_numbers()
    assert numbers.p > numbers.q, "as RFC 8017 does not ask for, and many do"
    block = bytes(bits // 8 - 1) + b"\7"
    assert pow(int.from_bytes(rsa_raw(key, block)), public.e, public.n) == 7
    signed = pow(int.from_bytes(sign_pkcs1(key, b"text")), public.e, public.n).to_bytes(bits // 8)
    assert signed == b"\0\1" + b"\xff" * (bits // 8 - 7) + b"\0text"


def test_primes_that_the_exponent_does_not_go_with_are_passed_over() -> None:
    """Of two primes chosen by chance, three in four times one is a multiple of 3 and 1 more."""
    assert {generate(512, 3).public_key().public_numbers().e for _ in range(12)} == {3}
