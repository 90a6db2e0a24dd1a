"""Talking to cards that run: their sockets, the requests, the client that asks and the server that answers.

One request a connection, over a Unix socket that only its owner can open: one line of JSON, answered by another.
"""
