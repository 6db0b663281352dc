"""What image and video files contain besides pixels. Pure: bytes in, values out.

Two callers share it: the check that a file to be sent is nothing but picture (`leftover_metadata`), and reading size
and length without a decoder (`gif`, `mp4`). Written from the formats' own descriptions, and strict: what is not known
counts as leftover metadata.
"""
