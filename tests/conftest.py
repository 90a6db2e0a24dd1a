"""What all tests share."""

from __future__ import annotations

import os
import signal

from hypothesis import settings

# What programs say is compared, so they speak English whatever is spoken where the tests run.
os.environ["LC_ALL"] = "C.UTF-8"

# A shell has what it starts in the background ignore SIGINT, nohup SIGHUP, and both whoever that starts in its turn;
# tests send them.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# A machine with other work takes its time; how long a test takes is no property of the code.
settings.register_profile("stuntcard", deadline=None)
settings.load_profile("stuntcard")
