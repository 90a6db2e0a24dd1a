"""`enrol` and `cardmanager` log in to keys and certificates at a reader with a PIN pad, and never have a code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cardtools.common.protocol import CertificateProfile
from stuntcard.policy.state import Origin
from stuntcard.readers.pinpad.pad import Keys, PinPad, parse_keys

from tests.clients.cardmanager import USAGE, CardManager
from tests.clients.certificates import as_pkcs12, issue_certificate, new_key
from tests.clients.desk import PIN, PUK, QPIN
from tests.clients.enrolment import JANA, Client, TrainingCa, client_at_desk, holding, request_id, training_ca

pytestmark = [pytest.mark.own_module, pytest.mark.fact("PK-15")]

NEW, WRONG = "24681357", "11111111"
OFTEN = 40
"""So often nothing asks: OpenSC up to 0.23 has a code typed again for each file that it writes."""
NOBODY = "http://127.0.0.1:9"


def typed(client: Client, *lines: str) -> None:
    """From now on the reader has keys, on which this is typed, a line each time that a code is asked for."""
    client.slot.pinpad = PinPad(tuple(parse_keys(line) for line in lines))


def typed_as_asked(client: Client) -> None:
    """PIN is typed as often as somebody asks; it is QPIN's value, too, on these cards."""
    assert PIN == QPIN
    typed(client, *[PIN] * OFTEN)


def asked(shown: str) -> list[str]:
    """The codes that somebody was told to type on the reader's keys, in their order."""
    ask = "Type on the keys of the reader: "
    return [line.removeprefix(ask).partition(",")[0] for line in shown.splitlines() if line.startswith(ask)]


def with_a_key(client: Client) -> CardManager:
    client.desk.make_key("30", "rsa/2048")
    issue_certificate(client.desk, "30")
    return CardManager(client.desk)


@pytest.fixture
def client() -> Iterator[Client]:
    with client_at_desk(NOBODY) as client:
        yield client


# cardmanager


def test_a_code_is_changed_at_the_pad(client: Client) -> None:
    cardmanager = CardManager(client.desk)
    typed(client, PIN, NEW, NEW, NEW, PIN, PIN)
    told = cardmanager("change", "PIN")
    assert "Type on the keys of the reader: PIN as it is, and then the new PIN, twice." in told
    cardmanager("change", "PIN")


def test_a_wrong_code_at_the_pad_costs_a_try_the_last_is_warned_of_and_puk_unblocks_there(client: Client) -> None:
    cardmanager = CardManager(client.desk)
    typed(client, *(WRONG, NEW, NEW) * 3, PUK, NEW, NEW, NEW, PIN, PIN)
    _, second, third = [cardmanager.refused("change", "PIN") for _ in range(3)]
    assert "has one try left" not in second.splitlines()[0]
    assert "PIN has one try left" in third.splitlines()[0]
    assert "blocked" in third
    told = cardmanager("unblock", "PIN")
    assert "Type on the keys of the reader: PUK, and then the new PIN, twice." in told
    cardmanager("change", "PIN")


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        (("cancel",), "was cancelled"),
        ((PIN, NEW, WRONG), "typed differently the second time"),
        ((PIN, "12"), "Too few or too many digits"),
    ],
)
def test_a_change_that_comes_to_nothing_costs_nothing(client: Client, entries: tuple[str, ...], told: str) -> None:
    typed(client, *entries)
    assert told in CardManager(client.desk).refused("change", "PIN")
    assert client.desk.tries() == (3, 5, 3)


def test_a_certificate_comes_and_goes_with_codes_of_the_pad(client: Client) -> None:
    cardmanager = with_a_key(client)
    typed_as_asked(client)
    assert asked(cardmanager("import-cert", "30.der")) == ["PIN"]
    assert client.desk.key("30").paired
    assert asked(cardmanager("delete-cert", "30", "--yes")) == ["PIN"]
    assert not client.desk.key("30").paired
    assert asked(cardmanager("delete-key", "30", "--expert", "--yes")) == ["PIN"]
    assert not client.desk.seen.keys


def test_a_wrong_code_at_the_pad_costs_its_try_and_changes_nothing(client: Client) -> None:
    cardmanager = with_a_key(client)
    typed(client, WRONG, WRONG, WRONG)
    assert "2 tries are left" in " ".join(cardmanager.refused("import-cert", "30.der").split())
    assert "one try left" not in cardmanager.refused("import-cert", "30.der").splitlines()[0]
    last = cardmanager.refused("import-cert", "30.der")
    assert "PIN has one try left" in last.splitlines()[0]
    assert "blocked" in last
    assert not client.desk.key("30").paired


@pytest.mark.parametrize(
    ("line", "told"),
    [("cancel", "cancelled, or nobody typed"), ("12", "Too few or too many")],
)
def test_an_entry_that_comes_to_nothing_costs_nothing(client: Client, line: str, told: str) -> None:
    cardmanager = with_a_key(client)
    typed(client, line, line)
    # The certificate goes through PKCS#11 alone, the key through PC/SC alone.
    assert told in cardmanager.refused("import-cert", "30.der")
    deleting = cardmanager.refused("delete-key", "30", "--expert", "--yes")
    assert "No try" in deleting or "no try" in deleting
    assert client.desk.tries() == (3, 5, 3)


def test_lines_of_a_script_are_not_asked_of_the_pad(client: Client) -> None:
    cardmanager = with_a_key(client)
    typed(client, WRONG)
    assert asked(cardmanager("import-cert", "30.der", lines=(PIN,))) == []
    assert "The input ended" in cardmanager.refused("change", "PIN", "--stdin", status=USAGE)


def test_a_key_is_brought_in_with_a_code_of_the_pad(client: Client) -> None:
    key = new_key("rsa")
    client.desk.write("mine.p12", as_pkcs12(key, "secret"))
    cardmanager = CardManager(client.desk)
    typed_as_asked(client)
    status, shown = cardmanager.typed("import-p12", "mine.p12", typing=[("Password", "secret")])
    assert (status, asked(shown)) == (0, ["PIN"]), shown
    [imported] = client.desk.seen.keys
    assert imported.origin is Origin.IMPORTED
    assert imported.paired


# enrol


def test_a_qualified_certificate_from_the_request_to_the_renewal(ca: TrainingCa) -> None:
    with client_at_desk(ca.url) as client:
        typed_as_asked(client)
        requested = client.run("request", "qualified", *JANA)
        assert requested.status == 0, requested.err
        # QPIN holds for one use: making the key, and signing the request with it.
        assert asked(requested.err) == ["PIN", "QPIN", "QPIN"]
        serial = ca.issue(request_id(requested.out + requested.err))
        typed_as_asked(client)
        installed = client.run("install", request_id(requested.out + requested.err))
        assert (installed.status, asked(installed.err)) == (0, ["PIN"]), installed.err
        assert client.desk.seen.areas["cc"].used == 1

        typed_as_asked(client)
        renewed = client.run("renew", "--serial", f"0x{serial}")
        assert renewed.status == 0, renewed.err
        assert PIN not in requested.out + requested.err + renewed.out + renewed.err


def test_what_is_cancelled_once_the_key_is_there_leaves_none(ca: TrainingCa) -> None:
    with client_at_desk(ca.url) as client:

        def keys() -> Iterator[Keys]:
            while not any(key.listed for key in client.desk.seen.keys):
                yield parse_keys(PIN)
            yield parse_keys("cancel")
            while True:
                yield parse_keys(PIN)

        client.slot.pinpad = PinPad(keys())
        refused = client.run("request", "commercial", *JANA)
        assert refused.status == 1, refused.err
        assert "cancelled, or nobody typed" in refused.err
        assert not client.desk.seen.keys
        assert ca.requests() == 0


def test_cleaning_asks_for_each_deletion(tmp_path: Path) -> None:
    begun = holding("proid-q", CertificateProfile.QUALIFIED)
    with training_ca(tmp_path, begun.ca) as ca, client_at_desk(ca.url, content=begun.content) as client:
        typed_as_asked(client)
        cleaned = client.run("clean", "--serial", f"0x{begun.serials[0]}", "--yes")
        assert (cleaned.status, asked(cleaned.err)) == (0, ["PIN", "PIN"]), cleaned.err
        assert not client.desk.seen.keys
