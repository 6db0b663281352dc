"""The engine: claims what is due, delivers it exactly once, looks up what is unsure, and measures what is out."""
