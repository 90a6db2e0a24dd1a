"""Disturbances that strike single commands of a card in use, written as rules and counted.

They stand between a reader and a card: what a command is about they ask the card, its applets and the law, and what
befalls it they do through the slot control.
"""
