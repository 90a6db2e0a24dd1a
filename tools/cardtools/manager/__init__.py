"""The card manager: what the vendors' card managers do, for whatever card is in the reader."""
