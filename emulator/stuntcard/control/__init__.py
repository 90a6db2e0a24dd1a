"""Talking to cards that run: where their sockets are, what can be asked of them, the client, the server."""
