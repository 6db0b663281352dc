"""The life of a delivery's row: planned, claimed, begun, sent, settled, expired, taken down, erased."""
