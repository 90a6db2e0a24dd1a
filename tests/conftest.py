"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# What programs say is compared, so they speak English whatever is spoken where the tests run.
os.environ["LC_ALL"] = "C.UTF-8"

# A machine with other work takes its time; how long a test takes is no property of the code.
settings.register_profile("stuntcard", deadline=None)
settings.load_profile("stuntcard")
