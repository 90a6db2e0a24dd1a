"""The chapters, in the order in which they are played."""

from __future__ import annotations

from collections.abc import Sequence

from demo.walkthrough.chapters import (
    claim,
    codes,
    first_certificate,
    hand_over,
    identity_card,
    professional_card,
    renewal,
    signing,
    token,
)
from demo.walkthrough.story import Chapter

CHAPTERS: Sequence[Chapter] = (
    codes.CHAPTER,
    first_certificate.CHAPTER,
    signing.CHAPTER,
    renewal.CHAPTER,
    token.CHAPTER,
    hand_over.CHAPTER,
    claim.CHAPTER,
    identity_card.CHAPTER,
    professional_card.CHAPTER,
)
