"""RSA keys from a seed."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from stuntcard.card.primes_found import FOUND_AT
from stuntcard.card.seeded_rsa import BITS, _distance_to_prime, derive_rsa_key, search
from stuntcard.exercises.load import exercise_names, load_exercise
from stuntcard.scenario.load import load_scenario, scenario_names
from stuntcard.scenario.model import Algorithm


def test_the_same_key_comes_out_and_another_for_another_label() -> None:
    key = derive_rsa_key("seed", "a")
    assert key.key_size == BITS
    assert key.private_numbers() == derive_rsa_key("seed", "a").private_numbers()
    assert key.private_numbers() != derive_rsa_key("seed", "b").private_numbers()


def test_the_searches_that_are_spared_would_end_there() -> None:
    assert {key: search(*key) for key in FOUND_AT} == FOUND_AT
    for seed, label in FOUND_AT:
        key = derive_rsa_key(seed, label)
        signature = key.sign(b"data", padding.PKCS1v15(), hashes.SHA256())
        key.public_key().verify(signature, b"data", padding.PKCS1v15(), hashes.SHA256())


def test_no_card_that_comes_with_stuntcard_has_to_search() -> None:
    starts = [load_scenario(name) for name in scenario_names()]
    starts += [load_exercise(name).start for name in exercise_names()]
    wanted = {
        (start.name, f"object {one.id}")
        for start in starts
        for objects in start.scenario.areas.values()
        for one in objects
        if one.algorithm is Algorithm.RSA_2048
    }
    assert {key: search(*key) for key in wanted - set(FOUND_AT)} == {}  # these lines belong into primes_found.py
    assert wanted | {("zzzs-pk", "01"), ("zzzs-pk", "02")} == set(FOUND_AT)


def test_a_seed_has_the_key_that_it_always_had() -> None:
    modulus = derive_rsa_key("zzzs-pk", "01").private_numbers().public_numbers.n
    assert hashlib.sha256(modulus.to_bytes(BITS // 8)).hexdigest()[:16] == "397d355d0ffa6b46"


@pytest.mark.parametrize(("start", "distance"), [(11, 0), (13, 0), (15, 2), (917_519, 30)])
def test_the_next_prime_that_the_public_exponent_goes_with(start: int, distance: int) -> None:
    """917519 is a prime, and 14 * 65537 + 1."""
    assert _distance_to_prime(start) == distance
