"""TokenME over T=1: one space, shared and short, for commercial and qualified certificates."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.card.keys import generate_ec, generate_rsa
from stuntcard.card.view import view
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import (
    BLOCKED,
    FULL,
    NOT_ALLOWED,
    OK,
    PIN,
    PUK,
    PUKDF,
    RSA_2048,
    Client,
    certificate_entry,
    directory,
    key_entry,
    new_card,
    unchanged,
)

TOKENME = load_profile("tokenme")
BLOCK, BLOCKS = 2048, 11
APPLICATION = "3F005015"
REFUSED_VALUE = "6A80"


@dataclass
class Token:
    """A token whose holder has logged in, asks for certificates and stores them as OpenSC does.

    Each certificate has a name; a number, by which go its key, its files and its identifier.
    """

    client: Client
    numbers: dict[str, int] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)

    def create(self, file: int, size: int) -> str:
        fields = f"8002{size:04X}" + "820101" + f"8302{file:04X}" + "8608FF90909090909000"
        assert self.client.select(APPLICATION) == OK
        return self.client.send(f"00E00000{len(fields) // 2 + 2:02X}6F{len(fields) // 2:02X}{fields}")

    def delete(self, file: int) -> str:
        assert self.client.select(APPLICATION) == OK
        return self.client.send(f"00E4000002{file:04X}")

    def ask_for(self, name: str) -> None:
        """A request: a key is made, and its public key stored beside it."""
        number = self.numbers.setdefault(name, len(self.numbers) + 1)
        self.keys.append(name)
        assert self.client.make_key(number) == OK
        self._list_keys()
        assert self.create(0x3300 + number, 91) == OK
        assert self.client.send("00D600005B" + "04" * 91) == OK

    def store(self, name: str, size: int = 1500) -> str:
        """The certificate comes: the answer to the creation of its file; when it fits, it is written and listed."""
        number = self.numbers[name]
        answer = self.create(0x3100 + number, size)
        if answer == OK:
            self.client.write(f"{APPLICATION}{0x3100 + number:04X}", bytes([number]) * size)
            self.stored.append(name)
            self._list_certificates()
        return answer

    def delete_certificate(self, name: str) -> None:
        self.stored.remove(name)
        self._list_certificates()
        assert self.delete(0x3100 + self.numbers[name]) == OK

    def delete_key(self, name: str) -> None:
        """The key, and its public key."""
        self.keys.remove(name)
        self._list_keys()
        assert self.delete(0x3300 + self.numbers[name]) == OK

    def paired(self) -> int:
        self.client.leave()
        return sum(item.paired for item in self.client.items)

    @property
    def blocks(self) -> float:
        """How many blocks of the token's memory are used."""
        memory = view(TOKENME, self.client.card.content).memory
        assert memory is not None
        assert memory.size == BLOCKS * BLOCK
        return memory.used / BLOCK

    def _list_keys(self) -> None:
        numbers = [self.numbers[name] for name in self.keys]
        self.client.list_keys(*(key_entry(number, bytes([number])) for number in numbers))

    def _list_certificates(self) -> None:
        numbers = [self.numbers[name] for name in self.stored]
        self.client.list_certificates(*(certificate_entry(bytes([number]), file=0x3100 + number) for number in numbers))


@pytest.fixture
def token() -> Token:
    """With both old certificates on it."""
    token = Token(Client(new_card(TOKENME)))
    assert token.client.verify(PIN) == OK
    for name in ("old commercial", "old qualified"):
        token.ask_for(name)
        assert token.store(name) == OK
    token.client.leave()
    return token


# The space


ORDERS = pytest.mark.parametrize(
    ("first", "second"),
    [("new qualified", "new commercial"), ("new commercial", "new qualified")],
    ids=["qualified first", "commercial first"],
)


@pytest.mark.fact("TM-02")
@ORDERS
def test_two_old_and_one_new_certificate_fit_and_the_fourth_does_not(token: Token, first: str, second: str) -> None:
    token.ask_for(first)
    assert token.store(first) == OK
    assert token.blocks == 9
    token.ask_for(second)
    assert token.blocks == 11
    before = token.client.card.content
    assert token.store(second) == FULL
    assert token.client.card.content == before  # the same files and the same state
    assert token.client.select(f"{APPLICATION}3104") == "6A82"
    assert token.paired() == 3


@pytest.mark.fact("TM-02")
@ORDERS
@pytest.mark.parametrize("deleted", ["old qualified", "old commercial"])
def test_deleting_an_old_certificate_cures_it(token: Token, first: str, second: str, deleted: str) -> None:
    token.ask_for(first)
    token.store(first)
    token.ask_for(second)
    assert [token.store(second), token.store(second)] == [FULL, FULL]
    token.delete_certificate(deleted)
    assert token.store(second) == OK
    assert token.stored == [name for name in ("old commercial", "old qualified", first, second) if name != deleted]
    assert token.paired() == 3
    token.client.card.reset()
    token.client.verify(PIN)
    for number in range(1, 5):
        assert token.client.sign(number)[1] == OK
    # The old one does not come back beside them.
    assert token.store(deleted) == FULL


@pytest.mark.fact("TM-02")
def test_deleting_an_old_key_with_its_public_key_cures_it_too(token: Token) -> None:
    for name in ("new qualified", "new commercial"):
        token.ask_for(name)
        token.store(name)
    token.delete_key("old qualified")
    assert token.blocks == 9
    assert token.store("new commercial") == OK
    assert token.blocks == 10
    assert token.paired() == 3


@pytest.mark.fact("TM-02")
def test_a_certificate_deleted_before_the_renewal_leaves_room_for_both(token: Token) -> None:
    token.delete_certificate("old qualified")
    token.delete_key("old qualified")
    assert token.blocks == 3
    for name in ("new qualified", "new commercial"):
        token.ask_for(name)
        assert token.store(name) == OK
    assert token.paired() == 3


@pytest.mark.fact("TM-02")
def test_keys_certificates_and_files_all_take_of_the_same_space(token: Token) -> None:
    client = token.client
    assert token.blocks == 6
    assert client.import_key(9, generate_ec(ec.SECP256R1())) == OK
    assert token.blocks == 7
    assert token.create(0x4001, 1) == OK
    assert token.blocks == 8
    assert token.create(0x4002, 2 * BLOCK + 1) == OK
    assert token.blocks == 11
    assert token.delete(0x4002) == OK
    assert token.blocks == 8


@pytest.mark.fact("TM-02")
def test_the_last_byte_can_be_used_and_no_more(token: Token) -> None:
    before = token.client.card.content
    assert token.create(0x4001, 5 * BLOCK + 1) == FULL
    assert token.client.card.content == before
    assert token.create(0x4001, 5 * BLOCK) == OK
    assert token.blocks == BLOCKS
    assert token.create(0x4002, 1) == FULL


@pytest.mark.fact("TM-02")
def test_in_a_full_token_no_key_is_made_or_brought_in(token: Token) -> None:
    client, rsa = token.client, generate_rsa(2048)
    assert token.create(0x4001, 5 * BLOCK) == OK

    with unchanged(client):
        assert client.make_key(9) == FULL
        assert client.import_key(9, generate_ec(ec.SECP256R1())) == FULL
        assert client.environment(0x00, RSA_2048, 9) == OK
        assert client.fetch("0046420000") == (b"", FULL)
        assert client.import_key(9, rsa) == FULL
        assert client.sign(9)[1] == "6A88"
    assert token.delete(0x4001) == OK
    assert client.import_key(9, rsa) == OK


@pytest.mark.fact("TM-02")
def test_directories_and_what_is_written_within_a_file_take_nothing_more(token: Token) -> None:
    assert token.create(0x4001, 5 * BLOCK) == OK
    token.client.write(f"{APPLICATION}4001", b"\xaa" * 5 * BLOCK)
    token.client.write(PUKDF, directory([]))
    assert token.blocks == BLOCKS
    token.delete_certificate("old qualified")
    assert token.blocks == BLOCKS - 1


# Codes and keys


@pytest.mark.fact("TM-02")
def test_everything_on_the_token_is_guarded_by_pin() -> None:
    client = Client(new_card(TOKENME))
    token = Token(client)

    with unchanged(client):
        assert client.make_key(1) == NOT_ALLOWED
        assert token.create(0x4001, 1) == NOT_ALLOWED
        assert token.delete(0x4402) == NOT_ALLOWED
    assert client.verify(PUK) == OK
    client.send("00B0000001")
    assert client.make_key(1) == NOT_ALLOWED


def test_nothing_unblocks_puk() -> None:
    client = Client(new_card(TOKENME))
    assert client.change(PIN, "12345678", "new pin") == OK
    client.block(PUK)
    assert client.reset_code(PIN, "87654321", "12345678") == BLOCKED
    assert client.reset_code(PUK, "new pin", "12345678") == "6985"
    assert client.verify(PIN, "new pin") == OK
    client.block(PIN)
    assert [client.query(PIN), client.query(PUK)] == [BLOCKED, BLOCKED]
    assert not client.card.state.dead
