"""MyEID's command set, byte for byte: on a ProID+Q, whose law holds here too, and on an empty card."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.modes import CBC
from stuntcard.applets.registry import APPLETS, AppletChoiceError, seen_through
from stuntcard.card.card import Card
from stuntcard.policy.state import Origin
from stuntcard.profile.load import load_profile

from tests.unit.applets.myeid_client import (
    AES,
    DECIPHER,
    DERIVE,
    DES,
    EC,
    ELLIPTIC,
    OK,
    PADDING,
    PKCS1,
    PKCS1_SHA1,
    RAW,
    RSA,
    SIGN,
    WRAPPING,
    MyEidClient,
    ec_parts,
    rsa_parts,
)
from tests.unit.card.cards import ISOAPPLET, certificate_entry, key_entry

FACTORY_PIN, FACTORY_QPIN = "12345678", "12345678"
NOT_ALLOWED, NOT_USABLE, UNSUITABLE, THERE_ALREADY = "6982", "6984", "6985", "6A89"

RSA_1024 = rsa.generate_private_key(65537, 1024)
RSA_2048 = rsa.generate_private_key(65537, 2048)
EC_256 = ec.generate_private_key(ec.SECP256R1())
DIGEST = hashlib.sha256(b"a text").digest()
SHA256 = ec.ECDSA(Prehashed(hashes.SHA256()))


def with_pin() -> MyEidClient:
    """A client of a fresh ProID+Q that has given PIN."""
    client = MyEidClient()
    assert client.verify(1, FACTORY_PIN) == OK
    return client


def made_up() -> MyEidClient:
    """A client of a card that was empty: PIN 1111 with PUK 2222, SO PIN 3333 with SO PUK 4444; PIN was given."""
    client = MyEidClient("blank")
    assert client.make_code(1, "1111", "2222") == OK
    assert client.make_code(3, "3333", "4444") == OK
    assert client.activate() == OK
    assert client.verify(1, "1111") == OK
    return client


def with_key(private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, file: str = "4B01") -> MyEidClient:
    """A client of a card with this key."""
    client = made_up()
    kind, parts = (RSA, rsa_parts(private)) if isinstance(private, rsa.RSAPrivateKey) else (EC, ec_parts(private))
    assert client.create(file, kind, private.key_size) == OK
    assert client.parts(*parts) == [OK] * len(parts)
    return client


def with_secret_key(value: bytes, kind: int = AES, file: str = "4D01", attributes: str = "0000") -> MyEidClient:
    client = made_up()
    assert client.create(file, kind, 8 * len(value), attributes=attributes) == OK
    assert client.parts((0xA0, value)) == [OK]
    return client


# How it is known


def test_the_atr_ends_in_the_applets_name() -> None:
    profile = load_profile("proid-q")
    assert Card(seen_through(profile, "myeid"), APPLETS).atr == bytes.fromhex("3B85014D79454944F8")
    assert Card(seen_through(profile, "oseid"), APPLETS).atr == bytes.fromhex("3B85014F73454944F0")
    assert Card(seen_through(profile, "isoapplet"), APPLETS).atr.hex().upper() == profile.atr.value
    with pytest.raises(AppletChoiceError, match="there are: isoapplet, myeid, oseid"):
        seen_through(profile, "cac")


def test_applet_information() -> None:
    client = MyEidClient()
    information, sw = client.data("A0")
    assert (information[:18].hex().upper(), sw) == ("4D79454944" + "040505" + "0000" + "5354554E54000001", OK)
    assert len(information) == 20
    client.verify(1, FACTORY_PIN)
    assert client.data("A0")[0] == information
    marks = {information[18:]}
    for identifier in ("4301", "4302", "4303", "4304"):  # two bytes may be the same by chance, not time and again
        client.create(identifier, 1, 16)
        marks.add(client.data("A0")[0][18:])
    assert len(marks) > 2, "caches of what the files say have to know"


# Keys made on the card


@pytest.mark.parametrize("bits", [512, 768, 1024, 1536, 2048])
def test_an_rsa_key_is_made_read_and_used(bits: int) -> None:
    client = made_up()
    assert client.create("4B01", RSA, bits) == OK
    modulus, sw = client.fetch("0046000007" + "3005" + "8103010001")
    assert (len(modulus), sw) == (bits // 8, OK)
    assert client.data("00") == (bytes.fromhex(f"92000011{bits:04X}"), OK)
    assert client.data("01") == (modulus, OK)
    assert client.data("02") == (b"\x01\x00\x01", OK)
    assert client.data("86")[1] == "6A88"
    public = rsa.RSAPublicNumbers(65537, int.from_bytes(modulus)).public_key()
    signature, sw = client.sign("4B01", bytes(range(32)), PKCS1)
    assert sw == OK
    assert pow(int.from_bytes(signature), 65537, int.from_bytes(modulus)).to_bytes(bits // 8)[-33:] == bytes(
        [0, *range(32)]
    )
    block = b"\x00" + bytes(bits // 8 - 2) + b"\x02"
    raw, sw = client.sign("4B01", block, RAW)
    assert sw == OK
    assert pow(int.from_bytes(raw), public.public_numbers().e, public.public_numbers().n) == 2


@pytest.mark.parametrize(
    "curve",
    [ec.SECP192R1, ec.SECP224R1, ec.SECP256R1, ec.SECP384R1, ec.SECP521R1],
    ids=["192", "224", "256", "384", "521"],
)
def test_an_ec_key_is_made_read_and_used(curve: type[ec.EllipticCurve]) -> None:
    bits = curve().key_size
    client = made_up()
    assert client.create("4B01", EC, bits) == OK
    answer, sw = client.fetch("00460000")
    length = 2 * ((bits + 7) // 8) + 1
    head = bytes([0x86, length]) if length < 128 else bytes([0x86, 0x81, length])
    assert (answer[: len(head)], sw) == (head, OK)
    point = answer[len(head) :]
    assert client.data("86") == (b"\x30" + answer[1:], OK)
    public = ec.EllipticCurvePublicKey.from_encoded_point(curve(), point)
    padded = DIGEST.rjust((bits + 7) // 8, b"\0")[: max(32, (bits + 7) // 8)]
    signature, sw = client.sign("4B01", padded if bits > 256 else DIGEST[: bits // 8])
    assert sw == OK
    if bits >= 256:
        public.verify(signature, DIGEST, SHA256)


def test_the_curves_parameters_are_told() -> None:
    client = with_key(EC_256)
    prime = "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"
    assert client.data("81")[0].hex().upper() == prime
    assert [len(client.data(tag)[0]) for tag in ("82", "83", "84", "85")] == [32, 32, 64, 32]


def test_a_key_file_that_has_its_key_takes_no_other_once_it_is_listed() -> None:
    client = with_key(EC_256)
    write(client, key_entry(1, b"\x45"))
    client.select("3F0050154B01")
    assert client.send("00460000") == THERE_ALREADY


def write(client: MyEidClient, *entries: bytes) -> None:
    """The directory of private keys, which a blank card does not have yet."""
    path = "3F0050154402"
    if client.select(path) != OK:
        assert client.create("4402", 1, 240, "011FFF") == OK
        odf = bytes.fromhex("A00A300804063F0050154402")
        assert client.create("5031", 1, len(odf), "011FFF") == OK
        assert client.send(f"00D60000{len(odf):02X}{odf.hex()}") == OK
        client.select(path)
    content = b"".join(entries).ljust(240, b"\0")
    assert client.send(f"00D60000F0{content.hex()}") == OK
    client.select("3F00")


# Keys brought in


@pytest.mark.parametrize("private", [RSA_1024, RSA_2048], ids=["1024", "2048"])
def test_an_rsa_key_comes_part_by_part(private: rsa.RSAPrivateKey) -> None:
    client = made_up()
    assert client.create("4B01", RSA, private.key_size) == OK
    *parts, last = rsa_parts(private)
    assert client.parts(*parts) == [OK] * 6
    assert not client.card.state.items
    assert client.sign("4B01", b"text", PKCS1)[1] == "6A88"
    client.select("3F0050154B01")
    assert client.parts(*parts, last) == [OK] * 7
    assert [item.key for item in client.card.state.items] == [Origin.IMPORTED]
    public = private.public_key().public_numbers()
    assert client.data("01") == (public.n.to_bytes(private.key_size // 8), OK)
    signature, sw = client.sign("4B01", hashlib.sha1(b"a text").digest(), PKCS1_SHA1)
    assert sw == OK
    private.public_key().verify(signature, b"a text", padding.PKCS1v15(), hashes.SHA1())


def test_the_modulus_of_2048_bits_may_come_in_halves() -> None:
    client = made_up()
    assert client.create("4B01", RSA, 2048) == OK
    modulus = RSA_2048.public_key().public_numbers().n.to_bytes(256)
    *parts, _, exponent = rsa_parts(RSA_2048)
    assert client.parts(*parts, (0x88, modulus[:128]), (0x89, modulus[128:]), exponent) == [OK] * 8
    assert client.data("01") == (modulus, OK)


def test_parts_that_do_not_belong_together_make_no_key() -> None:
    client = made_up()
    assert client.create("4B01", RSA, 1024) == OK
    *parts, modulus, exponent = rsa_parts(RSA_1024)
    other = (0x80, rsa.generate_private_key(65537, 1024).public_key().public_numbers().n.to_bytes(128))
    assert client.parts(*parts, other, exponent)[-1] == "6A80"
    assert client.parts(*parts, modulus, (0x81, b"\x03"))[-1] == "6A80"
    assert client.parts((0x83, b"\x05"), *parts[1:], modulus, exponent)[-1] == "6A80"
    assert client.card.state.items == ()


def test_a_key_of_another_size_than_the_files_makes_no_key() -> None:
    client = made_up()
    assert client.create("4B01", RSA, 2048) == OK
    assert client.parts(*rsa_parts(RSA_1024))[-1] == "6700"
    assert client.create("4D01", AES, 256) == OK
    assert client.parts((0xA0, bytes(16))) == ["6700"]
    assert client.card.state.items == ()


def test_parts_are_forgotten_when_another_file_gets_some() -> None:
    client = made_up()
    assert client.create("4B01", EC, 256) == OK
    value, point = ec_parts(EC_256)
    assert client.parts(value) == [OK]
    assert client.create("4B02", EC, 256) == OK
    assert client.parts(point) == [OK]
    client.select("3F0050154B01")
    assert client.parts(point) == [OK]
    assert client.card.state.items == ()
    assert client.parts(value) == [OK]
    assert len(client.card.state.items) == 1


def test_a_point_that_is_not_that_of_the_private_value_is_refused() -> None:
    client = made_up()
    assert client.create("4B01", EC, 256) == OK
    point = ec_parts(ec.generate_private_key(ec.SECP256R1()))[1]
    assert client.parts(ec_parts(EC_256)[0], point) == [OK, "6A80"]
    assert client.parts((0x80, b"\x01")) == ["6A86"]
    assert client.parts((0x87, b"")) == ["6700"]


# Signing and deciphering


def test_ecdsa_takes_a_digest_of_any_length() -> None:
    client = with_key(EC_256)
    signature, sw = client.sign("4B01", b"\x00" * 12 + DIGEST[:20])
    assert sw == OK
    EC_256.public_key().verify(signature, b"\x00" * 12 + DIGEST[:20], SHA256)


NO_BLOCKS = [bytes(127), bytes(129), b"\xff" * 128]
"""A raw block is as long as the modulus, and less than it."""


@pytest.mark.parametrize(
    ("algorithm", "data"),
    [(ELLIPTIC, DIGEST), (PKCS1_SHA1, b"short"), (PKCS1, bytes(128)), *((RAW, block) for block in NO_BLOCKS)],
)
def test_what_does_not_fit_the_key_is_refused_and_uses_nothing_up(algorithm: int, data: bytes) -> None:
    client = with_key(RSA_1024)
    assert client.sign("4B01", data, algorithm)[1] == "6A80"
    assert client.query(1) == OK


def test_a_cryptogram_is_deciphered_whole_raw_and_in_halves() -> None:
    client = with_key(RSA_2048)
    cryptogram = RSA_2048.public_key().encrypt(b"secret", padding.PKCS1v15())
    assert client.environment(DECIPHER, PKCS1, "4B01") == OK
    assert client.chained("2A8086", b"\x00" + cryptogram) == (b"secret", OK)
    assert client.chained("2A8086", b"\x81" + cryptogram[:128]) == (b"", OK)
    assert client.chained("2A8086", b"\x82" + cryptogram[128:]) == (b"secret", OK)
    assert client.chained("2A8086", b"\x81" + cryptogram[:128] + b"\x82" + cryptogram[128:]) == (b"secret", OK)
    assert client.environment(DECIPHER, RAW, "4B01") == OK
    block, sw = client.chained("2A8086", b"\x00" + cryptogram)
    assert (block[:2], block[-7:], sw) == (b"\x00\x02", b"\x00secret", OK)


def test_a_second_half_alone_or_after_something_else_is_refused() -> None:
    client = with_key(RSA_2048)
    cryptogram = RSA_2048.public_key().encrypt(b"secret", padding.PKCS1v15())
    client.environment(DECIPHER, PKCS1, "4B01")
    assert client.chained("2A8086", b"\x82" + cryptogram[128:])[1] == "6A80"
    assert client.chained("2A8086", b"\x81" + cryptogram[:128])[1] == OK
    assert client.query(1) == OK
    assert client.chained("2A8086", b"\x82" + cryptogram[128:])[1] == "6A80"
    assert client.chained("2A8086", b"\x77" + cryptogram)[1] == "6A80"
    assert client.chained("2A8086", b"\x81" + cryptogram[:128] + b"\0" + cryptogram[128:])[1] == "6A80"
    assert client.chained("2A8086", b"\x81" + cryptogram[:128])[1] == OK
    assert client.chained("2A8086", b"\0" + cryptogram) == (b"secret", OK)


def test_an_environment_is_for_its_operation_only() -> None:
    client = with_key(RSA_1024)
    client.environment(SIGN, PKCS1, "4B01")
    assert client.chained("2A8086", bytes(129))[1] == UNSUITABLE
    client.environment(DECIPHER, PKCS1, "4B01")
    assert client.chained("2A9E9A", b"text")[1] == UNSUITABLE
    assert client.send("0022F300") == OK
    assert client.chained("2A8086", bytes(129))[1] == UNSUITABLE


def test_key_agreement() -> None:
    client = with_key(EC_256)
    other = ec.generate_private_key(ec.SECP256R1())
    point = ec_parts(other)[1][1]
    assert client.environment(DERIVE, ELLIPTIC, "4B01") == OK
    shared, sw = client.chained("860000", bytes.fromhex("7C438541") + point)
    assert (shared, sw) == (other.exchange(ec.ECDH(), EC_256.public_key()), OK)
    for wrong in (
        b"\x7c\x43\x85\x41" + point[:-1] + b"\0",
        b"\x7c\x43\x85\x41" + point + b"\0",
        b"\x7d\x43\x85\x41" + point,
        b"\x7c\x02\x86\x00",
    ):
        assert client.chained("860000", wrong)[1] == "6A80"


# Secret keys


def cbc(value: bytes, initial: bytes, data: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(value), CBC(initial)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


@pytest.mark.parametrize("length", [16, 24, 32])
def test_aes(length: int) -> None:
    value, initial, text = bytes(range(length)), bytes(range(16, 32)), bytes(range(64))
    client = with_secret_key(value)
    assert client.environment(DECIPHER, RAW, "4D01", sender=True, initial=initial) == OK
    cryptogram = cbc(value, initial, text)
    assert client.chained("2A8480", text) == (cryptogram, OK)
    assert client.environment(DECIPHER, RAW, "4D01", initial=initial) == OK
    assert client.chained("2A8084", cryptogram) == (text, OK)
    assert client.chained("2A8084", cryptogram[:-1])[1] == "6A80"
    assert client.chained("2A8480", text)[1] == UNSUITABLE


def test_a_long_text_is_answered_part_by_part() -> None:
    """OpenSC marks even the last part as one that others follow; the next environment starts afresh."""
    value, initial, text = bytes(range(16)), bytes(16), bytes(range(256)) * 2
    client = with_secret_key(value)
    client.environment(DECIPHER, RAW, "4D01", sender=True, initial=initial)
    parts = [text[:240], text[240:480], text[480:]]
    answers = [client.send(f"102A8480{len(part):02X}{part.hex()}00") for part in parts]
    assert "".join(answer[:-4] for answer in answers) == cbc(value, initial, text).hex().upper()
    client.environment(DECIPHER, RAW, "4D01", sender=True, initial=initial)
    assert client.send(f"102A848010{text[:16].hex()}00")[:32] == cbc(value, initial, text[:16]).hex().upper()
    assert client.send(f"002A848010{text[16:32].hex()}00")[:32] == cbc(value, initial, text[:32])[16:].hex().upper()
    assert client.send(f"002A848010{text[:16].hex()}00")[:32] == cbc(value, initial, text[:16]).hex().upper()


def test_a_long_cryptogram_is_deciphered_part_by_part() -> None:
    value, initial, text = bytes(range(16)), bytes(16), bytes(range(96))
    client = with_secret_key(value)
    cryptogram = cbc(value, initial, text)
    client.environment(DECIPHER, RAW, "4D01", initial=initial)
    answers = [
        client.send(f"{cla}2A808430{part.hex()}00") for cla, part in (("10", cryptogram[:48]), ("00", cryptogram[48:]))
    ]
    assert "".join(answer[:-4] for answer in answers) == text.hex().upper()


def test_padding_by_the_card() -> None:
    value, initial = bytes(range(16)), bytes(16)
    client = with_secret_key(value)
    client.environment(DECIPHER, PADDING | RAW, "4D01", sender=True, initial=initial)
    cryptogram, sw = client.chained("2A8480", b"text")
    assert (cryptogram, sw) == (cbc(value, initial, b"text" + b"\x0c" * 12), OK)
    client.environment(DECIPHER, PADDING | RAW, "4D01", initial=initial)
    assert client.chained("2A8084", cryptogram) == (b"text", OK)
    assert client.chained("2A8084", cbc(value, initial, bytes(16)))[1] == "6A80"


@pytest.mark.parametrize(("length", "three"), [(8, 3), (16, 2), (24, 1)])
def test_des(length: int, three: int) -> None:
    value, initial, text = bytes(range(1, length + 1)), bytes(range(8)), bytes(range(24))
    client = with_secret_key(value, DES)
    encryptor = Cipher(TripleDES((value * three)[:24]), CBC(initial)).encryptor()
    assert client.environment(DECIPHER, RAW, "4D01", sender=True, initial=initial) == OK
    assert client.chained("2A8480", text) == (encryptor.update(text) + encryptor.finalize(), OK)


def test_a_secret_key_counts_as_any_other_and_goes_with_its_file() -> None:
    client = with_secret_key(bytes(16))
    assert [(item.area, item.key) for item in client.card.state.items] == [("general", Origin.IMPORTED)]
    client.select("3F0050154D01")
    assert client.data("01")[1] == "6A88"
    assert client.send("A0E40000") == OK
    assert client.card.state.items == ()


# Keys wrapped


def test_a_key_comes_wrapped_with_an_rsa_key_whole_or_in_halves() -> None:
    client = with_key(RSA_2048)
    value = bytes(range(16))
    cryptogram = RSA_2048.public_key().encrypt(value, padding.PKCS1v15())
    for file, commands in (
        ("4D01", [b"\x00" + cryptogram]),
        ("4D02", [b"\x81" + cryptogram[:128], b"\x82" + cryptogram[128:]]),
    ):
        assert client.create(file, AES, 128) == OK
        assert client.environment(DECIPHER, WRAPPING, "4B01", target=file) == OK
        assert [client.chained("2A0086", data, answered=False)[1] for data in commands] == [OK] * len(commands)
        assert client.environment(DECIPHER, RAW, file, sender=True, initial=bytes(16)) == OK
        assert client.chained("2A8480", bytes(16)) == (cbc(value, bytes(16), bytes(16)), OK)


@pytest.mark.parametrize(("algorithm", "padding_of_blocks"), [(WRAPPING, b""), (WRAPPING | PADDING, b"\x10" * 16)])
def test_keys_are_wrapped_and_come_wrapped_with_a_secret_key(algorithm: int, padding_of_blocks: bytes) -> None:
    value, initial, other = bytes(range(16)), bytes(range(16)), bytes(range(100, 132))
    client = with_secret_key(value)
    wrapped = cbc(value, initial, other + padding_of_blocks)
    assert client.create("4D02", AES, 256, attributes="0008") == OK
    assert client.environment(DECIPHER, algorithm, "4D01", target="4D02", initial=initial) == OK
    assert client.chained("2A0084", wrapped, answered=False)[1] == OK
    assert client.environment(DECIPHER, algorithm, "4D01", sender=True, target="4D02", initial=initial) == OK
    assert client.fetch("002A8400") == (wrapped, OK)


def test_a_key_comes_only_into_a_file_that_may_be_written() -> None:
    client = with_secret_key(bytes(16))
    assert client.create("4D02", AES, 128, access="1F11FF") == OK
    assert client.environment(DECIPHER, WRAPPING, "4D01", target="4D02", initial=bytes(16)) == OK
    assert client.chained("2A0084", bytes(16), answered=False)[1] == "6982"


def test_a_key_is_wrapped_with_the_public_part_of_an_rsa_key() -> None:
    client = with_key(RSA_1024)
    assert client.create("4D01", AES, 128, attributes="0008") == OK
    assert client.parts((0xA0, bytes(range(16)))) == [OK]
    assert client.environment(DECIPHER, WRAPPING, "4B01", sender=True, target="4D01") == OK
    cryptogram, sw = client.fetch("002A8400")
    assert (RSA_1024.decrypt(cryptogram, padding.PKCS1v15()), sw) == (bytes(range(16)), OK)


def test_only_what_is_extractable_is_wrapped() -> None:
    client = with_secret_key(bytes(16))
    assert client.create("4D02", AES, 128) == OK
    assert client.parts((0xA0, bytes(16))) == [OK]
    client.environment(DECIPHER, WRAPPING, "4D01", sender=True, target="4D02")
    assert client.fetch("002A8400")[1] == UNSUITABLE
    for algorithm, target in ((RAW, ""), (RAW, "4D02"), (WRAPPING, "")):
        assert client.environment(DECIPHER, algorithm, "4D01", sender=True, target=target) == OK
        assert client.fetch("002A8400")[1] == UNSUITABLE


def test_a_key_for_one_session_goes_with_the_reset() -> None:
    client = with_secret_key(bytes(16), attributes="0001")
    assert client.create("4D02", AES, 128) == OK
    assert client.parts((0xA0, bytes(16))) == [OK]
    client.card.reset()
    assert [client.select("3F0050154D01"), client.select("3F0050154D02")] == ["6A82", OK]
    assert [item.number for item in client.card.state.items] == [2]


# The card's law


def test_a_deleted_key_file_frees_the_place_unless_its_certificate_is_there() -> None:
    client = with_pin()
    client.verify(3, FACTORY_QPIN)
    assert client.make_key("4B01", EC, 256, "3333FF") == OK
    write(client, key_entry(1, b"\x45"))
    client.select("3F0050154404")
    assert client.send("00D60000" + f"{len(certificate_entry(b'E')):02X}" + certificate_entry(b"\x45").hex()) == OK
    client.select("3F00")
    assert [(item.listed, item.paired) for item in client.card.state.items] == [(True, True)]
    client.select("3F0050154B01")
    assert client.send("A0E40000") == NOT_ALLOWED
    client.verify(3, FACTORY_QPIN)
    assert client.send("A0E40000") == OK
    assert [(item.key, item.certificate) for item in client.card.state.items] == [(None, True)]
    client.select("3F0050154404")
    assert client.send("00D60000F0" + bytes(240).hex()) == OK
    client.select("3F00")
    assert client.card.state.items == ()


def test_a_key_that_its_directory_lists_no_more_goes_with_its_file() -> None:
    client = with_key(EC_256)
    write(client, key_entry(1, b"\x45"))
    assert client.select("3F0050154B01") == OK
    write(client)
    assert client.select("3F0050154B01") == "6A82"
    assert client.card.state.items == ()


def test_both_applets_use_the_keys_that_either_made() -> None:
    client = with_pin()
    assert client.make_key("4B01", EC, 256) == OK
    point = client.data("86")[0][2:]
    client.send(ISOAPPLET)
    client.fetch("00CA0101")
    client.send("0020000110" + FACTORY_PIN.encode().ljust(16, b"\xff").hex())
    client.send("002241B606800121840101")
    signature, sw = client.chained("2A9E9A", DIGEST)
    assert sw == OK
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point).verify(signature, DIGEST, SHA256)
    client.send("00A404000CA000000063504B43532D3135")
    client.verify(1, FACTORY_PIN)
    client.select("3F005015")
    assert client.send("0022 41B6 0A 800104 81025015 840101") == OK, "the key 01 of this directory"
    assert client.chained("2A9E9A", DIGEST)[1] == OK


# An empty card


ERASE = "00DA01E008" + "FFFF" + "113FFF" + "111FFF"


def test_erasing_takes_what_the_root_directory_says() -> None:
    client = MyEidClient("blank")
    assert client.send(ERASE) == OK
    assert client.make_code(1, "1111", "2222") == OK
    assert client.make_code(3, "3333", "4444") == OK
    assert client.create("4B01", EC, 256) == OK
    assert client.activate() == OK
    client.verify(1, "1111")
    client.select("3F0050154B01")
    assert client.fetch("00460000")[1] == OK
    assert client.send(ERASE) == NOT_ALLOWED
    client.verify(3, "3333")
    assert client.send(ERASE) == OK
    content = client.card.content
    assert (content.keys, content.values, content.state.items) == ({}, {}, ())
    assert [path.hex() for path in content.files.files] == ["3f00", "3f005015"]
    assert client.fetch("00A40000023F00")[0].hex().upper()[18:] == "8A01018603113FFF85020000"
    assert client.query(1) == NOT_USABLE
    assert client.send("00DA01E004FFFFFFFF") == "6700"
