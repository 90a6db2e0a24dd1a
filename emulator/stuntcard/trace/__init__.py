"""What passes between a reader and a card: recorded, masked, named, read, compared, exported and played back."""
