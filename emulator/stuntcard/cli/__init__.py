"""The `stuntcard` command: options, exit codes, and one module a command. No other room imports it.

Each command imports what it needs when it runs, so that `exec` starts fast; ARCHITECTURE.md says so for all.
"""
