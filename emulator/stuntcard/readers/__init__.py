"""The ways by which a client reaches the card: pcsc-lite's protocol and vpcd, and the slot that a card lies in.

A reader knows nothing but bytes: power on, power off, reset, ATR, a command in, an answer out. It imports `iso7816`
alone, to read ATRs; which card lies in the slot is not its business.
"""
