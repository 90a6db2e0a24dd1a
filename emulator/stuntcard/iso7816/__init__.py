"""Bytes: command and response APDUs, BER-TLV, ATR and status words. Pure functions, no input or output."""
