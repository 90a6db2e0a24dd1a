from __future__ import annotations

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from stuntcard.card.curves import DOMAINS
from stuntcard.card.keys import (
    RSA_BITS,
    KeyRefusedError,
    SecretKey,
    agree_ecdh,
    decipher_pkcs1,
    encipher_pkcs1,
    exponent_of,
    find_curve,
    generate_ec,
    generate_rsa,
    import_ec,
    import_rsa,
    rsa_raw,
    sign_ecdsa,
    sign_ecdsa_number,
    sign_ecdsa_sha1,
    sign_pkcs1,
    sign_pkcs1_sha1,
    sign_pss,
    stored_secret_key,
    stored_size,
    uncompressed_point,
)

from tests.unit.card.arithmetic import ecdsa_holds
from tests.unit.card.cards import domain

MESSAGE = b"a text to sign"
CURVES = [each.curve().name for each in DOMAINS]


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return generate_rsa(2048)


def parts(key: rsa.RSAPrivateKey) -> dict[str, int]:
    numbers = key.private_numbers()
    return {
        "p": numbers.p,
        "q": numbers.q,
        "q_inverse": numbers.iqmp,
        "d_p": numbers.dmp1,
        "d_q": numbers.dmq1,
    }


# Sizes


@pytest.mark.parametrize(("curve", "size"), [(ec.SECP192R1, 72), (ec.SECP256R1, 96), (ec.SECP521R1, 198)])
def test_an_ec_key_takes_room_for_its_value_and_its_point(curve: type[ec.EllipticCurve], size: int) -> None:
    assert stored_size(generate_ec(curve())) == size


def test_an_rsa_key_takes_room_for_its_five_parts(rsa_key: rsa.RSAPrivateKey) -> None:
    assert stored_size(rsa_key) == 640


@pytest.mark.parametrize(("exponent", "octets"), [(3, "03"), (0x9D, "9D"), (257, "0101"), (65537, "010001")])
def test_an_exponent_has_no_zeros_in_front(exponent: int, octets: str) -> None:
    public = rsa.RSAPublicNumbers(exponent, 2**1023 + 1).public_key()
    assert exponent_of(public).hex().upper() == octets


# Making


@pytest.mark.parametrize("bits", RSA_BITS)
def test_rsa_keys_have_the_size_asked_for_and_the_usual_exponent(bits: int) -> None:
    public = generate_rsa(bits).public_key().public_numbers()
    assert public.n.bit_length() == bits
    assert public.e == 65537


def test_huge_primes_are_refused_before_any_arithmetic() -> None:
    # Mersenne primes; to compute with them would take minutes.
    p, q = (1 << 86243) - 1, (1 << 110503) - 1
    with pytest.raises(KeyRefusedError, match="2048, 3072, 4096"):
        import_rsa(p=p, q=q, q_inverse=1, d_p=3, d_q=3)


def test_a_curve_that_is_not_known() -> None:
    assert find_curve(prime=b"\x17", a=b"\x01", b=b"\x01", generator=b"\x04\x03\x0a", order=b"\x1c") is None


# Bringing in


def test_an_rsa_key_with_its_primes_swapped_is_the_same_key(rsa_key: rsa.RSAPrivateKey) -> None:
    n = rsa_key.private_numbers()
    swapped = import_rsa(p=n.q, q=n.p, q_inverse=pow(n.p, -1, n.q), d_p=n.dmq1, d_q=n.dmp1)
    assert swapped.public_key().public_numbers() == rsa_key.public_key().public_numbers()


@pytest.mark.parametrize("part", ["p", "q", "q_inverse", "d_p", "d_q"])
@pytest.mark.parametrize("value", [0, 1, 2, 65537, 1 << 1023])
def test_parts_that_do_not_belong_together(rsa_key: rsa.RSAPrivateKey, part: str, value: int) -> None:
    with pytest.raises(KeyRefusedError):
        import_rsa(**{**parts(rsa_key), part: value})


@pytest.mark.parametrize("value", [0, 1, 2, 3])
def test_parts_that_are_all_the_same_small_number(value: int) -> None:
    with pytest.raises(KeyRefusedError):
        import_rsa(p=value, q=value, q_inverse=value, d_p=value, d_q=value)


def test_an_rsa_key_of_another_size() -> None:
    short = rsa.generate_private_key(65537, 1024)
    with pytest.raises(KeyRefusedError, match="2048, 3072, 4096"):
        import_rsa(**parts(short))


@pytest.mark.parametrize("name", CURVES)
def test_a_private_value_is_from_1_to_the_order_less_1(name: str) -> None:
    order = int(domain(name).order, 16)
    curve = domain(name).curve()
    assert import_ec(curve, order - 1).private_numbers().private_value == order - 1
    for value in (0, order, order + 1, 1 << 4096):
        with pytest.raises(KeyRefusedError, match=r"^the private value is not in the curve's range$"):
            import_ec(curve, value)


# RSA


@pytest.mark.parametrize("length", [1, 20, 36, 245])
def test_pkcs1_pads_any_data_that_fits(rsa_key: rsa.RSAPrivateKey, length: int) -> None:
    numbers = rsa_key.public_key().public_numbers()
    data = bytes(range(1, length + 1)) if length < 255 else bytes(length)
    signature = int.from_bytes(sign_pkcs1(rsa_key, data))
    expected = b"\x00\x01" + b"\xff" * (253 - length) + b"\x00" + data
    assert pow(signature, numbers.e, numbers.n).to_bytes(256) == expected


@pytest.mark.parametrize("length", [246, 256, 1000])
def test_pkcs1_refuses_data_too_long_for_the_key(rsa_key: rsa.RSAPrivateKey, length: int) -> None:
    with pytest.raises(KeyRefusedError, match="too long"):
        sign_pkcs1(rsa_key, bytes(length))


@pytest.mark.parametrize(
    "algorithm", [hashes.SHA1(), hashes.SHA224(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()]
)
def test_pss_knows_the_hash_by_the_digests_length(rsa_key: rsa.RSAPrivateKey, algorithm: hashes.HashAlgorithm) -> None:
    digest = hashlib.new(algorithm.name, MESSAGE).digest()
    pss = padding.PSS(mgf=padding.MGF1(algorithm), salt_length=algorithm.digest_size)
    rsa_key.public_key().verify(sign_pss(rsa_key, digest), digest, pss, Prehashed(algorithm))


@pytest.mark.parametrize("length", [0, 19, 33, 65])
def test_pss_refuses_what_is_no_digest(rsa_key: rsa.RSAPrivateKey, length: int) -> None:
    with pytest.raises(KeyRefusedError, match="no hash"):
        sign_pss(rsa_key, bytes(length))


@pytest.mark.parametrize("cryptogram", [b"", b"\x01", bytes(255), b"\x01" * 257, b"\xff" * 256])
def test_what_is_no_cryptogram_of_the_key(rsa_key: rsa.RSAPrivateKey, cryptogram: bytes) -> None:
    with pytest.raises(KeyRefusedError, match=r"^not a cryptogram of this key$"):
        decipher_pkcs1(rsa_key, cryptogram)


# ECDSA


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("length", [1, 20, 25, 30, 32, 50, 64])
def test_ecdsa_over_a_digest_of_any_length(name: str, length: int) -> None:
    key = generate_ec(domain(name).curve())
    digest = hashlib.shake_128(name.encode()).digest(length)
    public = key.public_key().public_numbers()
    signature = sign_ecdsa(key, digest)
    assert ecdsa_holds(domain(name), (public.x, public.y), digest, signature)
    assert not ecdsa_holds(domain(name), (public.x, public.y), bytes([digest[0] ^ 0x80]) + digest[1:], signature)


@pytest.mark.parametrize("name", ["secp192r1", "secp256r1", "secp384r1"])
def test_a_digest_longer_than_any_hash_is_cut_to_the_curve(name: str) -> None:
    key = generate_ec(domain(name).curve())
    digest = hashlib.shake_128(b"long").digest(100)
    public = key.public_key().public_numbers()
    assert ecdsa_holds(domain(name), (public.x, public.y), digest, sign_ecdsa(key, digest))


def test_a_digest_that_the_library_can_not_be_given_is_refused() -> None:
    with pytest.raises(KeyRefusedError, match="longer than any hash"):
        sign_ecdsa(generate_ec(ec.SECP521R1()), bytes(66))


@pytest.mark.parametrize("name", ["secp192r1", "secp256r1", "secp384r1", "secp521r1"])
def test_a_digest_as_a_number_as_long_as_the_field(name: str) -> None:
    key = generate_ec(domain(name).curve())
    length = (key.key_size + 7) // 8
    digest = hashlib.shake_128(b"short").digest(min(length, 32))
    public = key.public_key().public_numbers()
    signature = sign_ecdsa_number(key, digest.rjust(length, b"\0"))
    assert ecdsa_holds(domain(name), (public.x, public.y), digest, signature)


def test_a_number_of_all_521_bits_is_refused() -> None:
    with pytest.raises(KeyRefusedError, match="longer than any hash"):
        sign_ecdsa_number(generate_ec(ec.SECP521R1()), b"\1" + bytes(65))


def test_ecdsa_with_the_hash_on_the_card() -> None:
    key = generate_ec(ec.SECP256R1())
    signature = sign_ecdsa_sha1(key, MESSAGE)
    key.public_key().verify(signature, MESSAGE, ec.ECDSA(hashes.SHA1()))
    with pytest.raises(InvalidSignature):
        key.public_key().verify(sign_ecdsa(key, bytes(20)), MESSAGE, ec.ECDSA(hashes.SHA1()))


# The wrong kind of key


def test_each_operation_refuses_the_other_kind_of_key(rsa_key: rsa.RSAPrivateKey) -> None:
    ec_key = generate_ec(ec.SECP256R1())
    for rsa_only in (sign_pkcs1, sign_pss, decipher_pkcs1):
        with pytest.raises(KeyRefusedError):
            rsa_only(ec_key, bytes(32))
    for ec_only in (sign_ecdsa, sign_ecdsa_sha1):
        with pytest.raises(KeyRefusedError):
            ec_only(rsa_key, bytes(32))


# Without padding


def test_a_raw_private_operation_is_undone_by_the_public_one(rsa_key: rsa.RSAPrivateKey) -> None:
    public = rsa_key.public_key().public_numbers()
    block = b"\0" + hashlib.shake_128(b"block").digest(255)
    assert pow(int.from_bytes(rsa_raw(rsa_key, block)), public.e, public.n) == int.from_bytes(block)
    assert rsa_raw(rsa_key, bytes(256)) == bytes(256)
    padded_too_short = b"\0\1" + b"\xff" * 100 + b"\0text"
    for wrong in (block[1:], public.n.to_bytes(256), b"\0" + block, padded_too_short):
        with pytest.raises(KeyRefusedError):
            rsa_raw(rsa_key, wrong)


@pytest.mark.parametrize(
    "block",
    [
        b"\0\1" + b"\xff" * 202 + b"\0" + b"\x30" * 51,  # as PKCS #1 pads it
        b"\0\1" + b"\xff" * 8 + b"\0" + bytes(245),
        b"\0\1" + b"\xff" * 252 + b"\0\n",
        b"\0\1" + b"\xff" * 7 + b"\0" + bytes(246),  # too little padding
        b"\0\1" + b"\xff" * 253 + b"\0",  # nothing behind it
        b"\0\1" + b"\xff" * 254,
        b"\0\2" + b"\xff" * 202 + b"\0" + b"\x30" * 51,
    ],
    ids=["padded", "longest", "shortest", "little", "nothing", "no-end", "other"],
)
def test_the_private_operation_is_the_same_whoever_does_it(rsa_key: rsa.RSAPrivateKey, block: bytes) -> None:
    numbers = rsa_key.private_numbers()
    expected = pow(int.from_bytes(block), numbers.d, numbers.public_numbers.n).to_bytes(256)
    assert rsa_raw(rsa_key, block) == expected


def test_sha1_whose_digest_info_is_made_here(rsa_key: rsa.RSAPrivateKey) -> None:
    digest = hashlib.sha1(MESSAGE).digest()
    rsa_key.public_key().verify(sign_pkcs1_sha1(rsa_key, digest), MESSAGE, padding.PKCS1v15(), hashes.SHA1())
    with pytest.raises(KeyRefusedError):
        sign_pkcs1_sha1(rsa_key, digest + b"\0")


def test_key_agreement_takes_points_of_the_curve_only() -> None:
    one, other = generate_ec(ec.SECP256R1()), generate_ec(ec.SECP256R1())
    shared = agree_ecdh(one, uncompressed_point(other.public_key().public_numbers()))
    assert shared == agree_ecdh(other, uncompressed_point(one.public_key().public_numbers()))
    for point in (
        b"",
        b"\4" + bytes(64),
        uncompressed_point(generate_ec(ec.SECP384R1()).public_key().public_numbers()),
    ):
        with pytest.raises(KeyRefusedError):
            agree_ecdh(one, point)


def test_enciphered_with_the_public_part(rsa_key: rsa.RSAPrivateKey) -> None:
    assert decipher_pkcs1(rsa_key, encipher_pkcs1(rsa_key, b"secret")) == b"secret"
    with pytest.raises(KeyRefusedError, match=r"^the data is too long for the key$"):
        encipher_pkcs1(rsa_key, bytes(246))


@pytest.mark.parametrize("key", [SecretKey(bytes(16), 16), SecretKey(bytes(8), 8), SecretKey(b"any", 0)])
def test_a_secret_key_is_no_key_pair(key: SecretKey) -> None:
    for operation in (sign_pkcs1, sign_ecdsa, decipher_pkcs1, rsa_raw, agree_ecdh, encipher_pkcs1):
        with pytest.raises(KeyRefusedError):
            operation(key, bytes(32))


def test_a_secret_key_is_read_as_it_was_written_and_nothing_else_is_one() -> None:
    for key in (SecretKey(bytes(range(16)), 16), SecretKey(bytes(range(8)), 8), SecretKey(b"any", 0)):
        assert stored_secret_key(key.encode()) == key
    assert stored_secret_key(b"") is stored_secret_key(b"\x30" + bytes(16)) is None


@pytest.mark.parametrize(("bits", "exponent"), [(1000, 65537), (8192, 65537), (2048, 5)])
def test_rsa_keys_that_the_card_does_not_make(bits: int, exponent: int) -> None:
    with pytest.raises(KeyRefusedError):
        generate_rsa(bits, exponent)
