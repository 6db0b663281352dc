"""`amplify check` for people, for pull requests and for programs; and the hooks that docs/pull-requests.md gives."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from command_server import program
from engine.files import Files, soon

from amplify.cli.check import folder_in_repository, format_annotation
from amplify.model.problem import Problem, Severity, SourceLocation
from cli.conftest import Amplify

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"::(?P<level>error|warning) (?P<fields>[^:]*)::(?P<message>.*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as a runner reads it."""
    found = COMMAND.fullmatch(line)
    assert found, line
    fields = dict(one.split("=", 1) for one in found["fields"].split(","))
    return found["level"], {name: _plain(value) for name, value in fields.items()}, _plain(found["message"])


def _plain(text: str) -> str:
    for code, sign in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, sign)
    return text


class TestAnnotations:
    def test_whatever_stands_in_a_problem_stays_one_line_and_comes_back(self) -> None:
        nasty = "100 %, a:b\r\n::error file=x::made up %0A"
        problem = Problem(SourceLocation("posts/a,b:c%.md", 3, 7), "TEXT", nasty)
        line = format_annotation(problem)
        assert "\n" not in line
        assert "\r" not in line
        assert read(line) == (
            "error",
            {"file": "posts/a,b:c%.md", "line": "3", "col": "7", "title": "TEXT"},
            nasty,
        )

    def test_a_problem_of_a_whole_file_has_no_line(self) -> None:
        line = format_annotation(
            Problem(SourceLocation("config/queue.yaml"), "FILE-MISSING", "write it", Severity.WARNING)
        )
        assert line == "::warning file=config/queue.yaml,title=FILE-MISSING::write it"

    def test_the_path_begins_at_the_repository(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        inner = tmp_path / "campaigns" / "spring"
        inner.mkdir(parents=True)
        assert folder_in_repository(inner) == "campaigns/spring"
        assert folder_in_repository(tmp_path) == ""
        assert format_annotation(Problem(SourceLocation("a.md", 1, 1), "TEXT", "b"), "campaigns/spring").startswith(
            "::error file=campaigns/spring/a.md,line=1,col=1,"
        )


class TestFormats:
    @pytest.fixture
    def faulty(self, files: Files) -> Files:
        files.post("long", "Far too long, " * 40)
        files.post("mixed", "Свaбода")  # one Latin letter
        files.queue("long", at=soon(600), platforms=["x"])
        files.queue("mixed", at=soon(90_000), platforms=["x"])
        return files

    def test_github(self, amplify: Amplify, faulty: Files) -> None:
        (faulty.root.parent / ".git").mkdir()
        said = amplify("check", "--format", "github", "-w", faulty.root)
        *lines, last = said.out.splitlines()
        assert said.code == 1
        levels = {fields["title"]: (level, fields["file"]) for level, fields, _ in map(read, lines)}
        assert levels["TXT-LONG"] == ("error", "house/posts/long.md")
        assert "warning" in {level for level, _ in levels.values()}
        assert last == f"{sum(line.startswith('::error') for line in lines)} error, 1 warning"

    def test_json_by_either_name(self, amplify: Amplify, faulty: Files) -> None:
        one = json.loads(amplify("check", "--json", "-w", faulty.root).out)
        other = json.loads(amplify("check", "--format", "json", "-w", faulty.root).out)
        assert one == other
        assert one["errors"] == 1
        assert amplify("check", "--format", "json", "--json", "-w", faulty.root).code == 1

    def test_text_is_what_people_get_anyway(self, amplify: Amplify, faulty: Files) -> None:
        assert amplify("check", "-w", faulty.root).out == amplify("check", "--format", "text", "-w", faulty.root).out

    def test_strict_says_why_warnings_fail(self, amplify: Amplify, faulty: Files) -> None:
        faulty.unqueue("long")
        for form in ("text", "github"):
            assert amplify("check", "--format", form, "-w", faulty.root).code == 0
            said = amplify("check", "--strict", "--format", form, "-w", faulty.root)
            assert (said.code, "with --strict, warnings count as errors" in said.words) == (1, True)

    def test_nothing_wrong(self, amplify: Amplify, busy: Files) -> None:
        said = amplify("check", "--format", "github", "-w", busy.root)
        assert (said.code, said.out) == (0, "no problems\n")

    @pytest.mark.parametrize("words", [["--format", "xml"], ["--json", "--format", "github"]], ids=" ".join)
    def test_wrong_use(self, amplify: Amplify, busy: Files, words: list[str]) -> None:
        said = amplify("check", *words, "-w", busy.root)
        assert (said.code, said.out) == (2, "")


def sample(name: str) -> str:
    """A block of docs/pull-requests.md that is to be saved as a file of this name."""
    found = re.search(
        rf"<!-- file: {re.escape(name)} -->\n```\w+\n(.*?)\n```\n",
        (ROOT / "docs/pull-requests.md").read_text("utf-8"),
        re.DOTALL,
    )
    assert found, f"docs/pull-requests.md has no {name}"
    return found[1] + "\n"


class Repositories:
    """A partner's clone, and the bare repository it pushes to."""

    def __init__(self, folder: Path, files: Files) -> None:
        self.bare, self.clone = folder / "campaigns.git", files.root
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "AMPLIFY_"))},
            "PATH": f"{program().parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{
                f"GIT_{who}_{what}": "desk@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
            },
        }
        self.git("init", "--quiet", "--bare", "--initial-branch=main", self.bare)
        (self.clone / ".gitignore").write_text("config/accounts.yaml\n.amplify/\n")
        (self.clone / "media" / ".gitkeep").touch()
        self.git("init", "--quiet", "--initial-branch=main", self.clone)
        self.git("remote", "add", "origin", self.bare)

    def git(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *map(str, words)],
            cwd=self.clone,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def hook(self, folder: Path, name: str) -> None:
        path = folder / "hooks" / name
        path.write_text(sample(f"hooks/{name}"))
        path.chmod(0o755)

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        done = self.git("commit", "--quiet", "--message", message)
        assert done.returncode == 0, done.stderr

    def push(self, branch: str = "main") -> tuple[bool, str]:
        done = self.git("push", "origin", f"HEAD:{branch}")
        return done.returncode == 0, done.stdout + done.stderr

    def arrived(self) -> str:
        return self.git("--git-dir", self.bare, "log", "--format=%s", "main").stdout


@pytest.fixture
def repositories(files: Files, tmp_path: Path) -> Repositories:
    files.post("good", "A good post")
    files.queue("good", at=soon(3600))
    return Repositories(tmp_path, files)


def a_bad_post(files: Files) -> None:
    files.post("bad", "Far too long, " * 40)
    files.queue("bad", at=soon(90_000), platforms=["x"])


class TestHooks:
    """The scripts as they stand in the page, with real repositories."""

    def test_the_server_refuses_a_bad_post_and_takes_a_good_one(self, repositories: Repositories, files: Files) -> None:
        repositories.hook(repositories.bare, "pre-receive")
        repositories.commit("a good post")
        assert repositories.push()[0]
        a_bad_post(files)
        repositories.commit("a bad post")
        taken, said = repositories.push()
        assert not taken
        assert "posts/bad.md:" in said
        assert "TXT-LONG" in said
        assert repositories.arrived().splitlines() == ["a good post"]
        files.post("bad", "Short enough")
        repositories.commit("mended")
        taken, said = repositories.push()
        assert taken, said
        assert repositories.arrived().splitlines()[0] == "mended"

    def test_other_branches_and_deletions_pass(self, repositories: Repositories, files: Files) -> None:
        repositories.hook(repositories.bare, "pre-receive")
        a_bad_post(files)
        repositories.commit("a draft of somebody")
        assert repositories.push("drafts")[0]
        assert repositories.push("main")[0] is False
        done = repositories.git("push", "origin", ":drafts")
        assert done.returncode == 0, done.stderr

    def test_the_server_takes_no_symbolic_links(self, repositories: Repositories, files: Files) -> None:
        repositories.hook(repositories.bare, "pre-receive")
        (files.root / "posts" / "link.md").symlink_to("/etc/hostname")
        repositories.commit("a link out of the folder")
        taken, said = repositories.push()
        assert not taken
        assert "symbolic link" in said

    @pytest.mark.parametrize(
        "name", ["config/accounts.yaml", ".amplify/ledger.sqlite", ".AMPLIFY/x", "Config/Accounts.yaml"]
    )
    @pytest.mark.parametrize("hook", ["pre-receive", "pre-push"])
    def test_nothing_local_is_taken(self, repositories: Repositories, files: Files, name: str, hook: str) -> None:
        repositories.hook(repositories.bare if hook == "pre-receive" else files.root / ".git", hook)
        repositories.commit("a good post")
        assert repositories.push()[0]
        (files.root / name).parent.mkdir(exist_ok=True)
        (files.root / name).write_text("partner: us\n")
        repositories.git("add", "--force", name)
        done = repositories.git("commit", "--quiet", "--message", "harmless")
        assert done.returncode == 0, done.stderr
        taken, said = repositories.push()
        assert (taken, "FILE-LOCAL" in said) == (False, True), said

    def test_attributes_hide_nothing_from_the_server(self, repositories: Repositories, files: Files) -> None:
        repositories.hook(repositories.bare, "pre-receive")
        a_bad_post(files)
        (files.root / ".gitattributes").write_text("posts/bad.md export-ignore\n")
        repositories.commit("a bad post, kept out of archives")
        taken, said = repositories.push()
        assert not taken
        assert "TXT-LONG" in said

    def test_before_it_leaves_the_machine(self, repositories: Repositories, files: Files) -> None:
        repositories.hook(files.root / ".git", "pre-push")
        a_bad_post(files)
        repositories.commit("a bad post")
        taken, said = repositories.push()
        assert not taken
        assert "TXT-LONG" in said
        assert repositories.arrived() == ""
        files.post("bad", "Short enough")
        assert not repositories.push()[0], "what is pushed counts, not what lies in the folder"
        repositories.commit("mended")
        taken, said = repositories.push()
        assert taken, said


class TestWorkflow:
    def test_the_sample_runs_a_command_that_annotates(self, repositories: Repositories, files: Files) -> None:
        from amplify.workspace.yaml_reader import read_yaml

        document, problems = read_yaml(sample(".github/workflows/check.yaml"), "check.yaml")
        assert document is not None
        assert not problems
        a_bad_post(files)
        run = re.findall(r"^\s+- run: (amplify .*)$", sample(".github/workflows/check.yaml"), re.MULTILINE)
        assert len(run) == 1
        done = subprocess.run(
            ["bash", "-e", "-c", run[0]],
            cwd=files.root,
            env=repositories.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 1, done.stderr
        assert "::error file=posts/bad.md,line=" in done.stdout
