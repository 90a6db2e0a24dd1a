"""What the card manager knows and does, apart from how it is asked and shown."""
