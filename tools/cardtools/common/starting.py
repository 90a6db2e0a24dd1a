"""Ctrl-C while a command is being loaded, and afterwards. Imports next to nothing, for it stands before all else."""

from __future__ import annotations

# The interpreter has it already; `signal` makes enumerations first, and Ctrl-C meanwhile would be a traceback.
import _signal  # type: ignore[import-not-found]
import sys

TYPE_CHECKING = False  # `typing` would have to be loaded first

if TYPE_CHECKING:
    from types import FrameType

_PAUSE = 0.01
_came = False


def starting() -> None:
    """Ctrl-C ends the program with no word: nothing has begun."""
    # Who starts programs in the background may have told them to ignore it.
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)


def started() -> None:
    """Ctrl-C is raised as KeyboardInterrupt from now on, for whoever has something to say or to leave in order.

    Python can raise nothing in some callbacks of its own, as in its import system, and would only complain; then it is
    raised a moment later.
    """
    if _signal.getsignal(_signal.SIGINT) == _signal.SIG_DFL:
        _signal.signal(_signal.SIGINT, _interrupt)
    sys.unraisablehook = _again


def interrupted() -> bool:
    """Whether Ctrl-C has come. Some libraries make an error of theirs of the KeyboardInterrupt, as pydantic does."""
    return _came


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    global _came
    _came = True
    raise KeyboardInterrupt


def _again(unraisable: sys.UnraisableHookArgs) -> None:
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    import threading

    # Not from here: what is raised here would get lost, too.
    later = threading.Timer(_PAUSE, _signal.raise_signal, [_signal.SIGINT])
    later.daemon = True
    later.start()
