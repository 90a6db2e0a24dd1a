"""What a command is about, as far as a fault's rule may ask: the applet, the codes, the area."""

from __future__ import annotations

from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.session import ControlTemplate
from stuntcard.faults.rules import Circumstances
from stuntcard.iso7816.apdu import ApduError, Command, parse_command
from stuntcard.iso7816.instructions import Instruction
from stuntcard.policy.law import area_of_new_key, unblocking_code

_EOP = "eop"
_HEADER = 4
_KEY_IS_USED = {Instruction.PERFORM_SECURITY_OPERATION, Instruction.INTERNAL_AUTHENTICATE}
_KEY_IS_MADE = {
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR,
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR_TLV,
    Instruction.PUT_DATA,
    Instruction.PUT_DATA_TLV,
}
_CODE_IS_SET = {Instruction.CHANGE_REFERENCE_DATA, Instruction.RESET_RETRY_COUNTER}


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
    return Circumstances(cla, ins, p1p2, command.chained, applet, _codes(card, applet, command), _area(card, ins))


def _applet(card: Card) -> str:
    return next((name for name, applets in APPLETS.items() if card.selected in applets), "")


def _codes(card: Card, applet: str, command: Command) -> frozenset[str]:
    """None for a VERIFY without a value, which only asks how many tries are left."""
    if not command.data or command.ins not in (_CODE_IS_SET | {Instruction.VERIFY}):
        return frozenset()
    for name, code in card.profile.codes_on_chip.items():
        if command.p2 == (code.eop_reference if applet == _EOP else code.reference):
            by = unblocking_code(card.profile, name)
            return frozenset({name, by} if by is not None and _unblocks(applet, command) else {name})
    return frozenset()


def _unblocks(applet: str, command: Command) -> bool:
    """Whether another code is given; the Czech applet has one command for both, and P1 tells them apart."""
    if applet == _EOP:
        return command.ins == Instruction.CHANGE_REFERENCE_DATA and command.p1 != 0
    return command.ins == Instruction.RESET_RETRY_COUNTER


def _area(card: Card, ins: int) -> str | None:
    if ins in _KEY_IS_MADE:
        return area_of_new_key(card.profile, card.state)
    environment = card.session.environment
    if ins not in _KEY_IS_USED or environment is None or environment.template is ControlTemplate.KEY_GENERATION:
        return None
    number = card.content.number_of(environment.key_reference)
    item = None if number is None else card.state.item(number)
    return None if item is None else item.area
