"""The enrolment client with a ProID+Q, PC/SC, OpenSC and a CA that is really there: from the request to the renewal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from cardtools.ca.errors import RefusedError
from cardtools.ca.office import bonds
from cardtools.ca.store.cards import CardId
from cardtools.common.protocol import CertificateProfile, Problem
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from stuntcard.card.view import KeyView
from stuntcard.iso7816.instructions import Instruction
from stuntcard.policy.state import Origin

from tests.clients.certificates import certify, new_key
from tests.clients.desk import PIN, QPIN
from tests.clients.enrolment import (
    JANA,
    Client,
    Holding,
    TrainingCa,
    beginning_with,
    certificate_in_file,
    client_at_desk,
    content_of,
    finished,
    request_id,
)
from tests.clients.pkcs11_client import Pkcs11Client

pytestmark = pytest.mark.own_module

COMMERCIAL, QUALIFIED, SEAL = CertificateProfile
LETTER = b"I sell you my house."
NO_PLACE = {
    "en": (
        "Error 622: no key was made, because ProID+Q has no place left for it (CC area: 2 of 2 places taken).\n"
        "Cause: Each certificate there takes a place, and so does each unpaired key, which a request leaves behind "
        "that was never finished.\n"
        "Cure: Delete an old certificate (enrol clean) or an unpaired key (cardmanager delete-key --expert), then ask "
        "again.\n"
    ),
    "cs": (
        "Chyba 622: klíč nebyl vytvořen, protože na zařízení ProID+Q pro něj není volné místo ({area}: obsazená "
        "místa: 2 z celkem 2).\n"
        "Příčina: Každý certifikát tam zabírá jedno místo a stejně tak každý nespárovaný klíč, který zůstal po "
        "nedokončené žádosti.\n"
        "Náprava: Smažte starý certifikát (enrol clean) nebo nespárovaný klíč (cardmanager delete-key --expert) a "
        "požádejte znovu.\n"
    ),
    "sl": (
        "Napaka 622: ključ ni ustvarjen, ker na napravi ProID+Q zanj ni prostega mesta ({area}: zasedeno 2 od 2).\n"
        "Vzrok: Vsako potrdilo tam zaseda eno mesto, prav tako vsak ključ brez para, ki je ostal po nedokončanem "
        "zahtevku.\n"
        "Rešitev: Izbrišite staro potrdilo (enrol clean) ali ključ brez para (cardmanager delete-key --expert) in "
        "zaprosite še enkrat.\n"
    ),
}


def only_key(client: Client) -> KeyView:
    [key] = client.desk.seen.keys
    return key


def used(client: Client) -> int:
    return client.desk.seen.areas["cc"].used


# The first certificate


@pytest.mark.fact("PQ-18", "PQ-19", "PQ-35")
def test_from_the_first_request_to_a_signature(client: Client, ca: TrainingCa) -> None:
    shown = client.at_terminal("request", "qualified", *JANA, typing=(("PIN: ", PIN), ("QPIN: ", QPIN)))
    assert "ProID+Q with serial number 5354554E54000001 in Stuntcard ProID+Q 00 00" in shown
    assert shown.index("PIN: ") < shown.index("QPIN: ") < shown.index("Making a key on the card")
    assert re.search(r"\nThe CA has received the request\. Its number: BP[0-9]{10}\n", shown)
    request = request_id(shown)
    assert (only_key(client).area, only_key(client).origin, only_key(client).paired) == ("cc", Origin.MADE, False)

    assert "waits for the CA" in client.done("check")
    serial = ca.issue(request)
    shown = client.done("check")
    assert f"{request}: issued. Put it on the card with: enrol install {request}" in shown

    shown = client.done("download", request, "--report", "report.txt")
    assert f"The certificate is in {request}.crt." in shown
    report = (client.desk.folder / "report.txt").read_text()
    assert report in shown
    assert re.search(r"^Serial number \(hex\) +" + serial + "$", report, re.MULTILINE)
    assert re.search(r"^Key made on the qualified device +yes$", report, re.MULTILINE)

    shown = client.install(request)
    assert shown.startswith(report)
    key = only_key(client)
    assert shown.endswith(
        f"on ProID+Q, with its key (identifier {str(key.identifier).lower()}). It can be used now.\n"
        "Take ProID+Q out now and put it in again, so that all programs see the new certificate.\n"
    )
    assert key.paired
    assert client.pending() == []

    with Pkcs11Client(client.desk) as application:
        application("log_in", "ProID+Q (QPIN)", QPIN)
        signature = application("sign", "ProID+Q (QPIN)", key.identifier, "sha256-rsa", LETTER.hex(), QPIN)
    client.desk.write("letter", LETTER)
    client.desk.write("signature", bytes.fromhex(str(signature)))
    client.desk.openssl("x509", "-in", f"{request}.crt", "-pubkey", "-noout", "-out", "public.pem")
    client.desk.openssl("dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "letter")


@pytest.mark.fact("PQ-18")
def test_a_commercial_one_takes_pin_alone(client: Client, ca: TrainingCa) -> None:
    client.certificate(ca, COMMERCIAL)
    assert (only_key(client).area, only_key(client).paired) == ("general", True)
    assert client.desk.status_words(Instruction.VERIFY, 3) == []


def test_one_for_a_seal_lies_in_the_cc_area_too(client: Client, ca: TrainingCa) -> None:
    request = client.request(SEAL, "--name", "Obec Lhota", "--e-mail", "urad@lhota.example")
    assert only_key(client).area == "cc"
    ca.issue(request)
    assert "qualified certificate for seals" in client.install(request)


def test_codes_come_from_a_private_file_as_well(client: Client) -> None:
    file = client.desk.folder / "codes"
    file.write_text(f"pin: {PIN}\nqpin: {QPIN}\n")
    file.chmod(0o600)
    assert request_id(client.done("request", "qualified", *JANA, "--codes-file", str(file)))


@pytest.mark.fact("PQ-18")
@pytest.mark.parametrize(
    ("codes", "said", "tries"),
    [
        (("wrong-pin", QPIN), "PIN is wrong, 2 tries are left.", (2, 5, 3)),
        ((PIN, "wrong-qpin"), "QPIN is wrong, 2 tries are left.", (3, 5, 2)),
        ((PIN, "1"), "QPIN can't have such a value", (3, 5, 3)),
        ((PIN,), "The input ended before all codes had come", (3, 5, 3)),
    ],
)
def test_no_key_is_made_with_a_wrong_code(
    client: Client, ca: TrainingCa, codes: tuple[str, ...], said: str, tries: tuple[int, int, int]
) -> None:
    run = client.run("request", "qualified", *JANA, codes=codes)
    assert run.status != 0
    assert said in run.err
    assert "Traceback" not in run.err
    assert client.desk.seen.keys == []
    assert client.desk.tries() == tries
    assert ca.requests() == 0


def test_a_blocked_code_is_known_before_anything_is_asked(client: Client) -> None:
    for _ in range(3):
        client.run("request", "qualified", *JANA, codes=("wrong-pin", QPIN))
    said = client.refused("request", "qualified", *JANA, codes=(PIN, QPIN))
    assert "PIN is blocked, and no value of it is taken." in said
    assert "PUK then unblocks it" in said


# What was issued, and how it does not come to the card


@pytest.mark.fact("PQ-19")
def test_each_failure_of_installing_is_said_plainly(client: Client, ca: TrainingCa) -> None:
    request = client.request()
    said = client.refused("install", request, codes=(PIN,))
    assert said == f"The certificate to {request} is not issued yet. Try again later: enrol check {request}\n"
    assert "does not know that" in client.refused("install", "BP0000000000", codes=(PIN,))
    assert "is no number of a request" in client.refused("install", "BP12", codes=(PIN,), status=2)

    ca.issue(request)
    before = content_of(client.desk)
    said = client.refused("install", request, codes=("wrong-pin",))
    assert "PIN is wrong, 2 tries are left." in said
    assert said.endswith("The certificate was not stored.\n")
    client.install(request)
    assert content_of(client.desk)["areas"] == before["areas"]
    assert "is on ProID+Q already; nothing was done." in client.refused("install", request, codes=(PIN,))


@pytest.mark.fact("PQ-19")
def test_a_refused_request_is_told_with_its_reason_and_what_remains(client: Client, ca: TrainingCa) -> None:
    request = client.request()
    ca.refuse(request, "The photo is missing.")
    assert "refused it" not in client.refused("install", request, codes=(PIN,))
    run = client.run("check")
    key = str(only_key(client).identifier).lower()
    assert run.status == 0
    assert "refused" in run.out
    assert f"{request}: refused by the CA: The photo is missing.\n" in run.err
    assert f"Its key {key} remains unpaired on ProID+Q 5354554E54000001 (CC area)" in run.err
    assert client.done("check") == "No request waits on this computer.\n"


@pytest.mark.fact("PQ-19")
def test_the_right_card_must_be_in_the_reader(client: Client, ca: TrainingCa) -> None:
    request = client.request()
    ca.issue(request)
    with client_at_desk(ca.url, serial="5354554E54000099") as other:
        other.home.rename(other.home.with_name("own"))
        client.home.rename(other.home)
        said = other.refused("install", request, codes=(PIN,))
        assert f"The key of {request} is on ProID+Q 5354554E54000001, and ProID+Q 5354554E54000099 is in" in said
        # Somebody who has the file only gets no further.
        other.done("download", request, "--out", "file.crt")
        said = other.refused("import", "file.crt", codes=(PIN,))
        assert "its key is not on ProID+Q" in said
        assert "Or its key was deleted" in said
        assert other.desk.seen.keys == []


@pytest.mark.fact("PQ-20")
def test_a_certificate_file_finds_its_key(client: Client, ca: TrainingCa) -> None:
    request = client.request()
    ca.issue(request)
    client.done("download", request, "--out", "mine.crt")
    client.desk.write("not.crt", b"-----BEGIN CERTIFICATE-----\nrubbish")
    client.desk.write("huge.crt", b" " * 70_000)
    client.desk.write("foreign.crt", certify(new_key("rsa").public_key(), "Somebody").public_bytes(Encoding.PEM))
    before = content_of(client.desk)
    assert "not.crt is no certificate." in client.refused("import", "not.crt", codes=(PIN,), status=2)
    assert "is too large" in client.refused("import", "huge.crt", codes=(PIN,), status=2)
    assert "none.crt can't be read" in client.refused("import", "none.crt", codes=(PIN,), status=2)
    assert "its key is not on ProID+Q" in client.refused("import", "foreign.crt", codes=(PIN,))
    assert content_of(client.desk) == before
    assert client.desk.status_words(Instruction.VERIFY, 1)[-1] == 0x9000

    shown = client.done("import", "mine.crt", codes=(PIN,))
    assert shown.startswith("The certificate of Jana Nováková is on ProID+Q, with its key")
    assert only_key(client).paired
    client.desk.tool("pkcs15-tool", "--read-certificate", str(only_key(client).identifier), "--output", "back.pem")
    stored = x509.load_pem_x509_certificate((client.desk.folder / "back.pem").read_bytes())
    assert stored == x509.load_pem_x509_certificate((client.desk.folder / "mine.crt").read_bytes())


# Renewal


@pytest.mark.fact("PQ-15", "PQ-26")
@beginning_with(QUALIFIED)
def test_renewals_until_622_then_cleaned_and_renewed(client: Client, ca: TrainingCa, begun: Holding) -> None:
    [first] = begun.serials
    run = client.run("renew", "--serial", f"0x{first}", codes=(PIN, QPIN))
    assert "Store: ProID+Q (preset, because the certificate lies there)" in run.err
    second = ca.issue(request_id(run.out))
    client.install(request_id(run.out))
    assert (used(client), sorted(client.serials())) == (2, sorted([first, second]))

    before, asked = content_of(client.desk), ca.requests()
    said = client.refused("renew", "--serial", f"0x{second}")  # no code is given, for none is asked
    assert said.endswith(NO_PLACE["en"])
    assert "Asking the CA" not in said
    assert content_of(client.desk) == before
    assert ca.requests() == asked

    shown = client.done("clean", "--serial", f"0x{first}", "--yes", codes=(PIN,))
    assert shown.count("There is no way back.") == 1
    assert "and its key." in shown
    assert (used(client), client.serials()) == (1, [second])

    third = client.renew(second)
    ca.issue(third)
    client.install(third)
    assert used(client) == 2


@pytest.mark.fact("PQ-15")
@pytest.mark.parametrize("language", ["en", "cs", "sl"])
@beginning_with(QUALIFIED)
def test_an_unpaired_key_holds_its_place_until_it_is_deleted(client: Client, begun: Holding, language: str) -> None:
    [serial] = begun.serials
    client.request()
    said = client.refused("renew", "--serial", f"0x{serial}", codes=(PIN, QPIN), language=language)
    area = {"en": "CC area", "cs": "oblast CC", "sl": "območje CC"}[language]
    assert said.endswith(NO_PLACE[language].replace("{area}", area))
    assert "cardmanager delete-key --expert" in said
    key = next(key for key in client.desk.seen.keys if not key.paired)
    delete = ("pkcs15-init", "--delete-objects", "privkey,pubkey", "--id", str(key.identifier))
    client.desk.tool(*delete, "--auth-id", "01", "--pin", PIN)
    client.desk.tool("opensc-tool", "--reset")
    assert request_id(client.done("renew", "--serial", f"0x{serial}", codes=(PIN, QPIN), language=language))


@pytest.mark.fact("PQ-15")
@beginning_with(QUALIFIED)
def test_two_clients_race_for_the_last_place(client: Client, ca: TrainingCa) -> None:
    asked = ca.requests()
    other = replace(client, home=client.home.with_name("other"))
    other.done("settings", "set", "ca-url", ca.url)
    processes = [each.start("request", "qualified", *JANA, codes=(PIN, QPIN)) for each in (client, other)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(f"{PIN}\n{QPIN}\n")
        process.stdin.flush()
    runs = sorted((finished(process, ()) for process in processes), key=lambda run: run.status)
    assert [run.status for run in runs] == [0, 1], runs
    assert NO_PLACE["en"] in runs[1].err
    assert (used(client), ca.requests()) == (2, asked + 1)
    [winner] = [each for each in (client, other) if each.pending()]
    ca.issue(request_id(runs[0].out))
    winner.install(request_id(runs[0].out))


@pytest.mark.fact("PQ-26")
@beginning_with(QUALIFIED)
def test_a_renewal_asks_for_qpin_and_then_for_pin(client: Client, begun: Holding) -> None:
    renew = ("renew", "--serial", f"0x{begun.serials[0]}")
    shown = client.at_terminal(*renew, typing=[("QPIN: ", QPIN), ("PIN: ", PIN)])
    assert re.findall(r"\b(Q?PIN):", shown) == ["QPIN", "PIN"]


@pytest.mark.fact("PQ-26")
def test_for_a_certificate_in_a_file_the_store_is_chosen_by_hand(client: Client, ca: TrainingCa) -> None:
    certificate_in_file(ca, client.desk.folder / "old.p12", "secret")
    client.desk.write("cut.p12", (client.desk.folder / "old.p12").read_bytes()[:500])

    renew = ("renew", "--from", "old.p12")
    assert "The password of the file is wrong." in client.refused(*renew, codes=("public", PIN))
    assert "is no PKCS#12 file" in client.refused("renew", "--from", "cut.p12", codes=("secret", PIN))
    said = client.refused(*renew, codes=("secret", PIN), status=2)
    assert "say where the follow-on shall be stored, with --store: ProID+Q\n" in said
    assert "There is no store Windows" in client.refused(*renew, "--store", "Windows", codes=("secret",), status=2)
    assert client.desk.seen.keys == []
    shown = client.done(*renew, "--store", "ProID+Q", codes=("secret", PIN))
    assert only_key(client).area == "general"
    ca.issue(request_id(shown))
    client.install(request_id(shown))
    assert only_key(client).paired


@pytest.mark.fact("PQ-26", "TM-08")
@beginning_with(QUALIFIED)
def test_only_a_certificate_in_use_is_renewed(client: Client, ca: TrainingCa, begun: Holding) -> None:
    [serial] = begun.serials
    assert "is no serial number" in client.refused("renew", "--serial", "x", codes=(PIN, QPIN), status=2)
    assert "There is no certificate with serial number 5" in client.refused("renew", "--serial", "5", status=2)
    decimal = int(serial, 16)
    assert f"with --serial: {decimal} (Jana Nováková)\n" in client.refused("renew", codes=(PIN, QPIN), status=2)
    ca.revoke(serial)
    before = content_of(client.desk)
    said = client.refused("renew", "--serial", str(decimal), codes=(PIN, QPIN))
    assert f"Certificate {decimal} is not in use (revoked), and only one in use can be renewed." in said
    assert content_of(client.desk) == before


@pytest.mark.fact("PQ-26")
@beginning_with(QUALIFIED)
def test_a_card_bound_to_one_gets_no_qualified_certificate_for_another(client: Client) -> None:
    before = content_of(client.desk)
    petr = ("--name", "Petr Novák", "--e-mail", "petr@example.com")
    said = client.refused("request", "qualified", *petr, codes=(PIN, QPIN))
    assert "This card is bound to another applicant" in said
    assert said.count("undoes the bond") == 1
    assert "bond is undone" not in said
    assert said.endswith("The key just made was deleted again; the card is as it was.\n")
    assert content_of(client.desk) == before


@pytest.mark.fact("PQ-25")
def test_a_commercial_certificate_on_the_card_keeps_the_bond_too(client: Client, ca: TrainingCa) -> None:
    """To hand a card over, all of the holder's certificates on it must be revoked, and not the qualified one alone."""
    qualified, commercial = client.certificate(ca), client.certificate(ca, COMMERCIAL)
    status = client.desk.seen
    card = CardId(status.profile, status.serial)
    ca.revoke(qualified)
    with pytest.raises(RefusedError) as refused:
        bonds.undo(ca.service, card, "the operator")
    assert refused.value.problem is Problem.STILL_VALID_CERTIFICATES
    petr = ("--name", "Petr Novák", "--e-mail", "petr@example.com")
    client.refused("request", "qualified", *petr, codes=(PIN, QPIN))

    ca.revoke(commercial)
    bonds.undo(ca.service, card, "the operator")
    client.done("request", "qualified", *petr, codes=(PIN, QPIN))


# Which card


def test_the_device_is_found_or_missed_plainly(client: Client) -> None:
    client.slot.remove()
    run = client.run("request", "qualified", *JANA, codes=(PIN, QPIN))
    assert run.status == 69
    assert "No qualified device was found. Insert one and try again." in run.err
    assert "There is no reader called" in client.refused("serial", "--reader", "No such", status=2)


def test_a_card_that_takes_no_keys_is_no_qualified_device(ca: TrainingCa) -> None:
    with client_at_desk(ca.url, "zzzs-pk") as client:
        run = client.run("request", "qualified", *JANA, codes=(PIN,))
        assert run.status == 69
        assert run.err == (
            "No qualified device was found; in the readers: ZZZS-PK. Insert a qualified device and try again.\n"
        )


def test_the_codes_of_an_eobcanka_are_set_before_it_serves(ca: TrainingCa) -> None:
    with client_at_desk(ca.url, "eobcanka") as client:
        said = client.refused("request", "qualified", *JANA, codes=(PIN, QPIN))
        assert "PIN has not been set yet." in said
        assert [key for key in client.desk.seen.keys if key.origin is Origin.MADE] == []
