"""The subjects of persons and organisations (EN 319 412-2, 4.2.4; EN 319 412-3, 4.2.1)."""

from __future__ import annotations

import pytest
from cardtools.ca.pki.subjects import names_of, subject_of
from cardtools.common.protocol import Applicant
from cryptography.x509.oid import NameOID

from tests.unit.cardtools.ca.running_ca import JANA, PETR, RunningCa, certificate_of


@pytest.mark.parametrize(
    ("name", "surname", "expected"),
    [
        ("Jana Nováková", None, ("Jana", "Nováková")),
        ("Jan Amos Komenský", None, ("Jan Amos", "Komenský")),
        ("Mija Kos Novak", "Kos Novak", ("Mija", "Kos Novak")),
        ("Ludwig van Beethoven", "van  Beethoven", ("Ludwig", "van Beethoven")),
        ("Madonna", None, ("", "Madonna")),
        ("Madonna", "Madonna", ("", "Madonna")),
    ],
)
def test_given_name_and_surname(name: str, surname: str | None, expected: tuple[str, str]) -> None:
    assert names_of(Applicant(name=name, surname=surname, e_mail="a@example.org")) == expected


def test_the_identifier_that_was_given() -> None:
    who = Applicant(name="Jana Nováková", e_mail="jana@example.org", identifier="PNOCZ-8351121234")
    [number] = subject_of(who, for_organisation=False).get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    assert number.value == "PNOCZ-8351121234"
    town = Applicant(name="Obec Lhota", e_mail="urad@example.org", identifier="NTRCZ-00123456")
    assert subject_of(town, for_organisation=True).rfc4514_string() == (
        "CN=Obec Lhota,2.5.4.97=NTRCZ-00123456,O=Obec Lhota,C=CZ"
    )


def test_a_number_made_up_tells_people_apart_and_stays() -> None:
    def number(who: Applicant) -> object:
        return subject_of(who, for_organisation=False).get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value

    assert number(JANA) == number(JANA.model_copy(update={"organisation": "Obec Lhota"}))
    assert number(JANA) != number(PETR)
    assert number(JANA) != number(JANA.model_copy(update={"e_mail": "jana2@example.org"}))


def test_what_was_asked_for_is_in_the_certificate_and_in_its_follow_on(ca: RunningCa) -> None:
    from tests.unit.cardtools.ca.keys import new_key

    who = Applicant(name="Mija Kos Novak", surname="Kos Novak", e_mail="m@example.org", identifier="IDCSI-001234567")
    old = new_key()
    issued = ca.issued(old, who=who)
    renewed = ca.http.get(f"/certificates/{ca.renew(issued['serial'], old, new_key()).json()['serial']}").json()
    for one in (issued, renewed):
        assert certificate_of(one).subject.rfc4514_string() == (
            "2.5.4.5=IDCSI-001234567,2.5.4.4=Kos Novak,2.5.4.42=Mija,CN=Mija Kos Novak,C=CZ"
        )
