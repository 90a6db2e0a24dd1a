"""What a card does with its files where no command set asks for it yet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stuntcard.card.content import factory_content
from stuntcard.card.files import MASTER_FILE, Condition, FileError, FileSystem, access
from stuntcard.iso7816.status import StatusWord

from tests.unit.card.cards import new_card, proid_q


def test_a_card_that_never_is_empty_is_not_emptied_whatever_its_files_allow() -> None:
    content = factory_content(proid_q())
    anybody = replace(content.files.at(MASTER_FILE), access=access(otherwise=Condition.ALWAYS))
    card = new_card(content=replace(content, files=FileSystem({**content.files.files, MASTER_FILE: anybody})))
    before = card.content
    with pytest.raises(FileError) as refused:
        card.erase(bytes(8), bytes(8))
    assert refused.value.sw is StatusWord.CONDITIONS_NOT_SATISFIED
    assert card.content == before
