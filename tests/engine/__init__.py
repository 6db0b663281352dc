"""The steps, from files to receipts."""
