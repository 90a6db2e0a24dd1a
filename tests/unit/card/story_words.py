"""The words that stories are told in (storyteller.py): each takes a client and what follows it, and gives an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from stuntcard.card.keys import generate_ec, generate_rsa
from stuntcard.card.view import view
from stuntcard.control.actors import perform
from stuntcard.control.errors import ActRefusedError
from stuntcard.control.requests import ActRequest

from tests.unit.applets.myeid_client import AES, DES, EC, RSA, MyEidClient
from tests.unit.card.cards import ISOAPPLET, MANAGE, OK, CardClient, Client, certificate_entry, key_entry, lost_parts


def given(pairs: Sequence[str]) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in pairs)


def act(client: CardClient, actor: str, name: str, *values: str) -> str:
    """What the law says to an actor."""
    return client.card.act(actor, name, {code: v.encode() for code, v in given(values).items()}).name


def ask(client: CardClient, actor: str, name: str, *values: str) -> str:
    """What is said when an act is asked for by its front door."""
    try:
        return perform(client.card, ActRequest(actor, name, given(values)))
    except ActRefusedError as refused:
        return f"refused: {refused}"


def sign(client: Client, reference: str, algorithm: str = "21") -> str:
    """The status word; without a signature unless all went well."""
    signature, sw = client.sign(int(reference, 16), bytes(20), int(algorithm, 16))
    assert bool(signature) is (sw == OK)
    return sw


def reference_or_name(code: str) -> int | str:
    return int(code) if code.isdigit() else code


def change(client: Client, code: str, *values: str) -> str:
    """CHANGE REFERENCE DATA from the one value to the other; `right` is the one that the holder knows."""
    old, new = (client.values[code] if value == "right" else value for value in values)
    return client.change(reference_or_name(code), old, new)


def set_code(client: Client, code: str, *values: str) -> str:
    """RESET RETRY COUNTER: `set pin`, `set pin 4711`, `set pin by=87654321`."""
    new = [value for value in values if not value.startswith("by=")]
    return client.set_code(code, *new, by=given([v for v in values if v.startswith("by=")]).get("by"))


def list_keys(client: Client, *keys: str) -> str:
    """The directory of private keys: references and what the identifiers are made of, as in `1=one`."""
    client.list_keys(*(key_entry(int(number, 16), name.encode()) for number, name in given(keys).items()))
    return ""


def list_certificates(client: Client, *names: str) -> str:
    client.list_certificates(*(certificate_entry(name.encode()) for name in names))
    return ""


def silent(do: Callable[[CardClient], object]) -> Callable[[CardClient], str]:
    """A word that has no answer."""

    def word(client: CardClient) -> str:
        do(client)
        return ""

    return word


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return generate_rsa(2048)


def key_files(client: CardClient) -> str:
    found = (path.hex().upper() for path, file in client.card.files.files.items() if file.kind.is_key)
    return " ".join(sorted(found)) or "none"


ANY_CARD: dict[str, Callable[..., str]] = {
    "act": act,
    "ask": ask,
    "reset": silent(lambda client: client.card.reset()),
    "off": silent(lambda client: client.card.power_off()),
    "on": silent(lambda client: client.card.power_on()),
    "off-and-on": silent(lambda client: client.restart()),
    "select": lambda client, path: client.select(path),
    "leave": lambda client: client.select("3F00"),
    "isoapplet": lambda client: client.send(ISOAPPLET),
    "isoapplet-read": lambda client: client.fetch(ISOAPPLET)[1],
    "manage": lambda client: client.fetch(MANAGE)[1],
    # What the card keeps
    "tries": lambda client, *codes: " ".join(str(client.card.state.codes[code].tries_left) for code in codes),
    "status": lambda client, code: client.card.state.codes[code].status.name,
    "lost": lambda client: " ".join(sorted(client.card.state.lost)) or "nothing",
    "items": lambda client: " ".join(item.area for item in client.card.state.items) or "none",
    "origins": lambda client: " ".join(item.key.name if item.key else "gone" for item in client.card.state.items),
    "paired": lambda client: " ".join("yes" if item.paired else "no" for item in client.card.state.items),
    "listed": lambda client: " ".join("yes" if item.listed else "no" for item in client.card.state.items),
    "numbers": lambda client: " ".join(str(item.number) for item in client.card.state.items),
    "shown-lost": lambda client: " ".join(sorted(lost_parts(client))) or "nothing",
    "files-size": lambda client: str(client.card.state.files_size),
    "key-files": key_files,
    "keys": lambda client: " ".join(str(number) for number in client.card.content.keys),
    "used": lambda client, area: str(client.card.state.used(area)),
}


def eop_field(value: str) -> str:
    """A code value as ASCII, padded to ten bytes."""
    return value.encode("ascii").hex().upper().ljust(20, "F")


def told_by_eop(client: CardClient, *tags: str) -> str:
    """One-byte values of card management, each asked for with its length."""
    answers = [client.send(f"80CA01{tag}01") for tag in tags]
    assert all(answer[-4:] == OK for answer in answers)
    return " ".join(answer[:-4] for answer in answers)


# Certificates that a client asks for and stores as OpenSC does. Each has a number, by which go its key and its files


def create_file(client: Client, identifier: str, size: str) -> str:
    fields = f"8002{int(size):04X}8201018302{identifier}8608FF90909090909000"
    assert client.select("3F005015") == OK
    return client.send(f"00E00000{len(fields) // 2 + 2:02X}6F{len(fields) // 2:02X}{fields}")


def delete_file(client: Client, identifier: str) -> str:
    assert client.select("3F005015") == OK
    return client.send(f"00E4000002{identifier}")


def list_numbers(client: Client, first: int, *, but: int = 0) -> None:
    """Lists the keys (33) or the certificates (31) of which there are files, but for one."""
    files = (path for path in client.card.files.files if path.startswith(bytes.fromhex("3F005015") + bytes([first])))
    numbers = sorted(path[-1] for path in files if path[-1] != but)
    if first == 0x33:
        client.list_keys(*(key_entry(number, bytes([number])) for number in numbers))
    else:
        entries = (certificate_entry(bytes([number]), file=0x3100 + number) for number in numbers)
        client.list_certificates(*entries)


def request(client: Client, number: str) -> str:
    """A key is made, and its public key stored beside it."""
    assert client.make_key(int(number)) == OK
    assert create_file(client, f"33{int(number):02X}", "91") == OK
    assert client.send("00D600005B" + "04" * 91) == OK
    list_numbers(client, 0x33)
    return ""


def store(client: Client, number: str) -> str:
    """The answer to the creation of a certificate's file; when it fits, it is written and listed."""
    identifier = f"31{int(number):02X}"
    answer = create_file(client, identifier, "1500")
    if answer == OK:
        client.write(f"3F005015{identifier}", bytes([int(number)]) * 1500)
        list_numbers(client, 0x31)
    return answer


def drop(client: Client, first: int, number: str) -> str:
    """What is no longer listed is deleted."""
    list_numbers(client, first, but=int(number))
    assert delete_file(client, f"{first:02X}{int(number):02X}") == OK
    return ""


def blocks(client: Client) -> str:
    """How many blocks of the card's memory are used."""
    memory = view(client.card.profile, client.card.content).memory
    assert memory is not None
    return f"{memory.used / 2048:g}"


ISSUED: dict[str, Callable[..., str]] = {
    "create-file": create_file,
    "delete-file": delete_file,
    "request": request,
    "store": store,
    "drop-certificate": lambda client, number: drop(client, 0x31, number),
    "drop-key": lambda client, number: drop(client, 0x33, number),
    "blocks": blocks,
}

EOP: dict[str, Callable[..., str]] = {
    "select-eop": lambda client: client.send("00A4040C09D20310010001000202"),
    "change-eop": lambda client, code, old, new: client.send(f"002400{code}14{eop_field(old)}{eop_field(new)}"),
    "unblock-iok": lambda client, dok, new: client.send(f"0024011114{eop_field(dok)}{eop_field(new)}"),
    "about-iok": lambda client: told_by_eop(client, "82", "83", "84"),
    "about-dok": lambda client: told_by_eop(client, "8B", "8C", "8D"),
}

ISOAPPLETS: dict[str, Callable[..., str]] = {
    **EOP,
    **ISSUED,
    "query": lambda client, code: client.query(reference_or_name(code)),
    "verify": lambda client, code, *value: client.verify(reference_or_name(code), *value),
    "wrong": lambda client, code: client.verify_wrong(code),
    "block": lambda client, code: client.block(code)[-1],
    "change": change,
    "reset-code": lambda client, code, by, new: client.reset_code(reference_or_name(code), by, new),
    "set": set_code,
    "make": lambda client, reference: client.make_key(int(reference, 16)),
    "import": lambda client, reference: client.import_key(int(reference, 16), generate_ec(ec.SECP256R1())),
    "sign": sign,
    "import-rsa": lambda client, reference: client.import_key(int(reference, 16), rsa_key()),
    "environment": lambda client, *numbers: client.environment(*(int(number, 16) for number in numbers)),
    "read": lambda client, path: client.read(path).hex().upper(),
    "list-keys": list_keys,
    "list-certificates": list_certificates,
}


KINDS = {"EF": 1, "RSA": RSA, "DES": DES, "EC": EC, "AES": AES}


def create(client: MyEidClient, identifier: str, kind: str, size: str, *access_and_attributes: str) -> str:
    number = KINDS[kind] if kind in KINDS else int(kind, 16)
    return client.create(identifier, number, int(size), *access_and_attributes)


def data(client: MyEidClient, tag: str) -> str:
    value, sw = client.data(tag)
    return value.hex().upper() + sw


MYEIDS: dict[str, Callable[..., str]] = {
    "query": lambda client, code: client.query(int(code)),
    "verify": lambda client, code, value: client.verify(int(code), value),
    "make-code": lambda client, code, *values: client.make_code(int(code), *values),
    "activate": lambda client: client.activate(),
    "data": data,
    "create": create,
    "generate": lambda client: client.fetch("00460000")[1],
    "sign": lambda client, file: client.sign(file, bytes(range(32)))[1],
}
