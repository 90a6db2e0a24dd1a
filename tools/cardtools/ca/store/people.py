"""Who is the same person to the CA."""

from __future__ import annotations

import unicodedata

from cardtools.common.protocol import Applicant


def folded(text: str) -> str:
    """Text as it is compared and searched: one form of each letter, one case, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def person_of(applicant: Applicant) -> str:
    """What makes two applicants the same person: name and e-mail address. The organisation may change."""
    return f"{folded(applicant.name)}\n{folded(applicant.e_mail)}"
