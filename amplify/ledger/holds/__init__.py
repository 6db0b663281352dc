"""Holds: why a delivery is not sent now: gates, stops, approvals, boosts, spacing, budget, rate limits."""
