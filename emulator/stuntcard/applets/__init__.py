"""Command sets that a client can SELECT; each translates APDUs and holds no law and no state of its own."""
