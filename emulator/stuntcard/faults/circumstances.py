"""What a command is about, as far as a fault's rule may ask: the applet, the codes, the area."""

from __future__ import annotations

from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.session import ControlTemplate
from stuntcard.faults.rules import Circumstances
from stuntcard.iso7816.apdu import ApduError, parse_command
from stuntcard.iso7816.instructions import Instruction
from stuntcard.policy.law import area_of_new_key

_HEADER = 4
_KEY_IS_USED = {
    Instruction.PERFORM_SECURITY_OPERATION,
    Instruction.INTERNAL_AUTHENTICATE,
    Instruction.GENERAL_AUTHENTICATE,
    Instruction.GENERAL_AUTHENTICATE_TLV,
}
_KEY_IS_MADE = {
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR,
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR_TLV,
    Instruction.PUT_DATA,
    Instruction.PUT_DATA_TLV,
}


def circumstances(card: Card, raw: bytes) -> Circumstances:
    """Those of a command that is about to reach a card."""
    applet = _applet(card)
    if len(raw) < _HEADER:
        return Circumstances(None, None, None, applet=applet)
    cla, ins, p1p2 = raw[0], raw[1], int.from_bytes(raw[2:_HEADER])
    try:
        command = parse_command(raw)
    except ApduError:
        return Circumstances(cla, ins, p1p2, applet=applet)
    codes = card.selected.codes_concerned(card, command)
    return Circumstances(cla, ins, p1p2, command.chained, applet, codes, _area(card, ins))


def _applet(card: Card) -> str:
    return next((name for name in card.profile.applets if card.selected in APPLETS[name]), "")


def _area(card: Card, ins: int) -> str | None:
    if ins in _KEY_IS_MADE:
        return area_of_new_key(card.profile, card.state)
    if ins not in _KEY_IS_USED:
        return None
    environment = card.session.environment
    if environment is None or environment.template is ControlTemplate.KEY_GENERATION:
        return card.profile.shown_area  # a PIV card has no environments, and keys of one area alone
    number = card.content.number_of(environment.key_reference)
    item = None if number is None else card.state.item(number)
    return None if item is None else item.area
