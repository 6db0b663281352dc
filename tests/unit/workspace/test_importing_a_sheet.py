"""`amplify import`: all rows, or all problems."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amplify.workspace.csv_import import ImportedSheet, read_sheet
from amplify.workspace.load import Loaded, parse_files
from amplify.workspace.workbook_process import read_workbook
from amplify.workspace.yaml_edit import append_entries

PLATFORMS = frozenset({"x", "bluesky", "mastodon"})


def sheet(root: Path, data: str | bytes) -> ImportedSheet:
    path = root / "queue.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_sheet(parse_files(root, PLATFORMS), path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_sheet_becomes_entries(
    root: Path, read: Callable[[], Loaded], delimiter: str, start: str, newline: str
) -> None:
    rows = [
        ["Posts", "when", "partners", "platforms", "lateness", "note", "id"],
        ["vera-petition", "2027-06-01 09:30", "", "", "", "", ""],
        [
            "vera-petition | vera-days",
            "daily from 2027-06-03 at 10:00",
            "all",
            "x mastodon",
            "3h",
            '"two\nlines"',
            "june",
        ],
        ["", "", "", "", "", "", ""],
        ["vera-days", "2027-07-01T10:00Z", "friends|our_organisation", "", "", '"a, b; c"', ""],
    ]
    found = sheet(root, start + newline.join(delimiter.join(row) for row in rows) + newline)
    assert found.problems == ()
    assert found.entries == (
        {"posts": ["vera-petition"], "when": {"local": "2027-06-01T09:30"}},
        {
            "id": "june",
            "posts": ["vera-petition", "vera-days"],
            "when": {"series": {"start": "2027-06-03", "time": "10:00"}},
            "platforms": ["x", "mastodon"],
            "lateness": "3h",
            "note": "two\nlines",
        },
        {
            "posts": ["vera-days"],
            "when": {"at": "2027-07-01T10:00Z"},
            "partners": ["friends", "our_organisation"],
            "note": "a, b; c",
        },
    )
    names = append_entries(root, found.entries)
    assert names == ("vera-petition-2027-06-01", "june", "vera-days-2027-07-01")
    loaded = read()
    assert loaded.problems == ()
    assert loaded.workspace is not None
    assert list(loaded.workspace.queue)[-3:] == list(names)


def test_all_problems_with_line_and_cell(root: Path) -> None:
    found = sheet(
        root,
        "id,posts,when,partners,platforms,lateness,note\n"
        "a,vera-petiton,2027-06-01T09:30,nobody,bsky,soon,\n"
        '"b","vera-days","tomorrow 10:00",,,,"two\nlines"\n'
        "b,vera-days,2027-02-30T10:00,,,,\n"
        ",,2027-06-01T09:30,,,,\n"
        "petition-morning,vera-days,,,,,,,extra\n",
    )
    assert [(p.place.line, p.place.column, p.code) for p in found.problems] == [
        (2, 2, "REF-POST"),
        (2, 4, "REF-PARTNER"),
        (2, 5, "REF-PLATFORM"),
        (2, 6, "VALUE-FORM"),
        (3, 3, "SHEET-WHEN"),
        (5, 1, "ID-DUPLICATE"),
        (5, 3, "VALUE-DATE"),
        (6, 2, "KEY-MISSING"),
        (7, 1, "ID-DUPLICATE"),
        (7, 3, "KEY-MISSING"),
        (7, 9, "SHEET-ROW"),
    ]
    assert not found.good


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("post,when\nvera-days,2027-06-01T09:30\n", [(1, "SHEET-COLUMN"), (1, "SHEET-COLUMN")]),
        ("posts,when,when\n", [(3, "SHEET-COLUMN"), (1, "FILE-EMPTY")]),
        ("posts,when\n", [(1, "FILE-EMPTY")]),
        ('posts,when\nvera-days,"2027-06-01T09:30\n', [(1, "SHEET-ROW")]),
    ],
)
def test_headers_and_quotes(root: Path, text: str, cells: list[tuple[int, str]]) -> None:
    found = sheet(root, text)
    assert not found.good
    assert sorted((p.place.column, p.code) for p in found.problems)[-1] == sorted(cells)[-1]
    assert found.entries == ()


@pytest.mark.parametrize("length", [50_001, 200_000])
def test_a_line_that_is_too_long(root: Path, length: int) -> None:
    """The parser would refuse the second for its own reason, and the first only in some release to come."""
    (problem,) = sheet(root, "posts,when,note\nvera-days,2027-06-01T09:30," + "x" * (length - 27) + "\n").problems
    assert (problem.code, problem.place.line, problem.place.column) == ("SHEET-ROW", 2, 1)
    assert problem.message == "this line is longer than 50,000 characters: is it the right file?"


def test_the_same_row_twice(root: Path) -> None:
    row = "vera-petition,2027-06-01T09:30\n"
    (problem,) = sheet(root, "posts,when\n" + row + row).problems
    assert (problem.place.line, problem.code) == (3, "ID-DUPLICATE")


def test_importing_twice_does_not_queue_twice(root: Path) -> None:
    text = "posts,when\nvera-petition,2027-06-01T09:30\n"
    append_entries(root, sheet(root, text).entries)
    (problem,) = sheet(root, text).problems
    assert problem.code == "ID-DUPLICATE"
    assert "`vera-petition-2027-06-01`" in problem.message


def test_a_file_that_is_not_utf8(root: Path) -> None:
    (problem,) = sheet(root, "posts,when,note\nvera-days,2027-06-01T09:30,caf\xe9\n".encode("latin-1")).problems
    assert (problem.code, problem.place.line) == ("FILE-UTF8", 2)


def test_a_file_that_is_not_there(root: Path) -> None:
    (problem,) = read_sheet(parse_files(root, PLATFORMS), root / "none.csv").problems
    assert problem.code == "FILE-READ"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=200))
def test_no_bytes_make_it_raise(root: Path, data: bytes) -> None:
    sheet(root, data)
    sheet(root, b"posts,when,note\n" + data)


GOOD = {"posts": ["vera-days"], "when": {"local": "2027-06-01T09:30"}}


@pytest.mark.parametrize(
    "text",
    [
        "posts,when,,,\nvera-days,2027-06-01T09:30,,,\n,,,,\n",
        ",posts,,when\n,vera-days,,2027-06-01T09:30\n",
        "sep=;\nposts;when\nvera-days;2027-06-01T09:30\n",
        "\ufeffsep=,\r\nposts,when\r\nvera-days,2027-06-01T09:30\r\n",
        '"sep=;"\nposts;when;"a, b"\n'.replace(';"a, b"', "") + "vera-days;2027-06-01T09:30\n",
        "SEP=|\nposts|when\nvera-days|2027-06-01T09:30\n",
        "\n\nposts;when\nvera-days;1.6.2027 9:30\n",
        "posts;when\nVera-Days;01.06.2027, 09:30\n",
        "posts;when\nvera-days.md;2027/06/01 09:30\n",
        "posts;when\nposts/vera-days.md;2027-06-01 9:30\n",
    ],
)
def test_what_spreadsheets_save_is_read(root: Path, text: str) -> None:
    found = sheet(root, text)
    assert found.problems == ()
    assert found.entries == (GOOD,)


def test_a_value_in_a_column_without_a_name_is_told_with_its_place(root: Path) -> None:
    found = sheet(root, "sep=;\nposts;;when;\nvera-days;;2027-06-01T09:30;\nvera-days;lost;2027-06-02T09:30;\n")
    assert [(p.place.line, p.place.column, p.code) for p in found.problems] == [(4, 2, "SHEET-ROW")]
    assert "`lost` stands in a column without a name" in found.problems[0].message


def test_names_are_taken_for_ids(root: Path) -> None:
    text = "posts;when;partners;platforms\nvera-days;2027-06-01T09:30;{};{}\n"
    by_id = {one.word.id: one.word.name["en"] for one in parse_files(root, PLATFORMS).partners}
    (ours, name), (theirs, other) = sorted(by_id.items())[:2]
    both = [theirs, ours]
    for cell in (
        f"{other}|{name}",
        f"{other.upper()}; {name}",
        f"{other}, {name}",
        f"{theirs} {ours}",
        f"{theirs}|{name}",
    ):
        found = sheet(root, text.replace(";", "\t").format(cell, "Mastodon, X"))
        assert found.good, cell
        assert found.entries[0]["partners"] == both, cell
        assert found.entries[0]["platforms"] == ["mastodon", "x"]
    assert "partners" not in sheet(root, text.format("All", "x")).entries[0]
    assert [one.code for one in sheet(root, text.format("Nobody Here", "x")).problems] == ["VALUE-FORM"] * 2


def test_a_name_that_two_partners_have_is_no_name(root: Path) -> None:
    path = root / "config/partners.yaml"
    names = [one.word.name["en"] for one in parse_files(root, PLATFORMS).partners][:2]
    path.write_text(path.read_text("utf-8").replace(names[1], names[0]), "utf-8")
    found = sheet(root, f"posts;when;partners\nvera-days;2027-06-01T09:30;{names[0]}\n")
    assert not found.good


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("21.05.2027 10:00", "2027-05-21"),
        ("05.06.2027 10:00", "2027-06-05"),
        ("21/05/2027 10:00", "2027-05-21"),
        ("5/21/2027 10:00", "2027-05-21"),
        ("21-05-2027, 10:00", "2027-05-21"),
        ("05/05/2027 10:00", "2027-05-05"),
        ("2027.5.21 10:00", "2027-05-21"),
    ],
)
def test_days_in_other_orders(root: Path, said: str, day: str) -> None:
    found = sheet(root, f'posts;when\nvera-days;"{said}"\n')
    assert found.problems == ()
    assert found.entries[0]["when"] == {"local": f"{day}T10:00"}


@pytest.mark.parametrize("said", ["05/06/2027 10:00", "5-6-2027 10:00"])
def test_a_day_that_may_be_two_is_asked_for(root: Path, said: str) -> None:
    (problem,) = sheet(root, f"posts;when\nvera-days;{said}\n").problems
    assert (problem.code, problem.place.line, problem.place.column) == ("SHEET-WHEN", 2, 2)
    assert "2027-06-05 or 2027-05-06" in problem.message


@pytest.mark.parametrize("partners", ["Nobody Here", "x!", "A", "ok Bad!"])
def test_no_sentence_contradicts_itself(root: Path, partners: str) -> None:
    for problem in sheet(root, f"posts;when;partners\nvera-days;2027-06-01T09:30;{partners}\n").problems:
        assert "or more, found" not in problem.message


# ---- workbooks

Cells = Sequence[Sequence[Any]]
NINE = datetime.fromisoformat("2027-06-01T09:30")
_ORIGIN = datetime.fromisoformat("1899-12-30")


def packed(files: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()


def xlsx(*sheets: Cells) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"

    def cell(at: str, value: Any) -> str:
        if isinstance(value, datetime):
            return f'<c r="{at}" s="1"><v>{(value - _ORIGIN).total_seconds() / 86400}</v></c>'
        if isinstance(value, int):
            return f'<c r="{at}"><v>{value}</v></c>'
        return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else f'<c r="{at}"/>'

    def written(rows: Cells) -> str:
        lines = (
            f'<row r="{r}">{"".join(cell(f"{chr(65 + c)}{r}", value) for c, value in enumerate(row))}</row>'
            for r, row in enumerate(rows, start=1)
        )
        return f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData></worksheet>'

    numbers = range(1, len(sheets) + 1)
    names = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    styles = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs>'
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}<Relationship '
            f'Id="rId99" Type="{office}/styles" Target="styles.xml"/></Relationships>',
            "xl/styles.xml": f'<styleSheet xmlns="{main}">{styles}</styleSheet>',
        }
        | {f"xl/worksheets/sheet{n}.xml": written(rows) for n, rows in zip(numbers, sheets, strict=True)}
    )


def ods(*sheets: Cells) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns"

    def cell(value: Any) -> str:
        if isinstance(value, datetime):
            day = f'office:value-type="date" office:date-value="{value.isoformat()}"'
            return f"<table:table-cell {day}><text:p>{value:%d.%m.%Y %H:%M}</text:p></table:table-cell>"
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        if not value:
            return "<table:table-cell/>"
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'

    tables = "".join(
        f'<table:table table:name="Sheet{n}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for n, rows in enumerate(sheets, start=1)
    )
    names = " ".join(f'xmlns:{name}="{space}:{name}:1.0"' for name in ("office", "table", "text"))
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    manifest = f'<m:manifest xmlns:m="{space}:manifest:1.0"/>'
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {names}>{body}</office:document-content>",
            "META-INF/manifest.xml": manifest,
        }
    )


def workbook(root: Path, ending: str, *sheets: Cells) -> ImportedSheet:
    path = root / f"queue.{ending}"
    path.write_bytes((ods if ending.lower() == "ods" else xlsx)(*sheets))
    return read_sheet(parse_files(root, PLATFORMS), path)


@pytest.mark.parametrize("ending", ["xlsx", "ods", "XLSX"])
def test_a_workbook_becomes_entries(root: Path, ending: str) -> None:
    rows = [
        ["", "", "", ""],
        ["Posts", "When", "note", ""],
        ["vera-days", NINE, 7, ""],
        ["", "", "", ""],
        ["vera-petition", "2027-06-02T10:00+02:00", "Ліст & <сябрам>", ""],
    ]
    found = workbook(root, ending, rows)
    assert found.problems == ()
    assert found.entries == (
        GOOD | {"note": "7"},
        {"posts": ["vera-petition"], "when": {"at": "2027-06-02T10:00+02:00"}, "note": "Ліст & <сябрам>"},
    )


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_problems_of_a_workbook_have_row_and_cell(root: Path, ending: str) -> None:
    head, more = ["posts", "when"], [["posts", "when"], ["vera-days", "2027-06-01T09:30"]]
    rows = [head, ["vera-days", "2027-06-01T09:30"], ["vera-dys", "soon"]]
    found = workbook(root, ending, [], rows, more)
    assert [(p.place.line, p.place.column, p.code) for p in found.problems] == [
        (1, 1, "SHEET-FILE"),
        (3, 1, "REF-POST"),
        (3, 2, "SHEET-WHEN"),
    ]
    assert "`Sheet3`" in found.problems[0].message


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
@pytest.mark.parametrize(
    "data", [b"posts,when\n", b"PK\x03\x04", packed({"a": "b"}), b"\xd0\xcf\x11\xe0" + b"\0" * 600]
)
def test_what_is_no_workbook_is_a_sentence(root: Path, ending: str, data: bytes) -> None:
    path = root / f"queue.{ending}"
    path.write_bytes(data)
    (problem,) = read_sheet(parse_files(root, PLATFORMS), path).problems
    assert problem.code == "SHEET-FILE"


def test_an_archive_that_unpacks_without_end_is_refused(root: Path) -> None:
    path = root / "queue.xlsx"
    path.write_bytes(packed({"xl/workbook.xml": "\0" * 101_000_000}))
    (problem,) = read_sheet(parse_files(root, PLATFORMS), path).problems
    assert problem.code == "FILE-SIZE"


def test_a_stray_cell_in_the_last_corner_is_a_sentence(root: Path) -> None:
    """Read at once it would be 17,000,000,000 cells."""
    path = root / "queue.xlsx"
    with zipfile.ZipFile(io.BytesIO(xlsx([["posts", "when"], ["vera-days", "x"]]))) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet_file = "xl/worksheets/sheet1.xml"
    files[sheet_file] = files[sheet_file].replace('<row r="2">', '<row r="1048576">').replace("B2", "XFD1048576")
    path.write_bytes(packed(files))
    (problem,) = read_sheet(parse_files(root, PLATFORMS), path).problems
    assert problem.code == "FILE-SIZE"
    assert "far to the right" in problem.message


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 3000), byte=st.integers(0, 255), ending=st.sampled_from(["xlsx", "ods"]))
def test_no_broken_workbook_makes_it_raise(at: int, byte: int, ending: str) -> None:
    data = bytearray((ods if ending == "ods" else xlsx)([["posts", "when"], ["vera-days", NINE]]))
    data[at % len(data)] = byte
    found = read_workbook(bytes(data))
    assert found is None or isinstance(found["rows"], list)
