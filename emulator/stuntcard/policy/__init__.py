"""The law of a card: pure functions over immutable state. Nothing else decides."""
