"""What lies in a picture's or a video's file beside its pixels. Pure: bytes in, words out.

Two asks share it: whether what we are about to send is nothing but picture (`traces`), and what a file says of itself
without a decoder (`gif`, `mp4`). Written from the formats' own descriptions, and strict: what is not known is a trace.
"""
