"""The emulator as the console knows it: its HTTP API, and the process that serves it."""
