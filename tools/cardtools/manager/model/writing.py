"""What all that puts something on a card, or takes it off, has in common."""

from __future__ import annotations

from cardtools.card.errors import CodeBlockedError, CodeNotSetError, ReadOnlyCardError
from cardtools.card.status import CardStatus, CodeState, CodeStatus
from cardtools.card.token import Token
from cardtools.manager.model.inventory import Container


def writing_code(card: CardStatus) -> CodeStatus:
    """The code that opens a card for writing.

    Raises ReadOnlyCardError for a card that takes nothing in, and CodeRefusedError when the code can't be given now.
    """
    if card.kind.writes_with is None:
        raise ReadOnlyCardError
    return _usable(card.code(card.kind.writes_with))


def guard_of(card: CardStatus, area: str) -> CodeStatus:
    """The code that opens an area. Raises CodeRefusedError when it can't be given now."""
    return _usable(card.code(card.area(area).guard))


def _usable(code: CodeStatus) -> CodeStatus:
    if code.state is CodeState.NOT_SET:
        raise CodeNotSetError(code.id, code.name)
    if code.state is CodeState.BLOCKED:
        raise CodeBlockedError(code.id, code.name)
    return code


def erase_key(token: Token, container: Container) -> None:
    """Deletes a key, one that was never listed too; `token` is logged in. Raises CardError."""
    if container.identifier is not None:
        token.delete_key(container.identifier)
        return
    assert container.number is not None, "what has no identifier is known by the card's own number"
    token.clear_unlisted_key(container.number)
