"""The enrolment client with a TokenME: a space that is shared and short, and a manager that must be up to date."""

from __future__ import annotations

import json
import re

import pytest
from cardtools.common.protocol import CertificateProfile

from tests.clients.desk import PIN
from tests.clients.enrolment import (
    JANA,
    Client,
    Holding,
    TrainingCa,
    beginning_with,
    client_at_desk,
    content_of,
)

pytestmark = pytest.mark.own_module

PROFILE = "tokenme"
COMMERCIAL, QUALIFIED = CertificateProfile.COMMERCIAL, CertificateProfile.QUALIFIED
DOES_NOT_FIT = {
    "en": (
        "Error 621: the certificate was not stored, because it does not fit on TokenME.\n"
        "Cause: The space of TokenME is used up by the keys and certificates on it.\n"
        "Cure: Delete an old certificate that is no longer needed (enrol clean), then store this one again: {again}\n"
    ),
    "cs": (
        "Chyba 621: certifikát nebyl uložen, protože se na zařízení TokenME nevejde.\n"
        "Příčina: Místo na zařízení TokenME zabírají klíče a certifikáty, které na něm už jsou.\n"
        "Náprava: Smažte starý certifikát, který už nepotřebujete (enrol clean), a uložte tento znovu: {again}\n"
    ),
    "sl": (
        "Napaka 621: potrdilo ni shranjeno, ker na napravi TokenME zanj ni prostora.\n"
        "Vzrok: Prostor na napravi TokenME zasedajo ključi in potrdila, ki so že na njej.\n"
        "Rešitev: Izbrišite staro potrdilo, ki ga ne potrebujete več (enrol clean), in shranite to še enkrat: {again}\n"
    ),
}
OUTDATED = {
    "en": (
        "Error 622: the request was not sent, because Bit4id PKI Manager on this computer is outdated.\n"
        "Cause: Version 1.4.9 is installed; TokenME needs 1.4.10 or later.\n"
        "Cure: Update Bit4id PKI Manager, let the client know the new version (enrol settings set pki-manager-version "
        "1.4.10), then ask again.\n"
    ),
    "cs": (
        "Chyba 622: žádost nebyla odeslána, protože program Bit4id PKI Manager na tomto počítači je zastaralý.\n"
        "Příčina: Nainstalovaná je verze 1.4.9; zařízení TokenME potřebuje 1.4.10 nebo novější.\n"
        "Náprava: Aktualizujte program Bit4id PKI Manager, sdělte novou verzi klientovi (enrol settings set "
        "pki-manager-version 1.4.10) a požádejte znovu.\n"
    ),
    "sl": (
        "Napaka 622: zahtevek ni poslan, ker je program Bit4id PKI Manager v tem računalniku zastarel.\n"
        "Vzrok: Nameščena je različica 1.4.9; naprava TokenME potrebuje 1.4.10 ali novejšo.\n"
        "Rešitev: Posodobite program Bit4id PKI Manager, novo različico sporočite odjemalcu (enrol settings set "
        "pki-manager-version 1.4.10) in zaprosite še enkrat.\n"
    ),
}


def unpaired(client: Client) -> int:
    return sum(1 for key in client.desk.seen.keys if not key.paired)


@pytest.mark.fact("TM-03", "TM-04", "TM-08")
@beginning_with(COMMERCIAL, QUALIFIED)
@pytest.mark.parametrize(
    ("order", "language"),
    [((QUALIFIED, COMMERCIAL), "en"), ((COMMERCIAL, QUALIFIED), "cs"), ((QUALIFIED, COMMERCIAL), "sl")],
    ids=["qualified first, en", "commercial first, cs", "qualified first, sl"],
)
def test_the_second_follow_on_meets_621_until_an_old_one_is_deleted(
    client: Client, ca: TrainingCa, begun: Holding, order: tuple[CertificateProfile, ...], language: str
) -> None:
    old = dict(zip((COMMERCIAL, QUALIFIED), begun.serials, strict=True))
    first, second = order
    request = client.renew(old[first])
    new_first = ca.issue(request)
    client.install(request)
    # The token has room for the request of the second still, and not for its certificate.
    request = client.renew(old[second])
    new_second = ca.issue(request)
    before = content_of(client.desk)
    said = client.refused("install", request, codes=(PIN,), language=language)
    assert said.endswith(DOES_NOT_FIT[language].format(again=f"enrol install {request}"))
    assert content_of(client.desk) == before
    assert unpaired(client) == 1
    assert client.pending() == [request]

    client.done("clean", "--serial", f"0x{old[first]}", "--yes", codes=(PIN,))
    client.install(request)
    assert sorted(client.serials()) == sorted([old[second], new_first, new_second])
    assert unpaired(client) == 0


@pytest.mark.fact("TM-03")
@beginning_with(COMMERCIAL, QUALIFIED, COMMERCIAL)
def test_a_file_meets_621_as_well(client: Client, ca: TrainingCa) -> None:
    request = client.request(QUALIFIED)
    ca.issue(request)
    client.done("download", request, "--out", "mine.crt")
    said = client.refused("import", "mine.crt", codes=(PIN,))
    assert said.endswith(DOES_NOT_FIT["en"].format(again="enrol import mine.crt"))


@pytest.mark.fact("TM-03")
@beginning_with(COMMERCIAL, QUALIFIED, COMMERCIAL)
def test_a_full_token_takes_no_further_key_and_says_so(client: Client) -> None:
    client.request(COMMERCIAL)
    before = content_of(client.desk)
    said = client.refused("request", "commercial", *JANA, codes=(PIN,))
    assert "No key was made: TokenME has no space left." in said
    assert content_of(client.desk) == before


@pytest.mark.fact("TM-05")
@pytest.mark.parametrize("language", ["en", "cs", "sl"])
def test_an_outdated_manager_is_622_and_updating_it_cures_that(client: Client, ca: TrainingCa, language: str) -> None:
    client.done("settings", "set", "pki-manager-version", "1.4.9")
    before = content_of(client.desk)
    said = client.refused("request", "commercial", *JANA, codes=(PIN,), language=language)
    assert said.endswith(OUTDATED[language])
    assert (content_of(client.desk), ca.requests()) == (before, 0)
    client.done("settings", "set", "pki-manager-version", "1.4.10")
    client.request(COMMERCIAL)
    assert ca.requests() == 1


@pytest.mark.fact("TM-05")
@beginning_with(COMMERCIAL, QUALIFIED)
def test_a_renewal_meets_it_too(client: Client, ca: TrainingCa, begun: Holding) -> None:
    _, serial = begun.serials
    client.done("settings", "set", "pki-manager-version", "1.4.9")
    assert client.refused("renew", "--serial", f"0x{serial}", codes=(PIN,)).endswith(OUTDATED["en"])
    # The number means something else with another card, which knows no such manager.
    with client_at_desk(ca.url, "proid-q", "5354554E54000077") as other:
        other.done("settings", "set", "pki-manager-version", "1.4.9")
        assert other.request()


@pytest.mark.fact("TM-06")
@beginning_with(COMMERCIAL, QUALIFIED, COMMERCIAL)
def test_the_wizard_deletes_what_is_ticked_a_valid_one_included(client: Client, begun: Holding) -> None:
    kept, gone, gone_first = begun.serials
    waiting = client.request()
    # A key that waits for its certificate is not offered for deletion.
    shown = client.done("clean", "--serial", str(int(gone_first, 16)), "--yes", codes=(PIN,))
    assert "unpaired" not in shown
    (client.home / "requests" / f"{waiting}.json").unlink()
    said = client.refused("clean", codes=(PIN,), status=2)
    assert str(int(gone, 16)) in said
    said = client.refused("clean", "--serial", f"0x{gone}", codes=(PIN,), status=2)
    assert "say --yes to delete without being asked" in said
    assert sorted(client.serials()) == sorted([kept, gone])

    number = 1 + client.serials().index(gone)
    shown = client.at_terminal(
        "clean", typing=[("or nothing: ", str(number)), ("Delete? [y/N]: ", "y"), ("PIN: ", PIN)]
    )
    assert "still valid" in shown
    assert shown.count("There is no way back.") == 1
    assert f"Deleted: certificate {int(gone, 16)} of Jana Nováková, and its key." in shown
    assert "There is also 1 unpaired key on the card" in shown
    assert "cardmanager delete-key --expert" in shown
    assert client.serials() == [kept]
    assert [key.paired for key in client.desk.seen.keys] == [True, False]


@pytest.mark.fact("TM-06")
@beginning_with(COMMERCIAL, QUALIFIED, COMMERCIAL)
def test_certificates_are_deleted_in_the_order_in_which_they_are_named(client: Client, begun: Holding) -> None:
    first, second, third = begun.serials
    serials = [argument for serial in (third, first, third, second) for argument in ("--serial", f"0x{serial}")]
    shown = client.done("clean", *serials, "--yes", codes=(PIN,))
    deleted = re.findall(r"Deleted: certificate ([0-9]+) ", shown)
    assert deleted == [str(int(serial, 16)) for serial in (third, first, second)]
    assert client.desk.seen.keys == []


@pytest.mark.fact("TM-06")
@beginning_with(COMMERCIAL)
def test_who_ticks_nothing_or_says_no_loses_nothing(client: Client) -> None:
    before = content_of(client.desk)
    assert "Nothing was deleted." in client.at_terminal("clean", typing=[("or nothing: ", "")])
    assert "Nothing was deleted." in client.at_terminal(
        "clean", typing=[("or nothing: ", "1"), ("Delete? [y/N]: ", "n")], status=1
    )
    assert "7 is none of the numbers" in client.at_terminal("clean", typing=[("or nothing: ", "1, 7")], status=2)
    assert content_of(client.desk) == before


@pytest.mark.fact("TM-08")
@beginning_with(COMMERCIAL)
def test_the_one_to_renew_is_chosen_from_a_list_and_the_store_offers_the_token(client: Client) -> None:
    shown = client.at_terminal("renew", typing=[("Number: ", "1"), ("PIN: ", PIN)])
    assert "Jana Nováková" in shown
    assert "Store: TokenME (preset, because the certificate lies there)" in shown
    assert re.search("Its number: BP[0-9]{10}", shown)


@pytest.mark.fact("TM-09")
def test_the_serial_number_as_jip_wants_it(client: Client, ca: TrainingCa) -> None:
    assert "There is no certificate on TokenME." in client.refused("serial")
    serial = client.certificate(ca, COMMERCIAL)
    shown = client.done("serial")
    assert "Serial numbers, to be entered in the JIP account" in shown
    assert re.search(f"│ {int(serial, 16)} +│ {serial} +│", shown)
    [found] = json.loads(client.done("serial", "--json"))
    assert (found["serial"], found["serial_hex"]) == (str(int(serial, 16)), serial)
    client.desk.tool(
        "pkcs15-tool", "--read-certificate", client.desk.seen.keys[0].identifier or "", "--output", "c.pem"
    )
    # OpenSSL writes whole bytes, JIP's form has no zero in front.
    assert int(client.desk.openssl("x509", "-in", "c.pem", "-noout", "-serial").removeprefix("serial="), 16) == int(
        serial, 16
    )
    assert json.loads(client.done("serial", "c.pem", "--json")) == [found]
