"""Every mechanism that OpenSC lists for a blank card made up as MyEID, used as it says, and checked with OpenSSL.

`pkcs11-tool -M` names uses beside each mechanism: sign, verify, decrypt, wrap. There is a row in `ROWS` for each such
pair. A few pairs that OpenSC lists it refuses by itself; their rows show its own error, and that no key of the card was
asked for anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from stuntcard.iso7816.instructions import Instruction

from tests.clients.blank_card import INITIAL, LOG_IN, MAKE, made_up_desk, signs
from tests.clients.blank_card import USER_PIN as PIN
from tests.clients.certificates import as_pem
from tests.clients.desk import Desk
from tests.clients.opensc import opensc_version

RSA_KEY, EC_KEY, AES_KEY, EXTRACTABLE_KEY = "10", "11", "20", "21"
"""The identifiers of the card's keys."""
AES_VALUE, EXTRACTABLE_VALUE, WRAPPED_VALUE = bytes(range(16)), bytes(range(50, 66)), bytes(range(100, 116))
OF_KEY = {RSA_KEY: "rsa", EC_KEY: "ec"}
"""The name of a key's files in the folder: `.key` is its private part, which was brought in, `.pub` its public one."""

HASHES = {"SHA1": "sha1", "SHA224": "sha224", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}
OLD_HASHES = {"MD5": "md5", "RIPEMD160": "rmd160"}
PSS = ("rsa_padding_mode:pss", "rsa_pss_saltlen:digest")
OAEP = ("--hash-algorithm", "SHA256", "--mgf", "MGF1-SHA256")
OAEP_OF_OPENSSL = ("rsa_padding_mode:oaep", "rsa_oaep_md:sha256")
RAW = ("rsa_padding_mode:none",)

PROPERTIES = {"hw", "EC OID", "EC uncompressed"}
"""What `-M` says of a mechanism that is not a use of it."""

Check = Callable[[Desk], None]
Row = tuple[str, str]


@pytest.fixture(scope="module")
def card() -> Iterator[Desk]:
    """A desk with one card that has a key of each kind, and the files that all rows start from."""
    with made_up_desk() as desk:
        private = rsa.generate_private_key(65537, 2048)
        on_curve, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        desk.write("rsa.key", as_pem(private))
        desk.write("ec.key", as_pem(on_curve))
        desk.write("aes", AES_VALUE)
        desk.write("extractable", EXTRACTABLE_VALUE)
        bring_in(desk, "--store-private-key", "rsa.key", RSA_KEY, "sign,decrypt,keyEncipherment")
        bring_in(desk, "--store-private-key", "ec.key", EC_KEY, "sign,keyAgreement")
        bring_in(desk, "--store-secret-key", "aes", AES_KEY, "decrypt,keyEncipherment", *SECRET)
        bring_in(desk, "--store-secret-key", "extractable", EXTRACTABLE_KEY, "decrypt", *SECRET, "--extractable")
        for identifier, name in OF_KEY.items():
            (desk.folder / desk.public_key(identifier)).rename(desk.folder / f"{name}.pub")
        desk.write("other.key", as_pem(other))
        desk.write("other.der", other.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        desk.write("text", b"what is signed")
        desk.openssl("dgst", "-sha256", "-binary", "-out", "digest", "text")
        desk.write("block", b"\0" + bytes(range(1, 256)))
        desk.write("blocks", bytes(range(64)))
        desk.write("wrapped value", WRAPPED_VALUE)
        yield desk


SECRET = ("--secret-key-algorithm", "aes/128")


def bring_in(desk: Desk, how: str, file: str, identifier: str, usage: str, *options: str) -> None:
    desk.tool("pkcs15-init", how, file, *MAKE, "--id", identifier, "--key-usage", usage, *options)


def listed(desk: Desk) -> set[Row]:
    """What `pkcs11-tool -M` lists: each mechanism with each of its uses."""
    rows = set()
    for line in desk.tool("pkcs11-tool", "--list-mechanisms").splitlines():
        if line.startswith("  "):
            mechanism, *words = [word.strip() for word in line.split(", ")]
            uses = {word for word in words if word not in PROPERTIES and not word.startswith("keySize=")}
            rows |= {(mechanism, use) for use in uses or {"no use"}}
    return rows


def module_does(desk: Desk, mechanism: str, use: str, *options: str) -> str:
    """Has the PKCS#11 module use a mechanism."""
    return desk.tool("pkcs11-tool", *LOG_IN, f"--{use}", "--mechanism", mechanism, *options)


def files(source: str, result: str) -> tuple[str, ...]:
    return ("--input-file", source, "--output-file", result)


def same(desk: Desk, one: str, other: str) -> bool:
    return (desk.folder / one).read_bytes() == (desk.folder / other).read_bytes()


def options_of(name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """An option of OpenSSL for each of several values."""
    return tuple(word for value in values for word in (name, value))


# Digests, which OpenSC makes by itself


def digest(mechanism: str, algorithm: str) -> Check:
    def check(desk: Desk) -> None:
        desk.tool("pkcs11-tool", "--hash", "--mechanism", mechanism, *files("text", "hash"))
        desk.openssl("dgst", f"-{algorithm}", "-binary", "-out", "hash.expected", "text")
        assert same(desk, "hash", "hash.expected")

    return check


# Signatures


@dataclass(frozen=True, slots=True)
class Signature:
    """How a mechanism's signatures are made and judged: by the module, and by OpenSSL.

    With `algorithm` the text is signed, which the module hashes; without, `source` is, as it is.
    """

    mechanism: str
    key: str
    algorithm: str | None = None
    source: str = "text"
    options: tuple[str, ...] = ()
    openssl: tuple[str, ...] = ()
    recovered: bool = False

    @property
    def name(self) -> str:
        return OF_KEY[self.key]

    def of_module(self) -> tuple[str, ...]:
        as_openssl = ("--signature-format", "openssl") if self.key == EC_KEY else ()
        return ("--id", self.key, *self.options, *as_openssl)

    def made_by_the_card(self, desk: Desk) -> None:
        """The card signs, and OpenSSL finds the signature right."""
        module_does(desk, self.mechanism, "sign", *self.of_module(), *files(self.source, "signature"))
        public = f"{self.name}.pub"
        if self.algorithm is not None:
            options = options_of("-sigopt", self.openssl)
            desk.openssl("dgst", f"-{self.algorithm}", "-verify", public, "-signature", "signature", *options, "text")
            return
        options = ("-pubin", "-inkey", public, *options_of("-pkeyopt", self.openssl))
        if self.recovered:
            desk.openssl("pkeyutl", "-verifyrecover", *options, "-in", "signature", "-out", "recovered")
            assert same(desk, "recovered", self.source)
        else:
            desk.openssl("pkeyutl", "-verify", *options, "-in", self.source, "-sigfile", "signature")

    def judged_by_the_module(self, desk: Desk) -> None:
        """OpenSSL signs, and the module finds that signature right, and wrong for anything else."""
        private = f"{self.name}.key"
        if self.algorithm is not None:
            options = options_of("-sigopt", self.openssl)
            desk.openssl("dgst", f"-{self.algorithm}", "-sign", private, *options, "-out", "theirs", "text")
        else:
            options = options_of("-pkeyopt", self.openssl)
            # A block as long as the modulus OpenSSL does not sign, and yet deciphers, which is the same.
            operation = "-decrypt" if self.openssl == RAW else "-sign"
            desk.openssl("pkeyutl", operation, "-inkey", private, *options, "-in", self.source, "-out", "theirs")
        judging = ("--verify", "--mechanism", self.mechanism, *self.of_module(), "--signature-file", "theirs")
        assert "Signature is valid" in desk.tool("pkcs11-tool", *LOG_IN, *judging, "--input-file", self.source)
        desk.write("something else", (desk.folder / self.source).read_bytes()[::-1])
        # Up to 0.23 pkcs11-tool says so, and ends well all the same.
        judge = desk.refused if opensc_version() > (0, 23) else desk.tool
        assert "Invalid signature" in judge("pkcs11-tool", *LOG_IN, *judging, "--input-file", "something else")


def rows_of(signature: Signature) -> dict[Row, Check]:
    return {
        (signature.mechanism, "sign"): signature.made_by_the_card,
        (signature.mechanism, "verify"): signature.judged_by_the_module,
    }


SIGNATURES = [
    *(Signature(f"{name}-RSA-PKCS", RSA_KEY, algorithm) for name, algorithm in {**HASHES, **OLD_HASHES}.items()),
    *(Signature(f"{name}-RSA-PKCS-PSS", RSA_KEY, algorithm, openssl=PSS) for name, algorithm in HASHES.items()),
    *(Signature(f"ECDSA-{name}", EC_KEY, algorithm) for name, algorithm in HASHES.items()),
    Signature("RSA-PKCS", RSA_KEY, source="digest", recovered=True),
    Signature("RSA-X-509", RSA_KEY, source="block", openssl=RAW, recovered=True),
    Signature(
        "RSA-PKCS-PSS", RSA_KEY, source="digest", options=("--hash-algorithm", "SHA256"),
        openssl=(*PSS, "digest:sha256"),
    ),
    Signature("ECDSA", EC_KEY, source="digest"),
]  # fmt: skip


# Ciphers, key agreement


def deciphers(mechanism: str, source: str, openssl: tuple[str, ...], *options: str) -> Check:
    """What OpenSSL enciphered for the RSA key, the card deciphers."""

    def check(desk: Desk) -> None:
        encipher_for_rsa(desk, source, openssl)
        module_does(desk, mechanism, "decrypt", "--id", RSA_KEY, *options, *files("cryptogram", "plain"))
        assert same(desk, "plain", source)

    return check


def encipher_for_rsa(desk: Desk, source: str, openssl: tuple[str, ...]) -> None:
    options = ("-pubin", "-inkey", "rsa.pub", *options_of("-pkeyopt", openssl))
    desk.openssl("pkeyutl", "-encrypt", *options, "-in", source, "-out", "cryptogram")


def agrees(mechanism: str) -> Check:
    def check(desk: Desk) -> None:
        module_does(desk, mechanism, "derive", "--id", EC_KEY, *files("other.der", "shared"))
        desk.openssl("pkeyutl", "-derive", "-inkey", "other.key", "-peerkey", "ec.pub", "-out", "shared.expected")
        assert same(desk, "shared", "shared.expected")

    return check


@dataclass(frozen=True, slots=True)
class BlockCipher:
    """A mechanism of AES, and OpenSSL's name for it."""

    mechanism: str
    openssl: str
    padded: bool = False

    @property
    def initial(self) -> tuple[str, ...]:
        return () if self.openssl.endswith("ecb") else ("--iv", INITIAL)

    def of_openssl(self, desk: Desk, key: bytes, source: str, result: str, *options: str) -> None:
        initial = ("-iv", INITIAL) if self.initial else ()
        padding = () if self.padded else ("-nopad",)
        desk.openssl(
            "enc", self.openssl, "-K", key.hex(), *initial, *padding, *options, "-in", source, "-out", result
        )  # fmt: skip

    def enciphers(self, desk: Desk) -> None:
        options = ("--id", AES_KEY, *self.initial)
        module_does(desk, self.mechanism, "encrypt", *options, *files("blocks", "cryptogram"))
        self.of_openssl(desk, AES_VALUE, "blocks", "cryptogram.expected")
        assert same(desk, "cryptogram", "cryptogram.expected")

    def deciphers(self, desk: Desk) -> None:
        self.of_openssl(desk, AES_VALUE, "blocks", "cryptogram")
        options = ("--id", AES_KEY, *self.initial)
        module_does(desk, self.mechanism, "decrypt", *options, *files("cryptogram", "plain"))
        assert same(desk, "plain", "blocks")

    def wraps(self, desk: Desk) -> None:
        """The extractable key goes out wrapped, and OpenSSL finds its value in there."""
        options = ("--id", AES_KEY, "--application-id", EXTRACTABLE_KEY, *self.initial)
        module_does(desk, self.mechanism, "wrap", *options, "--output-file", "wrapped")
        self.of_openssl(desk, AES_VALUE, "wrapped", "plain", "-d")
        assert same(desk, "plain", "extractable")

    def unwraps(self, desk: Desk) -> None:
        self.of_openssl(desk, AES_VALUE, "wrapped value", "cryptogram")
        brings_in_a_key(desk, self.mechanism, AES_KEY, *self.initial)


def brings_in_a_key(desk: Desk, mechanism: str, key: str, *options: str) -> None:
    """The cryptogram becomes a key of the card, which enciphers as OpenSSL does with the wrapped value."""
    identifier = f"{0x60 + len(desk.seen.keys):02x}"
    module_does(
        desk, mechanism, "unwrap", "--id", key, *options, "--input-file", "cryptogram", "--key-type", "AES:16",
        "--application-id", identifier, "--application-label", f"by {mechanism}", "--usage-decrypt",
    )  # fmt: skip
    module_does(desk, "AES-ECB", "encrypt", "--id", identifier, *files("blocks", "enciphered"))
    AES_ECB.of_openssl(desk, WRAPPED_VALUE, "blocks", "enciphered.expected")
    assert same(desk, "enciphered", "enciphered.expected")


def unwraps_with_rsa(mechanism: str) -> Check:
    def check(desk: Desk) -> None:
        encipher_for_rsa(desk, "wrapped value", ())
        brings_in_a_key(desk, mechanism, RSA_KEY)

    return check


AES_ECB = BlockCipher("AES-ECB", "-aes-128-ecb")
BLOCK_CIPHERS = (
    AES_ECB,
    BlockCipher("AES-CBC", "-aes-128-cbc"),
    BlockCipher("AES-CBC-PAD", "-aes-128-cbc", padded=True),
)


# Keys made on the card


def makes_keys(kind: str) -> Check:
    def check(desk: Desk) -> None:
        identifier = f"{0x80 + len(desk.seen.keys):02x}"
        desk.tool("pkcs11-tool", *LOG_IN, "--keypairgen", "--key-type", kind, "--id", identifier, "--usage-sign")
        signs(desk, identifier, PIN, kind.lower())

    return check


# What OpenSC lists, and refuses


def refused(error: str, *command: str) -> Check:
    """OpenSC ends with this error, and has the card's keys do nothing."""

    def check(desk: Desk) -> None:
        before = len(desk.status_words(Instruction.PERFORM_SECURITY_OPERATION))
        assert error in desk.refused("pkcs11-tool", *LOG_IN, *command)
        assert len(desk.status_words(Instruction.PERFORM_SECURITY_OPERATION)) == before

    return check


def never_wraps_with_rsa(mechanism: str, *options: str) -> Check:
    """The module has no wrapping with a public key; only the card itself would (tests/unit/applets/test_myeid.py)."""
    command = ("--wrap", "--mechanism", mechanism, "--id", RSA_KEY, "--application-id", EXTRACTABLE_KEY)
    return refused("CKR_KEY_TYPE_INCONSISTENT", *command, *options, "--output-file", "wrapped")


def never_unwraps(mechanism: str, target: str, *options: str) -> Check:
    """The module unwraps with RSA by PKCS#1 v1.5 only, and with RSA-X-509, which it sends to the card as the same.

    It makes the file for the target key first, and leaves it there.
    """
    made = ("--key-type", "AES:16", "--application-id", target, "--application-label", "none")
    command = ("--unwrap", "--mechanism", mechanism, "--id", RSA_KEY, "--input-file", "block")
    return refused("CKR_MECHANISM_INVALID", *command, *made, *options)


ROWS: Mapping[Row, Check] = {
    ("SHA-1", "digest"): digest("SHA-1", "sha1"),
    **{(name, "digest"): digest(name, HASHES[name]) for name in HASHES if name != "SHA1"},
    **{(name, "digest"): digest(name, algorithm) for name, algorithm in OLD_HASHES.items()},
    # OpenSC lists it whether or not its OpenSSL has it, which takes an engine of its own.
    ("GOSTR3411", "digest"): refused("CKR_ARGUMENTS_BAD", "--hash", "--mechanism", "GOSTR3411", *files("text", "hash")),
    **{row: check for signature in SIGNATURES for row, check in rows_of(signature).items()},
    ("RSA-PKCS", "decrypt"): deciphers("RSA-PKCS", "text", ()),
    ("RSA-X-509", "decrypt"): deciphers("RSA-X-509", "block", RAW),
    ("RSA-PKCS-OAEP", "decrypt"): deciphers("RSA-PKCS-OAEP", "text", OAEP_OF_OPENSSL, *OAEP),
    ("RSA-PKCS", "unwrap"): unwraps_with_rsa("RSA-PKCS"),
    ("RSA-X-509", "unwrap"): unwraps_with_rsa("RSA-X-509"),
    ("RSA-PKCS-OAEP", "unwrap"): never_unwraps("RSA-PKCS-OAEP", "5e", *OAEP),
    ("RSA-PKCS-PSS", "unwrap"): never_unwraps("RSA-PKCS-PSS", "5f"),
    ("RSA-PKCS", "wrap"): never_wraps_with_rsa("RSA-PKCS"),
    ("RSA-X-509", "wrap"): never_wraps_with_rsa("RSA-X-509"),
    ("RSA-PKCS-OAEP", "wrap"): never_wraps_with_rsa("RSA-PKCS-OAEP", *OAEP),
    ("RSA-PKCS-PSS", "wrap"): never_wraps_with_rsa("RSA-PKCS-PSS"),
    **{(name, "derive"): agrees(name) for name in ("ECDH1-DERIVE", "ECDH1-COFACTOR-DERIVE")},
    **{(cipher.mechanism, "encrypt"): cipher.enciphers for cipher in BLOCK_CIPHERS},
    **{(cipher.mechanism, "decrypt"): cipher.deciphers for cipher in BLOCK_CIPHERS},
    **{(cipher.mechanism, "wrap"): cipher.wraps for cipher in BLOCK_CIPHERS},
    **{(cipher.mechanism, "unwrap"): cipher.unwraps for cipher in BLOCK_CIPHERS},
    ("RSA-PKCS-KEY-PAIR-GEN", "generate_key_pair"): makes_keys("rsa:1024"),
    ("ECDSA-KEY-PAIR-GEN", "generate_key_pair"): makes_keys("EC:secp384r1"),
}


def test_every_listed_mechanism_and_use_has_a_row(card: Desk) -> None:
    without = sorted(listed(card) - ROWS.keys())
    assert without == [], f"this OpenSC lists what no row of ROWS uses yet: {without}"


@pytest.mark.parametrize("row", ROWS, ids=" ".join)
def test_the_mechanism_does_what_it_is_listed_for(card: Desk, row: Row) -> None:
    ROWS[row](card)
