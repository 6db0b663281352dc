"""The page of a report in a real browser: light, dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from counterparts import browser
from counterparts.require import need
from report_ledger import NAMES, NOW, fill
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from amplify.report.report import collect_deliveries
from amplify.report.report_html import write_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with engine.connect() as connection:
        fill(connection)
        found = collect_deliveries(connection, start=None, end=None, now=NOW, names=NAMES)
    longest = replace(found, history=f"1234:{'d5' * 32}")  # no word of it can be broken
    return write_report(longest, tmp_path_factory.mktemp("report"))[2]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = browser.find()
    if program is None:
        need("browser", "install Chromium and playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(browser.ARGUMENTS))
        yield running
        running.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 800, 320])
def test_page_fits_and_keeps_to_itself(chromium: Browser, page: Path, scheme: str, width: int) -> None:
    view = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    asked, said = [], []
    view.on("request", lambda request: asked.append(request.url))
    view.on("console", lambda message: said.append(message.text))
    view.goto(page.as_uri())
    assert asked == [page.as_uri()]
    assert said == [], "the page's own policy refused something"
    assert view.evaluate("document.documentElement.scrollWidth") == width, "only tables may scroll sideways"
    shown = view.evaluate(
        """() => [...document.querySelectorAll('figure')].map(figure =>
            [...figure.querySelectorAll('svg')].filter(svg => svg.getBoundingClientRect().height > 40).length)"""
    )
    assert shown == [1] * 7
    ink, paper = view.evaluate(
        """() => [getComputedStyle(document.querySelector('svg text')).fill,
                  getComputedStyle(document.documentElement).backgroundColor]"""
    )
    assert (_light(ink) > _light(paper)) == (scheme == "dark")
    view.close()


def _light(colour: str) -> int:
    """Of `rgb(1, 2, 3)`: the sum."""
    return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))
