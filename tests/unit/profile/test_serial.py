from __future__ import annotations

import pytest
from cryptography import x509
from stuntcard.card.content import factory_content
from stuntcard.card.pkcs15 import EF_TOKEN_INFO, FACTORY
from stuntcard.card.view import view
from stuntcard.iso7816 import tlv
from stuntcard.profile.load import load_profile, shipped_names
from stuntcard.profile.serial import SerialError, random_serial, with_serial

from tests.unit.card.cards import MANAGE, Client, new_card

PROID_Q = load_profile("proid-q")
OWN = "5354554E54ABCDEF"


@pytest.mark.parametrize("name", shipped_names())
def test_the_card_shows_its_number_everywhere(name: str) -> None:
    profile = with_serial(load_profile(name), OWN)
    card = new_card(profile)
    client = Client(card)
    if profile.open_while is None:  # else TokenInfo is its first client's to write
        token_info, _ = tlv.parse_one(card.content.files.at(EF_TOKEN_INFO).content)
        assert token_info.children()[1].value.hex().upper() == OWN
    client.send(MANAGE)
    [whole] = tlv.parse(client.fetch("00CA00E000")[0])
    assert tlv.find(whole.children(), 0x82) == bytes.fromhex(OWN)
    assert view(profile, card.content).serial == OWN


def test_a_certificate_that_names_the_card_names_this_one() -> None:
    content = factory_content(with_serial(load_profile("eobcanka"), OWN))
    certificate = x509.load_der_x509_certificate(content.files.at(FACTORY + b"\0\1").content)
    [named] = certificate.subject.get_attributes_for_oid(x509.NameOID.SERIAL_NUMBER)
    assert named.value == OWN


def test_a_certificate_that_names_a_person_stays() -> None:
    zzzs_pk = load_profile("zzzs-pk")
    assert with_serial(zzzs_pk, OWN).personalisation == zzzs_pk.personalisation


def test_nothing_else_changes() -> None:
    other = with_serial(PROID_Q, OWN)
    assert with_serial(other, PROID_Q.token.serial) == PROID_Q
    assert with_serial(PROID_Q, OWN.lower()) == other


@pytest.mark.parametrize("serial", ["", "1", "123", "XY", "00" * 17, "53 54", "0x53"])
def test_what_is_no_serial_number(serial: str) -> None:
    with pytest.raises(SerialError, match="expected 1 to 16 bytes in hexadecimal, as in 5354554E54000001"):
        with_serial(PROID_Q, serial)


def test_a_card_whose_clients_count_on_eight_bytes_takes_no_other_number() -> None:
    with pytest.raises(SerialError, match="the eop applet shows a serial number of 8 bytes, as in 5354554E54000003"):
        with_serial(load_profile("eobcanka"), "5354")
    assert with_serial(PROID_Q, "5354").token.serial == "5354"


@pytest.mark.parametrize("name", shipped_names())
def test_a_random_number_is_stunt_and_three_bytes_of_its_own(name: str) -> None:
    profile = load_profile(name)
    numbers = {random_serial(profile) for _ in range(4)}
    assert len(numbers) > 1
    for number in numbers:
        assert number.startswith(b"STUNT".hex().upper())
        assert with_serial(profile, number).token.serial == number


def test_a_random_number_of_a_card_with_a_very_short_one() -> None:
    assert len(random_serial(with_serial(PROID_Q, "07"))) == 6
