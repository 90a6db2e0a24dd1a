"""Who is the same person, and who can stand in a certificate."""

from __future__ import annotations

import pytest
from cardtools.ca.errors import RefusedError
from cardtools.ca.office.applicants import check_applicant
from cardtools.ca.store.people import folded, person_of
from cardtools.common.protocol import Applicant


def test_how_a_name_is_written_does_not_matter() -> None:
    one = Applicant(name="Jana  Nováková", e_mail="Jana@example.org")
    other = Applicant(name="JANA NOVA\u0301KOVA\u0301", e_mail="jana@EXAMPLE.org", organisation="Elsewhere")
    assert person_of(one) == person_of(other) == "jana nováková\njana@example.org"


def test_a_namesake_is_another_person() -> None:
    one = Applicant(name="Jana Nováková", e_mail="jana@example.org")
    assert person_of(one) != person_of(Applicant(name="Jana Nováková", e_mail="jana2@example.org"))
    assert person_of(one) != person_of(Applicant(name="Jan Novák", e_mail="jana@example.org"))


def test_folded_text() -> None:
    assert folded(" Straße\tŠ ") == "strasse š"


@pytest.mark.parametrize(
    "applicant",
    [
        Applicant(name="A\x07B", e_mail="a@example.org"),
        Applicant(name="A\u202eB", e_mail="a@example.org"),
        Applicant(name="ž" * 33, e_mail="a@example.org"),
        Applicant(name="A", organisation="ž" * 33, e_mail="a@example.org"),
        Applicant(name="A", e_mail="ž@example.org"),
        Applicant(name="A", e_mail="a\x01@example.org"),
        Applicant(name="A", e_mail="a(b)c@example.org"),
        Applicant(name="A", e_mail="a,b@example.org"),
        Applicant(name="A", e_mail='"a@example.org'),
        Applicant(name="A", e_mail="a..b@example.org"),
        Applicant(name="A", e_mail="a@-"),
    ],
)
def test_what_does_not_fit_into_a_certificate(applicant: Applicant) -> None:
    with pytest.raises(RefusedError):
        check_applicant(applicant)


def test_what_fits() -> None:
    check_applicant(Applicant(name="ž" * 32, e_mail="a@example.org", organisation="Zdravotní pojišťovna, s. r. o."))
    check_applicant(Applicant(name="A", e_mail="jana.o'neill+card_1@mail-2.example.org"))
