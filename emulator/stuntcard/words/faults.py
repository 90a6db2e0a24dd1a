"""What came of faults, in words."""

from __future__ import annotations

from stuntcard.faults.rules import ArmedFault
from stuntcard.faults.text import rule_text


def struck_line(fault: ArmedFault) -> str:
    """How often a fault struck; where it never did, how many commands it might have struck."""
    text = rule_text(fault.rule)
    if fault.struck:
        return f"fault {fault.number} struck {'once' if fault.struck == 1 else f'{fault.struck} times'}: {text}"
    what = "starts" if fault.rule.strikes_resets else "commands"
    matched = f"{fault.matched} {what} were such" if fault.matched else f"no {what[:-1]} was such"
    return f"fault {fault.number} never struck: {text} ({matched})"
