"""What a reader can do beside carrying commands, and how it is asked to (PC/SC part 10, 2.2 to 2.6)."""

from __future__ import annotations

from enum import IntEnum
from struct import pack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stuntcard.readers.pinpad.pad import PinPad

GET_FEATURE_REQUEST = 0x42000000 + 3400
_CONTROL_CODES = 0x42330000
"""Where this reader has the control codes of its features, as USB readers have them with libccid."""

_LAYOUT, _COLUMNS, _LINES = 0x0210, 16, 2
_ENDS, _TWO_TIMES = 0x07, 1
_SHORTEST, _LONGEST = 1, 16
_MAX_DATA = 0x10000


class Feature(IntEnum):
    """Those that a reader may have here."""

    VERIFY_PIN_DIRECT = 0x06
    MODIFY_PIN_DIRECT = 0x07
    IFD_PIN_PROPERTIES = 0x0A
    GET_TLV_PROPERTIES = 0x12

    @property
    def control_code(self) -> int:
        """What SCardControl is to be called with."""
        return _CONTROL_CODES + self


_OF_A_PAD = (Feature.VERIFY_PIN_DIRECT, Feature.MODIFY_PIN_DIRECT, Feature.IFD_PIN_PROPERTIES)
_BY_CODE = {feature.control_code: feature for feature in Feature}


def feature_list(pad: PinPad | None) -> bytes:
    """The features and their control codes, each as tag, length and value (part 10, 2.2)."""
    features = (*(_OF_A_PAD if pad is not None else ()), Feature.GET_TLV_PROPERTIES)
    return b"".join(pack(">BBI", feature, 4, feature.control_code) for feature in features)


def feature_meant(control_code: int, pad: PinPad | None) -> Feature | None:
    """The feature of this control code, if the reader has it."""
    feature = _BY_CODE.get(control_code)
    return None if feature in _OF_A_PAD and pad is None else feature


def pin_properties() -> bytes:
    """PIN_PROPERTIES_STRUCTURE: size of the display, what may end an entry, and that there are two time-outs."""
    return pack("<HBB", _LAYOUT, _ENDS, _TWO_TIMES)


def tlv_properties(pad: PinPad | None) -> bytes:
    """What the reader is like, each as tag, length and value (part 10, 2.6.14)."""
    properties = [pack("<BBI", 0x0A, 4, _MAX_DATA)]
    if pad is not None:
        properties += [
            pack("<BBH", 0x01, 2, _LAYOUT),
            pack("<BBB", 0x02, 1, _ENDS),
            pack("<BBB", 0x03, 1, _TWO_TIMES),
            pack("<BBH", 0x04, 2, _COLUMNS),
            pack("<BBH", 0x05, 2, _LINES),
            pack("<BBB", 0x06, 1, _SHORTEST),
            pack("<BBB", 0x07, 1, _LONGEST),
        ]
    return b"".join(properties)
