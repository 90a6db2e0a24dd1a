"""The card manager's commands, one module a command."""
