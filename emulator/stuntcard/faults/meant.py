"""What may have been meant by a word in a fault that is unknown: the nearest few first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stuntcard.iso7816.instructions import Instruction

_FEW = 3
_ALL = "docs/faults.md has all names"
_EVERYDAY = {
    "sign": Instruction.PERFORM_SECURITY_OPERATION,
    "decrypt": Instruction.PERFORM_SECURITY_OPERATION,
    "decipher": Instruction.PERFORM_SECURITY_OPERATION,
    "login": Instruction.VERIFY,
    "pin": Instruction.VERIFY,
    "unblock": Instruction.RESET_RETRY_COUNTER,
    "logout": Instruction.LOG_OUT,
    "import": Instruction.PUT_DATA,
    "random": Instruction.GET_CHALLENGE,
}
"""What people do with a card, and the instruction that a client does it with."""


def instruction_meant(word: str) -> str:
    """As a sentence's end: the instructions that may be meant, with their bytes."""
    names = {_name(one): one for one in Instruction if not one.name.endswith("_TLV")}
    everyday = _EVERYDAY.get(word.lower())
    close = _near(word, names) if everyday is None else [_name(everyday)]
    meant = " or ".join(f"{name} ({names[name]:02X})" for name in close)
    return f"did you mean {meant}? {_ALL}" if close else _ALL


def one_of(word: str, written: Mapping[str, str]) -> str:
    """As a sentence's end: what may be meant, or else all that there is; each name with how it is written."""
    close = _near(word, written)
    if close:
        return f"did you mean {' or '.join(written[name] for name in close)}?"
    return f"there are: {', '.join(written.values())}"


def _near(word: str, names: Iterable[str]) -> list[str]:
    import difflib

    known = list(names)
    low = word.lower().replace("_", "-")
    parts = [name for name in known if low in name.split("-") or (len(low) > _FEW and low in name)]
    close = difflib.get_close_matches(low, known, _FEW)
    return list(dict.fromkeys([*parts, *close]))[:_FEW]


def _name(one: Instruction) -> str:
    return one.name.lower().replace("_", "-")
