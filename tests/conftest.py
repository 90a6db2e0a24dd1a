"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

# A machine with other work takes its time; how long a test takes is no property of the code.
settings.register_profile("stuntcard", deadline=None)
settings.load_profile("stuntcard")
