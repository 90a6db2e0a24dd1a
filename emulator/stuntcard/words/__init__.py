"""All that is said to people about a card: what it is, how it stands, what can be done, what a scenario tells."""
