"""Questions about the ledger that change nothing in a delivery's way."""
