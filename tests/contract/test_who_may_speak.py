"""Credentials, rehearsal-only accounts, kept sessions, and what importing an adapter costs."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from amplify.model.errors import LoggedOut, WrongUse
from amplify.model.platform import AccountConnection
from amplify.platforms import credentials, registry
from amplify.platforms.credentials import find_secrets
from amplify.platforms.loopback import is_loopback
from amplify.platforms.session_file import SessionFile

SECRETS = {
    "x": {"api_key": "a", "api_secret": "b", "access_token": "7-c", "access_secret": "d"},
    "bluesky": {"app_password": "a"},
    "mastodon": {"access_token": "a"},
}


def connection(name: str, server: str | None, *, loopback_only: bool = True) -> AccountConnection:
    return AccountConnection(f"press/{name}", "press", server, SECRETS[name], loopback_only)


@pytest.mark.parametrize("name", registry.names())
@pytest.mark.parametrize(
    "server",
    [None, "https://social.example", "http://10.0.0.1", "http://127.0.0.1@social.example", "http://127.0.0.1.example"],
)
def test_a_rehearsal_only_account_speaks_to_loopback_alone(name: str, server: str | None) -> None:
    if name == "mastodon" and server is None:
        return
    with pytest.raises(LoggedOut, match="live: true"):
        registry.adapter(name)(connection(name, server))


def test_mastodon_without_a_server_says_so() -> None:
    with pytest.raises(LoggedOut, match="server:"):
        registry.adapter("mastodon")(connection("mastodon", None))


def test_loopback_is_judged_by_its_spelling() -> None:
    for url in (
        "http://127.0.0.1:80/x",
        "http://127.8.9.1",
        "http://[::1]:3000",
        "http://localhost:1",
        "http://LOCALHOST",
    ):
        assert is_loopback(url), url
    for url in (None, "", "localhost", "http://example.org", "http://0.0.0.0", "http://[::ffff:8.8.8.8]", "http://["):
        assert not is_loopback(url), url


def test_the_registry_knows_the_platforms() -> None:
    assert registry.names() == ("x", "bluesky", "mastodon")
    for name in registry.names():
        told = registry.profile(name)
        assert told.name == name
        assert told.measure("Свабода") == 7
        assert set(told.secrets) == set(SECRETS[name])
    with pytest.raises(WrongUse, match="use one of x, bluesky, mastodon"):
        registry.profile("telegram")


def test_importing_the_adapters_loads_no_sdk() -> None:
    code = (
        "import sys\n"
        "from amplify.platforms import registry\n"
        "for name in registry.names(): registry.profile(name); registry.adapter(name)\n"
        "heavy = {'tweepy', 'atproto', 'atproto_client', 'mastodon', 'twitter_text'}\n"
        "heavy |= {'requests', 'httpx', 'keyring', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_secrets_come_from_the_environment_then_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "credentials.yaml"
    file.write_text("press-x:\n  api_key: from-file\n  api_secret: also\n")
    file.chmod(0o600)
    monkeypatch.setenv("AMPLIFY_CREDENTIALS", str(file))
    monkeypatch.setenv("AMPLIFY_PRESS_X_API_KEY", "from-environment")
    assert find_secrets(("api_key", "api_secret"), "press-x", "press/x") == {
        "api_key": "from-environment",
        "api_secret": "also",
    }


def test_the_keyring_stands_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    kept = {("amplify", "press-x/api_key"): "from-keyring"}
    monkeypatch.setattr(keyring, "get_password", lambda service, user: kept.get((service, user)))
    assert find_secrets(("api_key",), "press-x", "press/x") == {"api_key": "from-keyring"}


@pytest.mark.parametrize("before", ["", " ", "\ufeff", "\ufeff \t"])
@pytest.mark.parametrize("after", ["", "\n", "\r\n", "\r", " \u00a0", "\u200b\n"])
def test_what_stands_around_a_secret_is_none_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, before: str, after: str
) -> None:
    import json

    file = tmp_path / "credentials.yaml"
    file.write_text(json.dumps({"press-x": {"api_secret": f"{before}in two words{after}"}}), "utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("AMPLIFY_CREDENTIALS", str(file))
    monkeypatch.setenv("AMPLIFY_PRESS_X_API_KEY", f"{before}key{after}")
    found = find_secrets(("api_key", "api_secret"), "press-x", "press/x")
    assert found == {"api_key": "key", "api_secret": "in two words"}
    monkeypatch.setenv("AMPLIFY_PRESS_X_API_KEY", f"{before}{after}")
    with pytest.raises(LoggedOut, match="has no api_key"):
        find_secrets(("api_key",), "press-x", "press/x")


def test_what_is_missing_is_named_exactly() -> None:
    with pytest.raises(LoggedOut) as caught:
        find_secrets(("api_key", "api_secret"), "press-x", "press/x")
    for said in ("press/x", "AMPLIFY_PRESS_X_API_KEY", "AMPLIFY_PRESS_X_API_SECRET", "amplify press-x/api_key"):
        assert said in caught.value.why


def test_a_file_that_others_can_read_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "credentials.yaml"
    file.write_text("press-x: {api_key: secret-word}\n")
    file.chmod(0o640)
    monkeypatch.setenv("AMPLIFY_CREDENTIALS", str(file))
    with pytest.raises(LoggedOut, match="chmod 600"):
        find_secrets(("api_key",), "press-x", "press/x")


def test_the_file_is_parsed_once_while_it_is_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import yaml

    file = tmp_path / "credentials.yaml"
    file.touch(mode=0o600)
    file.write_text("".join(f"p{n}-x: {{api_key: key-{n}}}\n" for n in range(50)))
    monkeypatch.setenv("AMPLIFY_CREDENTIALS", str(file))
    parsed: list[bytes] = []
    load = yaml.load
    monkeypatch.setattr(yaml, "load", lambda raw, loader: parsed.append(raw) or load(raw, loader))
    found = [find_secrets(("api_key",), f"p{n}-x", f"p{n}/x")["api_key"] for n in range(50)]
    assert found == [f"key-{n}" for n in range(50)]
    assert len(parsed) == 1
    file.write_text("p1-x: {api_key: mended}\n")
    assert find_secrets(("api_key",), "p1-x", "p1/x") == {"api_key": "mended"}
    file.chmod(0o644)  # its content is known, and yet it is refused
    with pytest.raises(LoggedOut, match="chmod 600"):
        find_secrets(("api_key",), "p1-x", "p1/x")
    file.unlink()
    with pytest.raises(LoggedOut, match="no api_key"):
        find_secrets(("api_key",), "p1-x", "p1/x")


@pytest.mark.parametrize(
    "text", ["press-x: [secret-word", "press-x: secret-word", "press-x: {api_key: 12345}", "- secret-word"]
)
def test_a_file_that_is_no_credentials_says_so_without_quoting_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "credentials.yaml"
    file.write_text(text)
    file.chmod(0o600)
    monkeypatch.setenv("AMPLIFY_CREDENTIALS", str(file))
    with pytest.raises(LoggedOut) as caught:
        find_secrets(("api_key",), "press-x", "press/x")
    assert "secret-word" not in caught.value.why
    assert "12345" not in caught.value.why


@pytest.mark.parametrize("variable", ["AMPLIFY_CREDENTIALS", "PYTHON_KEYRING_BACKEND"])
def test_a_test_cannot_reach_real_credentials(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.delenv(variable)
    with pytest.raises(RuntimeError, match="a test reached for the real"):
        find_secrets(("api_key",), "press-x", "press/x")
    assert credentials.secret_variable("press-x", "api_key") == "AMPLIFY_PRESS_X_API_KEY"


def test_a_connection_never_prints_its_secrets() -> None:
    told = repr(connection("x", None)) + str(connection("x", None))
    assert "7-c" not in told


def test_a_session_belongs_to_one_server_and_handle(tmp_path: Path) -> None:
    kept = SessionFile(tmp_path, "press/bluesky", "http://127.0.0.1:1", "press.example")
    kept.write("words")
    assert kept.read() == "words"
    assert SessionFile(tmp_path, "press/bluesky", "http://127.0.0.1:2", "press.example").read() is None
    assert SessionFile(tmp_path, "press/bluesky", "http://127.0.0.1:1", "other.example").read() is None
    assert [path.stat().st_mode & 0o077 for path in tmp_path.glob("*.session")] == [0]
    next(tmp_path.glob("*.session")).write_text("{torn")
    assert kept.read() is None


def test_two_runs_sign_in_one_after_the_other(tmp_path: Path) -> None:
    inside = threading.Event()
    order: list[str] = []
    first = SessionFile(tmp_path, "press/bluesky", "s", "h")
    second = SessionFile(tmp_path, "press/bluesky", "s", "h")

    def wait_outside() -> None:
        inside.wait(5)
        with second.locked():
            order.append(f"second sees {second.read()}")

    waiting = threading.Thread(target=wait_outside)
    waiting.start()
    with first.locked():
        inside.set()
        waiting.join(0.2)  # it cannot come in: that it is still alive is the point
        assert waiting.is_alive()
        order.append("first")
        first.write("fresh")
    waiting.join(5)
    assert order == ["first", "second sees fresh"]


def test_beyond_loopback_is_caught(attempts_beyond_loopback: list[str]) -> None:
    import socket

    with pytest.raises(PermissionError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(PermissionError):
        socket.getaddrinfo("example.org", 443)
    assert attempts_beyond_loopback == ["192.0.2.1", "example.org"]
    attempts_beyond_loopback.clear()  # these two were meant
