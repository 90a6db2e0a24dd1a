"""What passes between a reader and a card: recorded, masked, named, read, compared, exported and played back.

It sees bytes and times, and imports `iso7816` and `readers`. Codes and keys are masked before anything is written.
"""
