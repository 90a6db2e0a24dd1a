"""`cardmanager`: files that it writes, and a card that is pulled. The rest is told in `sessions/`."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key

from tests.clients.cardmanager import UNAVAILABLE, USAGE, CardManager, lasting
from tests.clients.certificates import as_pkcs12, new_key
from tests.clients.desk import PIN
from tests.clients.desk_words import FILE_PASSWORD, store_certificate
from tests.clients.trouble import desk_in_trouble

pytestmark = pytest.mark.own_module


@pytest.mark.fact("PQ-22")
def test_certificate_and_public_key_are_exported(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.make_key("30", "rsa/2048")
    der = store_certificate(desk, "30")
    cardmanager("export", "30", "out.pem")
    cardmanager("export", "30", "out.der", "--format", "der")
    cardmanager("export", "30", "key.pem", "--public-key")
    assert (desk.folder / "out.der").read_bytes() == der
    certificate = x509.load_pem_x509_certificate((desk.folder / "out.pem").read_bytes())
    assert certificate.public_bytes(Encoding.DER) == der
    assert load_pem_public_key((desk.folder / "key.pem").read_bytes()) == certificate.public_key()

    desk.write("mine", b"not to be lost")
    assert "--force" in cardmanager.refused("export", "30", "mine", status=USAGE)
    assert (desk.folder / "mine").read_bytes() == b"not to be lost"
    cardmanager("export", "30", "mine", "--force", "--format", "der")
    assert (desk.folder / "mine").read_bytes() == der
    assert "can't be written" in cardmanager.refused("export", "30", "no/such/folder", status=USAGE)


# A card pulled in the middle


@pytest.mark.parametrize(
    ("rule", "command", "lines"),
    [
        ("ins=24", ("change", "pin"), (PIN, "my own", "my own")),
        ("ins=20", ("import-p12", "backup.p12"), (FILE_PASSWORD, PIN)),
        ("ins=CA", ("show",), ()),
    ],
)
def test_a_card_pulled_in_the_middle_is_told_and_unharmed(
    rule: str, command: tuple[str, ...], lines: tuple[str, ...]
) -> None:
    with desk_in_trouble("pcsc") as trouble:
        trouble.set(f"{rule} act=remove")
        desk, cardmanager = trouble.desk, CardManager(trouble.desk)
        desk.write("backup.p12", as_pkcs12(new_key("ec"), FILE_PASSWORD))
        before = lasting(desk.card.content)
        assert "taken out in the middle" in cardmanager.refused(*command, lines=lines, status=UNAVAILABLE)
        assert lasting(desk.card.content) == before
        assert "no card in the reader" in cardmanager.refused("show", status=UNAVAILABLE)
        assert "no card in the reader" in cardmanager.refused("devices", status=UNAVAILABLE)


def test_a_card_pulled_in_the_middle_of_an_import_keeps_at_most_an_empty_container() -> None:
    with desk_in_trouble("pcsc") as trouble:
        trouble.set("ins=DB act=remove")
        desk = trouble.desk
        desk.write("backup.p12", as_pkcs12(new_key("ec"), FILE_PASSWORD))
        CardManager(desk).refused("import-p12", "backup.p12", lines=(FILE_PASSWORD, PIN), status=UNAVAILABLE)
        assert not any(key.paired for key in desk.seen.keys)
        assert desk.tries() == (3, 5, 3)
