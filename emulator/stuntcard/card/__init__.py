"""One emulated card: power, session, files and keys."""
