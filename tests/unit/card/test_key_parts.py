from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.card.key_parts import CRT, Part, Parts, ec_plan, rsa_plan, secret_plan
from stuntcard.card.keys import RSA_BITS, SMALL_RSA_BITS, KeyRefusedError, SecretKey, generate_ec, generate_rsa

RSA = generate_rsa(1024)
EC = generate_ec(ec.SECP256R1())
SIZES = (*SMALL_RSA_BITS, *RSA_BITS)


def octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def rsa_parts(**others: bytes) -> Parts:
    numbers = RSA.private_numbers()
    values = (numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp)
    return {**{part: octets(value) for part, value in zip(CRT, values, strict=True)},
            **{Part[name]: value for name, value in others.items()}}  # fmt: skip


def test_an_rsa_key_of_its_five_parts() -> None:
    plan = rsa_plan(rsa_parts(), SIZES)
    assert plan.size == 5 * 1024 // 16
    made = plan.supply()
    assert not isinstance(made, SecretKey)
    assert made.public_key() == RSA.public_key()


def test_modulus_and_exponent_agree_where_they_came() -> None:
    modulus = octets(RSA.public_key().public_numbers().n)
    assert rsa_plan(rsa_parts(MODULUS=b"\0" + modulus, PUBLIC_EXPONENT=b"\1\0\1"), SIZES).supply()
    assert rsa_plan(rsa_parts(MODULUS_FIRST_HALF=modulus[:64], MODULUS_SECOND_HALF=modulus[64:]), SIZES).supply()
    for wrong in (
        rsa_parts(MODULUS=modulus[:-1] + b"\0"),
        rsa_parts(PUBLIC_EXPONENT=b"\3"),
        rsa_parts(MODULUS_FIRST_HALF=modulus[:64], MODULUS_SECOND_HALF=modulus[:64]),
        rsa_parts(MODULUS_FIRST_HALF=modulus[:64]),
        rsa_parts(D_P=b"\3"),
    ):
        with pytest.raises(KeyRefusedError):
            rsa_plan(wrong, SIZES).supply()


def test_sizes_that_a_command_set_has_not_are_refused_before_any_arithmetic() -> None:
    with pytest.raises(KeyRefusedError):
        rsa_plan(rsa_parts(), RSA_BITS)
    with pytest.raises(KeyError):
        rsa_plan({Part.P: b"\3"}, SIZES)


def test_an_ec_key_of_its_private_value_and_maybe_its_point() -> None:
    numbers = EC.private_numbers()
    public = numbers.public_numbers
    parts = {Part.PRIVATE_VALUE: octets(numbers.private_value)}
    point = b"\4" + public.x.to_bytes(32) + public.y.to_bytes(32)
    assert ec_plan(ec.SECP256R1(), parts).size == 96
    assert ec_plan(ec.SECP256R1(), {**parts, Part.POINT: point}).supply().key_size == 256
    with pytest.raises(KeyRefusedError):
        ec_plan(ec.SECP256R1(), {**parts, Part.POINT: point[:-1] + b"\0"}).supply()
    with pytest.raises(KeyRefusedError):
        ec_plan(ec.SECP256R1(), {Part.PRIVATE_VALUE: b"\0"}).supply()


@pytest.mark.parametrize(
    ("length", "block"), [(16, 16), (24, 16), (32, 16), (8, 8), (16, 8), (24, 8), (1, 0), (255, 0)]
)
def test_a_secret_key_of_a_size_that_its_cipher_has(length: int, block: int) -> None:
    plan = secret_plan(block, {Part.SECRET_VALUE: bytes(length)})
    assert (plan.size, plan.supply()) == (length, SecretKey(bytes(length), block))


@pytest.mark.parametrize(("length", "block"), [(8, 16), (33, 16), (7, 8), (32, 8), (0, 0), (256, 0)])
def test_a_secret_key_of_another_size_is_refused(length: int, block: int) -> None:
    with pytest.raises(KeyRefusedError):
        secret_plan(block, {Part.SECRET_VALUE: bytes(length)})
