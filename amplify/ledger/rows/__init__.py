"""Writes to a delivery's row over its life: planned, claimed, begun, sent, settled, expired, taken down, erased."""
