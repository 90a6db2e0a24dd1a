"""Mistakes of who wrote a test, such as a misspelt scenario: they are told where they stand, and not where they were
found, many calls further down."""

from __future__ import annotations

from pathlib import Path

from stuntcard.applets.registry import AppletChoiceError
from stuntcard.control.errors import ControlError
from stuntcard.faults.rules import FaultError
from stuntcard.profile.document import DocumentError
from stuntcard.profile.serial import SerialError
from stuntcard.readers.pinpad.pad import KeysError
from stuntcard.running.plan import PlanError
from stuntcard.running.scenarios import ScenarioRefusedError
from stuntcard.store.errors import StoreError

_MISTAKES = (
    AppletChoiceError, ControlError, DocumentError, FaultError, KeysError, PlanError, ScenarioRefusedError, SerialError,
    StoreError,
)  # fmt: skip
_HERE = Path(__file__).parents[1]


def is_mistake(error: BaseException) -> bool:
    """Whether an error says all that there is to say, as a name that there is not; the system's own have a number."""
    return isinstance(error, _MISTAKES) or (isinstance(error, FileNotFoundError) and error.errno is None)


def told_where_it_stands(error: BaseException) -> BaseException:
    """The error without the frames of Stuntcard's own, and what it came from."""
    before, frame = None, error.__traceback__
    while frame is not None and not Path(frame.tb_frame.f_code.co_filename).is_relative_to(_HERE):
        before, frame = frame, frame.tb_next
    if before is not None and frame is not None:
        before.tb_next = None
        error.__cause__, error.__suppress_context__ = None, True
    return error
