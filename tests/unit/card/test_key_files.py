from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.card.files import MASTER_FILE, Condition, File, FileKind, FileSystem, access, code_condition
from stuntcard.card.key_files import (
    SECRET,
    Attribute,
    Header,
    file_of,
    header,
    key_file_access,
    kind_of,
    path_of,
    reference_of,
    rights_in,
    with_file_for,
    without_files_of,
)
from stuntcard.card.keys import Key, generate_ec, generate_rsa, secret_key
from stuntcard.card.pkcs15 import APPLICATION
from stuntcard.policy.state import KeyRights
from stuntcard.profile.load import load_profile

EMPTY = FileSystem({path: File(path, FileKind.DF) for path in (MASTER_FILE, APPLICATION)})
EC_KEY = generate_ec(ec.SECP256R1())
RIGHTS = access(otherwise=Condition.NEVER, use=code_condition(1))


def test_a_header_is_a_files_content() -> None:
    made = Header(2048, 0x1009)
    file = File(APPLICATION + b"\x4b\x01", FileKind.RSA_KEY, RIGHTS, made.encode())
    assert file.content.hex() == "08001009"
    assert header(file) == made
    assert (made.consent, Header(2048).consent) == (1, None)
    assert made.asking(3) == Header(2048, 0x3009)
    assert [made.has(attribute) for attribute in Attribute] == [True, True, False, False]


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (generate_rsa(1024), FileKind.RSA_KEY),
        (EC_KEY, FileKind.EC_KEY),
        (secret_key(bytes(32), 16), FileKind.AES_KEY),
        (secret_key(bytes(24), 8), FileKind.DES_KEY),
        (secret_key(bytes(5), 0), FileKind.GENERIC_SECRET),
    ],
)
def test_a_keys_file_is_found_by_its_reference(key: Key, kind: FileKind) -> None:
    reference = 7 | (SECRET if kind not in (FileKind.RSA_KEY, FileKind.EC_KEY) else 0)
    files = with_file_for(EMPTY, APPLICATION, reference, key, RIGHTS)
    file = file_of(files, reference)
    assert file is not None
    assert (file.kind, file.kind.is_key, kind_of(key)) == (kind, True, kind)
    assert (file.path, reference_of(file)) == (path_of(APPLICATION, reference), reference)
    assert header(file) == Header(key.key_size)
    assert file_of(files, reference ^ SECRET) is None
    assert without_files_of(files, {reference}) == EMPTY
    assert without_files_of(files, {8}) is files


def test_a_file_that_fits_its_key_stays_and_another_becomes_one_that_does() -> None:
    theirs = File(APPLICATION + b"\x48\x01", FileKind.EC_KEY, access(otherwise=Condition.ALWAYS), b"\x01\x00\x10\x00")
    files = EMPTY.created(theirs)
    assert with_file_for(files, APPLICATION, 1, EC_KEY, RIGHTS) is files
    other = with_file_for(files, APPLICATION, 1, generate_rsa(1024), RIGHTS)
    assert other.at(theirs.path) == File(theirs.path, FileKind.RSA_KEY, RIGHTS, b"\x04\x00\x00\x00")


def test_where_no_directory_is_or_something_else_lies_there_no_file_is_made() -> None:
    without = FileSystem({MASTER_FILE: File(MASTER_FILE, FileKind.DF)})
    assert with_file_for(without, APPLICATION, 1, EC_KEY, RIGHTS) is without
    taken = EMPTY.created(File(APPLICATION + b"\x4b\x01", FileKind.EF, content=b"\xff"))
    assert with_file_for(taken, APPLICATION, 1, EC_KEY, RIGHTS) is taken


def test_access_to_a_key_file_is_its_guards() -> None:
    proid_q = load_profile("proid-q")
    assert key_file_access(proid_q, "qpin", deletable=True).hex() == "ff90ffffffffff93"
    assert key_file_access(proid_q, "pin", deletable=False).hex() == "ffffffffffffff91"
    assert key_file_access(load_profile("eobcanka"), "bok", deletable=True).hex() == "ff90ffffffffffff", (
        "not on the chip"
    )


@pytest.mark.parametrize(
    ("use", "consent", "rights"),
    [
        (code_condition(3), 0, KeyRights("qpin")),
        (Condition.USER, 0, KeyRights("pin")),
        (Condition.ALWAYS, 1, KeyRights(consent="pin")),
        (Condition.ALWAYS, 9, KeyRights()),
        (Condition.NEVER, 0, KeyRights(never=True)),
        (code_condition(9), 0, KeyRights(never=True)),
    ],
    ids=["QPIN", "the files' guard", "PIN for one use", "an unknown code for one use", "nobody", "an unknown code"],
)
def test_what_a_key_file_asks_for_each_use(use: int, consent: int, rights: KeyRights) -> None:
    content = Header(256).asking(consent).encode()
    file = File(APPLICATION + b"\x4b\x01", FileKind.EC_KEY, access(otherwise=Condition.NEVER, use=use), content)
    assert rights_in(load_profile("proid-q"), file) == rights
