"""Exercises for people who help holders of cards: as data, and judged on the card alone.

Whatever program the trainee takes, what counts is what befell the card: the state that it began in, the events that the
law saw, and what these made of it.
"""
