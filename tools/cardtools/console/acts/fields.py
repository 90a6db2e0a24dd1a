"""The fields of forms that ask for codes."""

from __future__ import annotations

from cardtools.card.status import CardStatus, Characters, CodeStatus
from cardtools.common.messages import Messages
from cardtools.common.prompt import NEW
from cardtools.console.acts.given import AGAIN
from cardtools.console.acts.values import FieldKind, FormField


def length_of(messages: Messages, code: CodeStatus) -> str:
    """How long a code's value is, and what it is made of; from the card manager's messages."""
    exact = "-exact" if code.min_length == code.max_length else ""
    key = f"length-{code.characters.name.lower()}{exact}"
    return messages.text(key, min=code.min_length, max=code.max_length)


def present_field(messages: Messages, code: CodeStatus, *, needed: bool = True, hint: str = "") -> FormField:
    """Asks for a code's present value."""
    return FormField(
        name=code.id,
        label=messages.name(code.name),
        kind=FieldKind.CODE,
        hint=hint,
        digits=code.characters is Characters.DIGITS,
        needed=needed,
    )


def new_fields(messages: Messages, code: CodeStatus) -> tuple[FormField, ...]:
    """Asks for a code's new value, twice; from the card manager's messages."""
    name, digits = messages.name(code.name), code.characters is Characters.DIGITS
    kind = FieldKind.NEW_CODE
    first = FormField(
        name=NEW + code.id,
        label=messages.text("prompt-new", code=name),
        kind=kind,
        hint=length_of(messages, code),
        digits=digits,
    )
    again = FormField(name=AGAIN + code.id, label=messages.text("prompt-again", code=name), kind=kind, digits=digits)
    return first, again


def guards_of(card: CardStatus, areas: tuple[str | None, ...], writes_with: str | None) -> tuple[CodeStatus, ...]:
    """The code for writing, and those that guard the areas besides; each once."""
    names = [writes_with, *(card.area(area).guard for area in areas if area is not None)]
    return tuple(card.code(name) for name in dict.fromkeys(name for name in names if name is not None))
