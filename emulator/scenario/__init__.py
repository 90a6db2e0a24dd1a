"""Named starting states of cards, the faults that strike them, and what should come of it."""
