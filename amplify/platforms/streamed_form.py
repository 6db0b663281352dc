"""A multipart form whose files are read as they are sent (RFC 7578): a film on its way lies in no memory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, Final

_PIECE: Final = 1 << 16


class StreamedForm:
    """The body of a request: fields first, then files, each `(name of the field, name, open file, media type)`."""

    def __init__(
        self, fields: Mapping[str, object], files: Iterable[tuple[str, str, BinaryIO, str]], boundary: str | None = None
    ) -> None:
        boundary = boundary or os.urandom(16).hex()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        said = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
            if value is not None
        ]
        self._pieces: list[bytes | BinaryIO] = [b"".join(said)]
        for field, name, file, mime in files:
            place = f'Content-Disposition: form-data; name="{field}"; filename="{name}"'
            self._pieces += [f"--{boundary}\r\n{place}\r\nContent-Type: {mime}\r\n\r\n".encode(), file, b"\r\n"]
        self._pieces.append(f"--{boundary}--\r\n".encode())

    def __len__(self) -> int:
        return sum(len(one) if isinstance(one, bytes) else os.fstat(one.fileno()).st_size for one in self._pieces)

    def __iter__(self) -> Iterator[bytes]:
        for one in self._pieces:
            if isinstance(one, bytes):
                yield one
                continue
            one.seek(0)
            while piece := one.read(_PIECE):
                yield piece
