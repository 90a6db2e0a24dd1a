"""Runs tests until one fails: plugins of pytest, and what goes through the tests."""

from __future__ import annotations

import signal
from collections.abc import Sequence

import pytest
from hypothesis import Phase, settings

# A test may take this many times the seconds of processor that it takes with the code as it is, and some.
PATIENCE = 5
SPARE_SECONDS = 2
EXAMPLES = 25  # of a hypothesis test


class NoticedError(BaseException):
    """A test has failed: which one. How, nobody will read, so that pytest need not find out; that takes longest."""


class StopAtFailure:
    """Goes through all of pytest when a test fails, and lets hypothesis draw few examples until then."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Called by pytest once all tests are known."""
        for item in items:
            test = getattr(item, "obj", None)
            test = getattr(test, "__func__", test)
            asked = getattr(test, "_hypothesis_internal_use_settings", None)
            if test is not None and asked is not None:
                test._hypothesis_internal_use_settings = settings(
                    asked,
                    max_examples=min(asked.max_examples, EXAMPLES),
                    phases=(Phase.explicit, Phase.generate),
                    derandomize=True,
                    database=None,
                )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Called by pytest when a test, or what comes before or after it, has ended."""
        if call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            raise NoticedError(item.nodeid)


def first_that_fails(items: Sequence[pytest.Item], seconds: dict[str, float]) -> str:
    """The first of some tests that fails, or nothing. One that takes far longer than its seconds ends the process."""
    for item, next_item in zip(items, [*items[1:], None], strict=True):
        if seconds:
            signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE * seconds[item.nodeid] + SPARE_SECONDS)
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=next_item)
        except NoticedError as noticed:
            return str(noticed)
    return ""
