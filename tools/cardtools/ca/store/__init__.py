"""The CA's one SQLite file: tables, rows as values, who is the same person."""
