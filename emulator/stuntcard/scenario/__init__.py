"""Named starting states of cards, and what should come of what is done to them.

A scenario is data. The law finds the history that leads to its state, and a card lives through it; what should come
of it is held against the card's view and what passed the reader.
"""
