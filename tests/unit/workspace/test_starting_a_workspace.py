"""`amplify init`, the root of a workspace, its fingerprint, its schemas."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amplify.model.errors import WrongUse
from amplify.workspace.file_types import FILE_MODELS
from amplify.workspace.fingerprint import files_fingerprint
from amplify.workspace.load import Loaded, load_workspace
from amplify.workspace.locate import find_root
from amplify.workspace.scaffold import scaffold_workspace
from amplify.workspace.schema import json_schemas, schema_text, write_schemas
from amplify.workspace.validate import FORMS
from amplify.workspace.yaml_reader import read_yaml

PLATFORMS = frozenset({"x", "bluesky", "mastodon"})
HOUSE = Path(__file__).parents[3]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(today=st.dates(date(2026, 1, 1), date(2032, 12, 31)) | st.just(date(2028, 2, 17)))
def test_a_new_workspace_has_no_problems_on_any_day(tmp_path_factory: pytest.TempPathFactory, today: date) -> None:
    folder = tmp_path_factory.mktemp("new") / "Our Campaign!"
    scaffold_workspace(folder, today)
    loaded = load_workspace(folder, PLATFORMS)
    assert loaded.problems == ()
    assert loaded.workspace is not None
    assert loaded.workspace.settings.id == "our-campaign"


def test_it_holds_what_a_press_officer_needs(root: Path, read: Callable[[], Loaded]) -> None:
    workspace = read().workspace
    assert workspace is not None
    assert {lang for post in workspace.posts.values() for lang in (v.lang for v in post.variants)} == {"en", "be"}
    assert all(len(post.variants) >= 2 for post in workspace.posts.values())
    assert len(workspace.pictures) == 1
    assert workspace.us is None
    assert (root / ".gitignore").read_text().split("\n").count("config/accounts.yaml") == 1
    for path in [*root.glob("config/**/*.yaml"), *root.glob("media/**/*.yaml")]:
        first = path.read_text().split("\n")[0]
        assert first.startswith("# yaml-language-server: $schema=")
        assert (path.parent / first.partition("=")[2]).resolve().is_file()


def test_the_example_of_accounts_is_good(root: Path, read: Callable[[], Loaded]) -> None:
    (root / "config/accounts.example.yaml").rename(root / "config/accounts.yaml")
    loaded = read()
    assert loaded.problems == ()
    assert loaded.workspace is not None
    assert loaded.workspace.us == "our_organisation"
    assert not any(account.live for account in loaded.workspace.accounts.values())


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(WrongUse, match="is not empty"):
        scaffold_workspace(tmp_path, date(2027, 1, 1))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(WrongUse, match="is a file"):
        scaffold_workspace(tmp_path / "notes.txt", date(2027, 1, 1))


def test_a_fresh_git_folder_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    scaffold_workspace(tmp_path, date(2027, 1, 1))
    assert load_workspace(tmp_path, PLATFORMS).problems == ()


def test_the_root_is_found_from_below(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(root / "config" / "campaigns")
    assert find_root() == root
    assert find_root(root) == root
    monkeypatch.chdir(tmp_path)
    for folder in (None, tmp_path, tmp_path / "nowhere"):
        with pytest.raises(WrongUse, match="amplify init"):
            find_root(folder)


def test_the_fingerprint_changes_with_the_files(root: Path) -> None:
    seen = [files_fingerprint(root)]
    assert files_fingerprint(root) == seen[0]
    steps: list[Callable[[], object]] = [
        lambda: (root / "posts/new.md").write_text("x"),
        lambda: (root / "posts/new.md").write_text("xy"),
        lambda: os.utime(root / "posts/new.md", ns=(5, 5)),
        lambda: (root / "posts/new.md").rename(root / "posts/newer.md"),
        lambda: (root / "media/window.yaml").unlink(),
        lambda: (root / "config/campaigns/deep").mkdir(),
    ]
    for step in steps[:-1]:
        step()
        seen.append(files_fingerprint(root))
    assert len(set(seen)) == len(seen)
    (root / ".amplify").mkdir(exist_ok=True)
    (root / ".amplify/ledger.db").write_text("x")
    (root / "config/.queue.yaml.swp").write_text("x")
    assert files_fingerprint(root) == seen[-1]
    moved = root.rename(root.parent / "moved")
    assert files_fingerprint(moved) == seen[-1]


def test_the_fingerprint_needs_no_heavy_module() -> None:
    import subprocess

    code = (
        "import sys; from pathlib import Path; from amplify.workspace.fingerprint import files_fingerprint; "
        "files_fingerprint(Path('.')); print([m for m in ('pydantic', 'yaml', 'PIL', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_schemas_in_the_repository_are_current() -> None:
    for name in FILE_MODELS:
        committed = (HOUSE / "config/schema" / f"{name}.json").read_text("utf-8")
        assert committed == schema_text(name), "run `amplify schema --write`"
    assert {path.stem for path in (HOUSE / "config/schema").iterdir()} == set(FILE_MODELS)


def test_schemas_are_written_once(root: Path) -> None:
    assert write_schemas(root) == ()
    (root / "config/schema/post.json").unlink()
    assert [path.name for path in write_schemas(root)] == ["post.json"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("workspace", "config/workspace.yaml"),
        ("queue", "config/queue.yaml"),
        ("campaign", "config/campaigns/free-vera.yaml"),
        ("people", "config/people.yaml"),
        ("partners", "config/partners.yaml"),
        ("picture", "media/window.yaml"),
        ("banner", "media/banners/days.yaml"),
        ("accounts", "config/accounts.example.yaml"),
    ],
)
def test_editors_and_we_agree(root: Path, name: str, path: str) -> None:
    validator = jsonschema.Draft202012Validator(json_schemas()[name])
    document, _ = read_yaml((root / path).read_text(), path)
    assert document is not None
    assert list(validator.iter_errors(document.plain)) == []
    assert list(validator.iter_errors({**document.plain, "unknown": 1})) != []


def test_every_key_is_explained_to_editors() -> None:
    for name, schema in json_schemas().items():
        for holder in (schema, *schema.get("$defs", {}).values()):
            for key, said in holder.get("properties", {}).items():
                assert said.get("description"), f"{name}: {key}"


def test_every_pattern_has_a_sentence() -> None:
    def patterns(value: Any) -> set[str]:
        if isinstance(value, list):
            return set().union(*(patterns(item) for item in value))
        if not isinstance(value, dict):
            return set()
        own = {value["pattern"]} if isinstance(value.get("pattern"), str) else set()
        keys = set(value.get("patternProperties", {}))
        return own.union(keys, *(patterns(item) for item in value.values()))

    asked = {pattern for schema in json_schemas().values() for pattern in patterns(json.loads(json.dumps(schema)))}
    judged_elsewhere = {p for p in asked if p.startswith(r"^\d{4}-\d{2}-\d{2}[T ]") or p == r"^\d+\s*(s|m|h|d)$"}
    assert asked - judged_elsewhere == set(FORMS)


def test_a_folder_that_may_not_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(WrongUse, match="may not be looked at"):
        find_root(tmp_path)
