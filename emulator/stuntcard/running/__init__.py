"""Making a card from a profile, the store or a scenario, and serving it to programs until somebody ends it."""
