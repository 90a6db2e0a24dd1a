"""Stuntcard: the card side of four European signature cards and tokens, in software."""
