"""Cards that last: one SQLite file a card, in the user's data directory."""
