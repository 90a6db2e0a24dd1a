"""Who is the same person."""

from __future__ import annotations

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
