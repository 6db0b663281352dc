"""What a report's pages say, and what they must never do."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from report_ledger import NAMES, NOW, add, at, fill
from sqlalchemy import Connection, create_engine
from sqlmodel import SQLModel

from amplify.pages.formatting import days, listed, number, period, span
from amplify.report.report import collect_deliveries
from amplify.report.report_csv import COLUMNS, as_csv
from amplify.report.report_html import as_html, write_report
from amplify.report.report_json import as_json
from amplify.report.report_markdown import as_markdown
from amplify.report.report_model import Names, Report


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.fixture(scope="module")
def found(connection: Connection) -> Report:
    fill(connection)
    return collect_deliveries(connection, start=None, end=None, now=NOW, names=NAMES)


@pytest.fixture(scope="module")
def page(found: Report) -> str:
    return as_html(found)


@pytest.fixture(scope="module")
def empty() -> Report:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with engine.connect() as connection:
        return collect_deliveries(
            connection, start=at(17, "00:00:00"), end=at(24, "00:00:00"), now=NOW, names=Names("Quiet")
        )


class Seen(HTMLParser):
    """What a browser would make of a page."""

    VOID = frozenset({"meta", "br", "img", "link", "input", "hr"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text.append(data)


# ---- CSV


def rows_of(found: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(found))))


def test_csv_has_a_row_for_each_message_and_reading(found: Report) -> None:
    rows = rows_of(found)
    assert tuple(rows[0]) == COLUMNS
    by_delivery = [(row["delivery"], row["part"], row["mark"], row["missing"], row["latest"]) for row in rows]
    assert by_delivery == [
        ("d1", "0", "1h", "no", "no"),
        ("d1", "0", "24h", "no", "yes"),
        ("d1", "1", "1h", "no", "yes"),
        ("d1", "1", "24h", "yes", ""),
        ("d2", "0", "24h", "no", "yes"),
        ("d2", "0", "1h", "yes", ""),
        ("d3", "0", "1h", "no", "yes"),
        ("d4", "0", "", "", ""),
        ("d5", "0", "", "", ""),
        ("d6", "0", "", "", ""),
        ("d10", "0", "1h", "no", "yes"),
        ("d10", "0", "24h", "yes", ""),
        ("d9", "0", "", "", ""),
        ("d11", "0", "", "", ""),
        ("d8", "0", "", "", ""),
        ("", "", "", "", ""),
    ]


def test_csv_reads_back(found: Report) -> None:
    rows = rows_of(found)
    first = rows[1]
    assert first["hashtags"] == "#FreeAnna #СвободаАнне"
    assert (first["likes"], first["views"], first["interactions"]) == ("10", "900", "22")
    assert first["read_at"] == "2027-05-18T10:05:10Z"
    assert (rows[4]["bookmarks"], rows[4]["views"], rows[4]["replies"]) == ("", "", "0")
    latest = [int(row["interactions"]) for row in rows if row["latest"] == "yes" and row["interactions"]]
    assert sum(latest) == found.tally.interactions.total


@pytest.mark.parametrize(
    "why",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "＝1", "|calc", "%0a=1", "\n=1"],
)
def test_csv_holds_no_formula(connection: Connection, why: str) -> None:
    save = connection.begin_nested()
    add(connection, "evil", "press_union/x", "p", at(30, "00:00:00"), "refused", why=why)
    rows = rows_of(collect_deliveries(connection, start=at(30, "00:00:00"), end=None, now=NOW, names=None))
    save.rollback()
    assert [row["why"] for row in rows] == ["'" + why]


# ---- Markdown


def test_markdown_tables_are_whole(found: Report) -> None:
    lines = as_markdown(found).splitlines()
    widths = {}
    for place, line in enumerate(lines):
        if line.startswith("|"):
            bars = len(re.findall(r"(?<!\\)\|", line))
            head = widths.get(place - 1, bars)
            assert bars == head, line
            widths[place] = head
    assert len(widths) > 60


def test_markdown_says_what_happened(found: Report) -> None:
    text = as_markdown(found)
    assert text.startswith("# Voices \\| of \\<Example\\>: engagement report\n\n**17 to 22 May 2027** · made on ")
    assert (
        "11 deliveries were planned for 2 partners on Bluesky, Mastodon and X; 5 went out. Of the others, 1 was missed "
        "because the time for it had passed, 1 was refused by a platform, 1 was cancelled, 1 is still to go out, 1 is "
        "on hold and 1 may or may not be out. Of those that went out, 1 was taken down by us and 1 was deleted by "
        "others. Half of them went out within 1 min of their due time, 95 in 100 within 20 min. By the latest reading "
        "of each of 5 messages, they drew 38 interactions (not deduplicated): 20 likes, 9 reposts, 2 replies, 3 quotes "
        "and 4 bookmarks. Views are told for 3 of these messages: 1,050." in text
    )
    assert "3 readings are missing at the marks that are over" in text
    assert (
        "| X | 3 | 3 | 11 (2 of 3) | 5 (2 of 3) | 2 (2 of 3) | 1 (2 of 3) | 4 (2 of 3) | 1,050 | 23 (2 of 3) |" in text
    )
    assert "| Bluesky | 1 | 1 | 7 | 3 | 0 | 2 | – | – | 12 |" in text
    assert "[x.example/d1/0](https://x.example/d1/0)" in text
    assert "https://mastodon.example/d3/0" not in text, "what was taken down is not linked"


@pytest.mark.parametrize("word", ["people", "reach", "users", "%", "rank", "best", "winner"])
def test_no_claim_beyond_the_numbers(found: Report, page: str, word: str) -> None:
    said = " ".join(Seen(page).text) + as_markdown(found)
    said = said.replace("this report neither ranks nor compares them", "").replace("People.", "")
    assert not re.search(rf"\b{word}\b" if word.isalpha() else word, said, re.IGNORECASE)


def test_a_persons_state_is_told_nowhere(found: Report, page: str) -> None:
    for text in (page, as_markdown(found), as_csv(found), json.dumps(as_json(found))):
        assert "release" not in text


# ---- HTML


def test_page_asks_nothing_of_the_network(page: str) -> None:
    seen = Seen(page)
    assert seen.open == []
    for tag, attributes in seen.tags:
        assert tag not in {"script", "link", "iframe", "img", "image", "object", "embed", "base", "form"}
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name.split(":")[-1] in {"src", "href", "srcset", "data", "action", "poster"}:
                assert (value or "").startswith("#") or (tag == "a" and (value or "").startswith("https://")), value
    assert not re.search(r"@import|url\((?!#)", page)
    policy = dict(seen.tags[[tag for tag, _ in seen.tags].index("meta") + 1][1])
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert (policy["content"] or "").startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_page_links_only_to_what_is_still_out(page: str) -> None:
    links = [a["href"] for tag, a in Seen(page).tags if tag == "a" and (a["href"] or "").startswith("http")]
    assert links == [
        "https://x.example/d1/0",
        "https://x.example/d1/1",
        "https://bluesky.example/d2/0",
        "https://bluesky.example/d6/0",
    ]


def test_page_escapes_what_it_is_given(page: str) -> None:
    assert "Voices | of &lt;Example&gt;" in page
    assert "<Example>" not in page


def test_ids_are_unique_and_found(page: str) -> None:
    tags = Seen(page).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = {(a.get("href") or a.get("xlink:href") or "")[1:] for _, a in tags if "#" in (a.get("href") or "")[:1]}
    wanted |= {(a.get("xlink:href") or "#")[1:] for _, a in tags} | set(re.findall(r"url\(#([^)]+)\)", page))
    assert wanted - {""} <= set(ids)


def test_plots_take_their_colours_from_the_page(page: str) -> None:
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 2 + 1 + 3 + 1 + 1, "days wide and narrow, lateness, three platforms, languages, kinds"
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)
        assert root.get("viewBox")
        assert "<metadata" not in drawing
        colours = set(re.findall(r"(?:fill|stroke): ([^;\"]+)", drawing))
        assert {colour for colour in colours if not colour.startswith("var(--")} <= {"none"}, colours
        assert "DejaVu" not in drawing
    said = [a["aria-label"] for _, a in Seen(page).tags if a.get("role") == "img"]
    assert len(said) == len(drawings)
    assert all(said)


def test_small_multiples_stand_by_name_each_on_its_own_scale(page: str) -> None:
    marks = page[page.index('class="plots marks"') : page.index("Readings by mark")]
    assert re.findall(r"<b>(\w+)</b>", marks) == ["Bluesky", "Mastodon", "X"]
    assert marks.count("own scale") == 3


def test_the_same_report_gives_the_same_page(found: Report, page: str) -> None:
    assert as_html(found) == page


# ---- nothing, and everything


def test_an_empty_ledger_is_said_in_words(empty: Report) -> None:
    page, text = as_html(empty), as_markdown(empty)
    sentence = "The ledger holds no delivery due in this period (17 to 23 May 2027): nothing was planned"
    assert sentence in page
    assert sentence in text
    assert "<svg" not in page
    assert "<table" not in page
    assert as_csv(empty) == ",".join(COLUMNS) + "\r\n"
    assert as_json(empty)["counts"]["planned"] == 0


def test_json_is_plain_and_knows_null(found: Report) -> None:
    data = json.loads(json.dumps(as_json(found), allow_nan=False))
    bluesky = data["dimensions"][1]["groups"][0]
    assert bluesky["name"] == "Bluesky"
    assert bluesky["tally"]["views"] == {"total": None, "readings": 0}
    assert data["lateness"]["median"] == 60
    assert data["start"] is None
    assert data["now"] == "2027-05-21T12:00:00Z"


def test_folder_of_pages(found: Report, tmp_path: Path) -> None:
    paths = write_report(found, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["report.md", "report.csv", "report.html"]
    assert paths[1].read_bytes().startswith(b"\xef\xbb\xbfdelivery,")
    assert paths[2].read_text(encoding="utf-8").startswith("<!doctype html>")


def test_many_weeks_are_drawn_as_weeks(connection: Connection) -> None:
    save = connection.begin_nested()
    for day in range(1, 29):
        due = at(day, "08:00:00").replace(year=2030, month=1 + day % 4)
        add(connection, f"w{day}", "press_union/x", "p", due, "sent", sent=due, parts=(due,))
    page = as_html(
        collect_deliveries(
            connection, start=at(1, "00:00:00").replace(year=2030, month=1), end=None, now=NOW, names=None
        )
    )
    save.rollback()
    assert "Deliveries a week" in page


def test_numbers_and_times_in_words() -> None:
    assert [number(None), number(0), number(12400)] == ["–", "0", "12,400"]
    assert [span(s) for s in (0, 0.4, 59.6, 125, 3780, 3600, 86400 * 7 + 30, -5)] == [
        *("0 s", "0 s", "1 min", "2 min 5 s", "1 h 3 min", "1 h", "7 d", "−5 s"),
    ]
    assert listed(["a"]) + listed(["a", "b"]) + listed(["a", "b", "c"]) == "aa and ba, b and c"
    assert days(date_of(30, 4), date_of(2, 5)) == "30 Apr to 2 May 2027"
    assert period(at(17, "00:00:00"), at(18, "00:00:00")) == "17 May 2027"
    assert period(at(17, "09:00:00"), at(18, "00:00:00")) == "17 May 2027, 09:00 to 18 May 2027, 00:00 UTC"
    assert period(at(17, "00:00:00"), None) == "from 17 May 2027"
    assert period(None, at(17, "00:00:00")) == "up to 16 May 2027"


def date_of(day: int, month: int) -> object:
    return at(day, "00:00:00").replace(month=month).date()


def test_every_column_and_key_is_documented(found: Report) -> None:
    text = (Path(__file__).parents[2] / "docs" / "report.md").read_text(encoding="utf-8")
    missing = [name for name in (*COLUMNS, *as_json(found)) if f"`{name}`" not in text]
    assert missing == []
