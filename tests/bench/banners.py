"""Banners: painted against bare Pillow drawing the same layers; all that the sample ships; memory at its peak.

Bare Pillow knows where each line stands and how large its letters are. What is measured on top is everything that a
banner is more: opening a picture safely, fitting words, looking for each letter, contrast on the pixels behind, saving
nothing but pixels.
"""

from __future__ import annotations

import io
import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from media.easel import NOW, SAMPLE, template, text, worded
from PIL import Image, ImageDraw, ImageOps
from workshop import Workshop

from amplify.banner.encode import encode_banner
from amplify.banner.paint import paint_banner
from amplify.banner.text_fit import Fitted
from amplify.banner.theme import Palette
from amplify.banner_files.render import BannerChoice, render_banner, words_of
from amplify.model.banner import SIZES
from amplify.model.workspace import Workspace
from amplify.planning.eligibility import EligibilityChecker
from amplify.platforms import registry
from amplify.rules.plan.banner_text import WordedTemplate
from amplify.workspace.load import load_workspace
from bench.figure import Figure

ROUNDS = 12
SIZE = SIZES["post"]
_TEMPLATE = template(
    {"shape": {"form": "gradient", "colour": "ground", "to": "deep", "angle": 60}, "bleed": True},
    {"portrait": {"picture": "face.jpg"}, "box": [0, 0, 41, 100], "bleed": True},
    text("Anna Example must be free", (46, 4, 54, 42), largest=13, lines=2, valign="bottom", font="serif"),
    text("Day 1,094 behind bars for a radio programme", (46, 52, 54, 26), largest=6.4, weight="regular", lines=3),
    text("#FreeAnna", (46, 84, 54, 10), largest=5, colour="accent"),
    people=["anna"],
)


def measure() -> list[Figure]:
    ours, bare = _against_pillow()
    batch = _sample()
    began = time.perf_counter()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        done = list(pool.map(_paint_some, [(number, 2) for number in range(2)]))
    seconds = time.perf_counter() - began
    assert sum(count for count, _ in done) == batch, "some of the sample's banners were refused"
    return [
        Figure("banners, 1200×675, a portrait and three texts", ours, "banners/s"),
        Figure("the same against bare Pillow drawing the same layers", ours / bare, least=0.7),
        Figure(f"all {batch} banners of the sample, every size, on 2 cores", seconds, "s"),
        Figure("the same", batch / seconds, "banners/s"),
        Figure("memory at its peak while painting them, a process", max(peak for _, peak in done), "MB", most=500),
    ]


def _against_pillow() -> tuple[float, float]:
    """Banners a second, ours and Pillow's: medians of rounds that take turns, so that both meet the same machine."""
    face = _face()
    one = worded(_TEMPLATE, "anna", shop=Workshop().picture("face.jpg"))
    lines = _as_set(one, face)

    def ours() -> None:
        encode_banner(paint_banner(one, SIZE, lambda file: face), True, SIZE.most_bytes)

    def bare() -> None:
        _bare(one, lines, face)

    for warm in (ours, bare):  # fonts are opened once, not with the first banner
        warm()
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(ROUNDS):
        for name, work in (("ours", ours), ("bare", bare)):
            times[name].append(_took(work))
    return 1 / statistics.median(times["ours"]), 1 / statistics.median(times["bare"])


def _took(work: Callable[[], None]) -> float:
    """Seconds of the processor: others may be busy on this machine."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _as_set(one: WordedTemplate, face: bytes) -> list[tuple[Fitted, Any]]:
    """Where the program puts each line: bare Pillow is told."""
    from amplify.banner import paint as module

    found: list[tuple[Fitted, Any]] = []
    real = module.make_legible

    def seen(canvas: Image.Image, fitted: Fitted, colour: Any, *rest: Any) -> None:
        found.append((fitted, colour))
        real(canvas, fitted, colour, *rest)

    module.make_legible = seen
    try:
        paint_banner(one, SIZE, lambda file: face)
    finally:
        module.make_legible = real
    return found


def _bare(one: WordedTemplate, lines: list[tuple[Fitted, Any]], face: bytes) -> bytes:
    """The same picture by a few lines of Pillow."""
    palette = Palette(one.template)
    ramp = Image.linear_gradient("L").rotate(30, Image.Resampling.BICUBIC).resize((SIZE.width, SIZE.height))
    canvas = ImageOps.colorize(ramp, palette["ground"], palette["deep"])
    with Image.open(io.BytesIO(face)) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    canvas.paste(ImageOps.fit(upright, (492, 675), Image.Resampling.LANCZOS, centering=(0.5, 0.35)), (0, 0))
    pen = ImageDraw.Draw(canvas)
    for fitted, colour in lines:
        for line in fitted.lines:
            pen.text((line.x, line.y), line.text, font=fitted.font, fill=colour, anchor="ls")
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=92, subsampling=0, optimize=True)
    return out.getvalue()


def _face() -> bytes:
    """A portrait as a camera gives it: 1600×2000, soft light and some grain."""
    import numpy as np

    rows, columns = np.mgrid[0:2000, 0:1600].astype(np.float32)
    light = 190 - 0.05 * rows - 70 * (((columns - 800) / 800) ** 2)
    grain = np.random.default_rng(3).normal(0, 6, light.shape)
    shades = np.stack([light + grain, light * 0.86 + grain, light * 0.74 + grain], axis=2)
    out = io.BytesIO()
    Image.fromarray(np.clip(shades, 0, 255).astype(np.uint8), "RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def _jobs() -> tuple[Workspace, list[tuple[WordedTemplate, str]]]:
    loaded = load_workspace(Path(SAMPLE), frozenset(registry.names()))
    assert loaded.workspace is not None
    words, _ = words_of(EligibilityChecker(loaded.workspace, NOW, None), BannerChoice())
    return loaded.workspace, [(one, size) for one in words for size in one.template.sizes or tuple(SIZES)]


def _sample() -> int:
    return len(_jobs()[1])


def _paint_some(part: tuple[int, int]) -> tuple[int, float]:
    """Every so-manyth banner of the sample; how many were painted, and the process's memory at its peak in MB."""
    number, of = part
    workspace, jobs = _jobs()
    painted = sum(hasattr(render_banner(workspace, one, size, None), "sha256") for one, size in jobs[number::of])
    return painted, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
