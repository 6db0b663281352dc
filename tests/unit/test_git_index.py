"""Our own reader of git's index says what git says, in every form that git writes; and no trick of names passes."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplify.model.errors import NeedsPerson
from amplify.workspace import git_index
from amplify.workspace.git_index import Repository, UnreadableIndex, repositories_around, tracked_names
from amplify.workspace.local_paths import check_home, find_tracked, tracked_problems

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(folder: Path, *words: str, given: bytes | None = None) -> bytes:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    settings = ["-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "init.defaultBranch=main"]
    settings += ["-c", "protocol.file.allow=always"]
    done = subprocess.run(
        ["git", "-C", str(folder), *settings, *words], input=given, capture_output=True, env=kept, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def stage(folder: Path, names: list[str], mode: str = "100644") -> None:
    """Put names into the index, whatever a file system would say to them."""
    blob = git(folder, "hash-object", "-w", "--stdin", given=b"foreign").decode().strip()
    lines = b"".join(f"{mode} {blob}\t".encode() + os.fsencode(name) + b"\0" for name in names)
    git(
        folder,
        "-c",
        "core.protectHFS=false",
        "-c",
        "core.protectNTFS=false",
        "update-index",
        "-z",
        "--index-info",
        given=lines,
    )


def told(folder: Path) -> list[bytes]:
    return sorted(git(folder, "ls-files", "-z").split(b"\0"))[1:]


def read(folder: Path) -> list[bytes]:
    return sorted(name for name, _ in tracked_names(next(repositories_around(folder))))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "house"
    (made / "config").mkdir(parents=True)
    git(made, "init")
    return made


@pytest.fixture
def without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(repository: Repository) -> Iterator[tuple[bytes, bool]]:
        raise UnreadableIndex("there is no git")

    monkeypatch.setattr(git_index, "_asked", nobody)


NAMES = [f"posts/{'long' * (1 + number % 70)}/{number}.md" for number in range(300)] + ["пост.md", "a" * 4095 + ".md"]


class TestEveryForm:
    @pytest.mark.parametrize("version", ["2", "3", "4"])
    def test_versions(self, root: Path, without_git: None, version: str) -> None:
        stage(root, NAMES)
        git(root, "update-index", "--index-version", version)
        assert read(root) == told(root)
        git(root, "update-index", "--skip-worktree", NAMES[3])  # has a second word of flags
        (root / "later.md").write_text("later")
        git(root, "add", "--intent-to-add", "later.md")
        assert read(root) == told(root)
        assert len(told(root)) == len(NAMES) + 1

    def test_sha256(self, tmp_path: Path, without_git: None) -> None:
        git(tmp_path, "init", "--object-format=sha256", "house")
        stage(tmp_path / "house", NAMES)
        assert read(tmp_path / "house") == told(tmp_path / "house")

    def test_a_linked_worktree_and_a_submodule(self, root: Path, tmp_path: Path, without_git: None) -> None:
        stage(root, ["README.md"])
        git(root, "commit", "-m", "first")
        git(root, "worktree", "add", str(tmp_path / "linked"))
        stage(tmp_path / "linked", ["config/accounts.yaml"])
        assert read(tmp_path / "linked") == told(tmp_path / "linked")
        assert find_tracked(tmp_path / "linked")[0] == ["config/accounts.yaml"]
        assert find_tracked(root)[0] == []
        git(tmp_path, "init", "outer")
        git(tmp_path / "outer", "submodule", "add", str(root), "campaigns")
        inner = tmp_path / "outer" / "campaigns"
        assert (inner / ".git").is_file()
        stage(inner, [".amplify/ledger.sqlite"])
        assert find_tracked(inner)[0] == [".amplify/ledger.sqlite"]

    @pytest.mark.parametrize(
        "how", [("update-index", "--split-index"), ("sparse-checkout", "set", "posts", "--sparse-index")]
    )
    def test_rare_forms_are_left_to_git(self, root: Path, how: tuple[str, ...]) -> None:
        for name in ("posts/one.md", "media/deep/two.png", "config/queue.yaml"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("x")
        git(root, "add", ".")
        git(root, "commit", "-m", "first")
        git(root, *how)
        assert read(root) == told(root)
        stage(root, ["config/accounts.yaml"])
        assert find_tracked(root)[0] == ["config/accounts.yaml"]
        git(root, "rm", "--cached", "--sparse", "config/accounts.yaml")
        assert find_tracked(root)[0] == []

    def test_no_index_and_no_repository(self, root: Path, tmp_path: Path) -> None:
        assert (read(root), find_tracked(root)) == ([], ([], ()))
        (tmp_path / "plain").mkdir()
        assert find_tracked(tmp_path / "plain")[0] == []

    @pytest.mark.parametrize("broken", [b"", b"DIRC", b"\0" * 500, b"DIRC\0\0\0\x02\xff\xff\xff\xff" + b"x" * 99])
    def test_what_nobody_understands_is_said(self, root: Path, broken: bytes) -> None:
        (root / ".git/index").write_bytes(broken)
        with pytest.raises(NeedsPerson, match="cannot be read"):
            find_tracked(root)

    @settings(max_examples=200)
    @given(st.data())
    def test_damage_is_never_an_exception_of_ours(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        folder = tmp_path_factory.mktemp("damaged")
        (folder / ".git").mkdir()
        (folder / ".git/HEAD").write_text("ref: refs/heads/main\n")
        raw = bytearray(_sample())
        for _ in range(data.draw(st.integers(1, 4))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        (folder / ".git/index").write_bytes(bytes(raw[: data.draw(st.integers(0, len(raw)))]))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(git_index, "_asked", lambda repository: iter(()))
            for name, _ in tracked_names(next(repositories_around(folder))):
                assert name


def _sample() -> bytes:
    entry = bytes(24) + (0o100644).to_bytes(4) + bytes(12) + b"h" * 20
    body = b"".join(
        entry + len(name).to_bytes(2) + name + bytes(8 - (62 + len(name)) % 8)
        for name in (b"config/queue.yaml", b"posts/a.md", b"posts/b.md")
    )
    return b"DIRC" + (2).to_bytes(4) + (3).to_bytes(4) + body + b"c" * 20


TRICKS = [
    "config/accounts.yaml",
    "Config/Accounts.YAML",
    "config/accounts.yaml.",
    "config/accounts.yaml::$DATA",
    "config/acc\u200counts.yaml",
    "con\ufb01g/accounts.yaml",
    "CONFIG/accountſ.yaml",
    ".amplify/ledger.sqlite",
    ".amplify/sessions/us--bluesky.session",
    ".AMPLIFY/ledger.sqlite",
    ".amp\u200dlify/ledger.sqlite",
    ".amplify\u2060/ledger.sqlite",
    ".amplify. /ledger.sqlite",
    ".\uff41mplify/x",
    "amplif~1/ledger.sqlite",
    ".amplify",
]


@pytest.mark.parametrize("name", TRICKS)
def test_every_spelling_is_found(root: Path, name: str) -> None:
    stage(root, ["posts/a.md", name])
    assert find_tracked(root)[0] == [name]
    assert [one.code for one in tracked_problems(root)] == ["FILE-LOCAL"]


@pytest.mark.parametrize("name", [one for one in TRICKS if "$DATA" not in one])
def test_what_somebody_shares_is_found_where_no_repository_is(tmp_path: Path, name: str) -> None:
    (tmp_path / "config").mkdir()
    assert tracked_problems(tmp_path, shared=True) == []
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("foreign")
    assert [one.code for one in tracked_problems(tmp_path, shared=True)] == ["FILE-LOCAL"]
    assert tracked_problems(tmp_path) == []


@pytest.mark.parametrize("name", [".amplify", "config", "Config"])
def test_a_link_that_leads_there_is_found(root: Path, name: str) -> None:
    stage(root, [name], mode="120000")
    assert find_tracked(root)[0] == [name]


@pytest.mark.parametrize(
    "name",
    ["config/accounts.example.yaml", "docs/config/accounts.yaml", ".amplifyd/x", "amplify/x", "config/.amplify.md"],
)
def test_neighbours_are_not_meant(root: Path, name: str) -> None:
    stage(root, [name])
    assert find_tracked(root)[0] == []


def test_a_workspace_inside_a_repository(root: Path) -> None:
    inner = root / "campaigns" / "spring"
    (inner / "config").mkdir(parents=True)
    stage(root, ["config/accounts.yaml", ".amplify/x"])  # of another workspace, above
    assert find_tracked(inner)[0] == []
    stage(root, ["campaigns/spring/config/accounts.yaml"])
    assert find_tracked(inner)[0] == ["campaigns/spring/config/accounts.yaml"]


def test_where_the_local_file_leads_is_local_too(root: Path) -> None:
    (root / "posts").mkdir()
    (root / "posts/ours.yaml").write_text("partner: us\n")
    (root / "config/accounts.yaml").symlink_to("../posts/ours.yaml")
    stage(root, ["posts/ours.yaml"])
    assert find_tracked(root)[0] == ["posts/ours.yaml"]


def test_a_file_of_secrets_in_any_repository(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "init")
    secrets = tmp_path / "dotfiles/credentials.yaml"
    stage(tmp_path, ["dotfiles/credentials.yaml"])
    assert find_tracked(root, [secrets])[0] == ["dotfiles/credentials.yaml"]


def test_a_large_index_costs_little_and_nothing_the_second_time(root: Path) -> None:
    stage(root, [f"posts/{number % 97}/some-post-{number}.md" for number in range(50_000)])
    began = time.process_time()
    found, signature = find_tracked(root)
    first = time.process_time() - began
    assert (found, len(signature)) == ([], 4)
    began = time.process_time()
    assert find_tracked(root, known=signature) == ([], signature)
    assert time.process_time() - began < 0.01
    assert first < 1.0
    stage(root, [".amplify/ledger.sqlite"])
    assert find_tracked(root, known=signature)[0] == [".amplify/ledger.sqlite"]


@pytest.mark.parametrize("kind", ["link to a folder", "link to nothing", "file"])
def test_a_home_that_is_none(tmp_path: Path, kind: str) -> None:
    home = tmp_path / ".amplify"
    if kind == "file":
        home.write_text("foreign")
    else:
        home.symlink_to(tmp_path / "elsewhere")
        if kind == "link to a folder":
            (tmp_path / "elsewhere").mkdir()
    with pytest.raises(NeedsPerson, match="cannot be opened"):
        check_home(tmp_path)
    assert os.path.lexists(home)
