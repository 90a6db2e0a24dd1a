"""Cards over HTTP: an API for programs, a page for people, and a stream of what happens, from one process.

What is asked of a card goes to the same `control.live_card.LiveCard` as through its control socket: this is another
door, and no second rule.
"""
