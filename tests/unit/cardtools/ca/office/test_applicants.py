"""Who can stand in a certificate."""

from __future__ import annotations

import pytest
from cardtools.ca.errors import RefusedError
from cardtools.ca.office.applicants import check_applicant
from cardtools.common.protocol import Applicant


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
        Applicant(name="Jana Nováková", surname="Novák", e_mail="a@example.org"),
        Applicant(name="Jana Nováková", surname="Jana", e_mail="a@example.org"),
        Applicant(name="A", e_mail="a@example.org", identifier="NTRCZ-00123456"),
    ],
)
def test_what_does_not_fit_into_a_certificate(applicant: Applicant) -> None:
    with pytest.raises(RefusedError):
        check_applicant(applicant)


def test_what_fits() -> None:
    check_applicant(Applicant(name="ž" * 32, e_mail="a@example.org", organisation="Zdravotní pojišťovna, s. r. o."))
    check_applicant(Applicant(name="A", e_mail="jana.o'neill+card_1@mail-2.example.org"))
