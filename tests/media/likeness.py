"""How far two pictures are apart for somebody who looks at them, whatever their bytes.

Both are made small with averaging, so that the last pixel of a letter's edge does not count, and compared in CIE Lab,
where equal distances look equally large. A distance of 2.3 is what people just see side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

_WIDE = 96


@dataclass(frozen=True)
class Distance:
    """`mean` over the picture, and of the `worst` hundredth of it."""

    mean: float
    worst: float


def distance(one: Image.Image, other: Image.Image) -> Distance:
    """0 for the same picture. Sizes may differ, shapes may not."""
    assert abs(one.width / one.height - other.width / other.height) < 0.01, "the pictures have other shapes"
    smaller = min(one.size, other.size)
    one, other = (
        each if each.size == smaller else each.convert("RGB").resize(smaller, Image.Resampling.BOX)
        for each in (one, other)
    )
    apart = np.sqrt(((_lab(one) - _lab(other)) ** 2).sum(axis=2))
    return Distance(float(apart.mean()), float(np.sort(apart.ravel())[-apart.size // 100 :].mean()))


def _lab(picture: Image.Image) -> np.ndarray:
    small = picture.convert("RGB").resize((_WIDE, round(_WIDE * picture.height / picture.width)), Image.Resampling.BOX)
    pixels = np.asarray(small).astype(float) / 255
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    light = 116 * root[..., 1] - 16
    return np.stack([light, 500 * (root[..., 0] - root[..., 1]), 200 * (root[..., 1] - root[..., 2])], axis=2)
