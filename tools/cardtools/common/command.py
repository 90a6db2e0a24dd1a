"""How a tool's command is made, and how it starts and ends."""

from __future__ import annotations

import contextlib
import errno
import gc
import inspect
import io
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import get_type_hints

import typer

from cardtools.common.exit_codes import ExitCode
from cardtools.common.groups import group_class
from cardtools.common.options import VersionOption
from cardtools.common.starting import interrupted, started

_EXTRA = "stuntcard[tools]"
_NOT_WRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Errors of a standard output that takes nothing more."""
_BY_NAME = inspect.Parameter.KEYWORD_ONLY


def new_app(description: str, mainly: str | None = None) -> typer.Typer:
    """A command of several subcommands, with `--version` and the completion of shells.

    `mainly`: the subcommand that is meant where somebody gives what it is for, and names none.
    """
    app = typer.Typer(
        cls=group_class(mainly),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help=description,
    )
    app.callback()(_options_of_all)
    return app


def run_app(app: typer.Typer, name: str) -> None:
    """Runs a command under its name, and ends the program."""
    # One command's worth of objects is not worth searching for cycles.
    gc.disable()
    for name_of, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name_of) is None:  # it was closed: it is empty, and takes what nobody reads
            setattr(sys, name_of, open(os.devnull, mode))  # noqa: SIM115
    started()
    if not sys.warnoptions:
        # What libraries warn of is for programmers, such as a card's certificate whose serial number is negative.
        warnings.simplefilter("ignore")
    # A terminal that knows no Czech letters shall still show the rest; and bytes that are no text are no code.
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(prog_name=name)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "cardtools" or missing in sys.stdlib_module_names:
            raise
        print(f"{name} needs {missing}, which is not installed. Install it: pip install '{_EXTRA}'", file=sys.stderr)
        sys.exit(ExitCode.UNAVAILABLE)
    except OSError as error:
        if error.errno not in _NOT_WRITTEN:
            raise
        with contextlib.suppress(OSError):
            print(f"{name} can't write what it has to say: {error.strerror}", file=sys.stderr)
        os._exit(ExitCode.NOT_WRITTEN)  # what is left unwritten would be tried once more at an ordinary end
    except KeyboardInterrupt:  # outside of what a command tells of itself
        sys.exit(ExitCode.INTERRUPTED)
    except Exception:
        if not interrupted():
            raise
        sys.exit(ExitCode.INTERRUPTED)
    finally:
        # Nor at its end, where Python would search them all the same, for longer than many a command takes.
        gc.freeze()


def with_option_groups(command: Callable[..., None]) -> Callable[..., None]:
    """The command as typer takes it: a parameter that is a dataclass stands there as its fields, an option each."""
    hints = get_type_hints(command, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if is_dataclass(kind) and isinstance(kind, type)}
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        if parameter.name in groups:
            parameters += _options(groups[parameter.name])
        else:
            parameters.append(parameter.replace(annotation=hints[parameter.name], kind=_BY_NAME))

    @wraps(command)
    def run(**given: object) -> None:
        grouped = {}
        for name, kind in groups.items():
            grouped[name] = kind(**{one.name: given.pop(one.name) for one in fields(kind)})
        command(**given, **grouped)

    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__dict__["__signature__"] = inspect.Signature(parameters)
    return run


def _options(group: type) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(one.name, _BY_NAME, default=one.default, annotation=hints[one.name]) for one in fields(group)
    ]


def _options_of_all(version: VersionOption = False) -> None:
    """The options that stand before a subcommand."""
