"""The application context: one workspace, one ledger, one clock, and a client for each account."""
