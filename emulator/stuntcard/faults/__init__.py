"""Disturbances that strike single commands of a card in use, written as rules and counted."""
