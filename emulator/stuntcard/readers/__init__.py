"""The ways by which a client reaches the card. A reader knows nothing but bytes."""
