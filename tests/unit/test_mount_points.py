"""Which file system a folder lies on, as the system's table of mounts tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplify.operations.doctor import host_checks


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("plain", "plain"),
        ("our files", "our\\040files"),
        ("a\tb", "a\\011b"),
        ("a\nb", "a\\012b"),
        ("a\\040b", "a\\134040b"),
        ("a#b", "a\\043b"),
        ("Нашы файлы", "Нашы\\040файлы"),
    ],
)
def test_a_mount_point_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, written: str) -> None:
    point = tmp_path / name
    (point / "house").mkdir(parents=True)
    table = tmp_path / "mounts"
    lines = [
        "/dev/a / ext4 rw 0 0",
        f"server:/old {tmp_path}/{written} ext4 rw 0 0",
        f"server:/our\\040files {tmp_path}/{written} nfs4 rw,relatime 0 0",  # over the one before
        f"server:/x {tmp_path}/{written[:3]} cifs rw 0 0",
    ]
    table.write_bytes("\n".join(lines).encode())
    monkeypatch.setattr(host_checks, "_MOUNTS", table)
    assert host_checks._file_system(point / "house") == "nfs4"
    assert host_checks._file_system(tmp_path) == "ext4"


def test_without_a_table_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_checks, "_MOUNTS", tmp_path / "none")
    assert host_checks._file_system(tmp_path) is None
