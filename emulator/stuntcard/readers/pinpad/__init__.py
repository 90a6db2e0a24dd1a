"""A reader with keys and a display of its own, on which the holder types codes that no program sees (PC/SC part 10)."""
