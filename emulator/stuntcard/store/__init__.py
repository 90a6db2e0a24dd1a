"""Cards that last: one SQLite file a card, in the user's data directory; and a card as a file to pass on.

It keeps what `card` and `policy` call a card's content, whole or not at all, and decides nothing about it.
"""
