"""Queries of the ledger, and small writes that change no delivery's state."""
