"""Named starting states of cards, and what should come of what is done to them."""
