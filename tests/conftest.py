"""Nothing goes beyond this machine, no real credentials are read, and each counterpart is started once a session."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # `counterparts` is importable from every folder of tests

from counterparts import browser, mastodon, network, postgres
from counterparts.require import need
from once_a_session import copy_schema, flush_nothing, remember_zone_data, share_compiled_statements

if TYPE_CHECKING:
    from amplify.stage.process import Stage

# A shell's background jobs ignore Ctrl-C, and so would every process that a test starts in one.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A loaded machine is slow, and no property of ours is about speed.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

share_compiled_statements()
flush_nothing()
remember_zone_data()

_attempts: list[str] = []
_CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})


def _stays_here(host: Any) -> bool:
    if isinstance(host, bytes | bytearray):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        address = ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _CONNECTS:
        address = arguments[1]
        if not isinstance(address, tuple) or _stays_here(address[0]):  # a path: a socket of this machine
            return
        where = address[0]
    elif event in _LOOKUPS:
        if _stays_here(arguments[0]):
            return
        where = arguments[0]
    else:
        return
    _attempts.append(str(where))
    raise PermissionError(f"tests stay on this machine: {event} to {where}")


# An audit hook sees every socket of the process, also those that libraries make in C-like ways of their own,
# and cannot be taken out again.
sys.addaudithook(_watch)


def pytest_collection_finish() -> None:
    """What is loaded and collected stays until the end: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(autouse=True)
def attempts_beyond_loopback() -> Iterator[list[str]]:
    """What was tried beyond this machine. A test that leaves anything here fails, even if the code swallowed it."""
    _attempts.clear()
    yield _attempts
    tried = sorted(set(_attempts))
    _attempts.clear()
    assert not tried, f"tried to reach {', '.join(tried)}: tests stay on this machine"


@pytest.fixture(autouse=True)
def _no_real_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("AMPLIFY_CREDENTIALS", str(tmp_path_factory.getbasetemp() / "no-credentials.yaml"))


@pytest.fixture(autouse=True)
def _nothing_is_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Machines remember ledgers and servers: this one nothing beyond the session."""
    monkeypatch.setenv("AMPLIFY_STATE", str(tmp_path_factory.getbasetemp() / "state"))


@pytest.fixture(autouse=True)
def _migrated_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """New ledgers have their tables at once; where ledgers themselves are tested, every migration runs."""
    if "ledger" not in request.path.relative_to(request.config.rootpath).parts:
        monkeypatch.setattr("amplify.ledger.migrate.upgrade_schema", copy_schema)


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The project's own stand-in for the three platforms."""
    from amplify.stage.process import Stage

    with Stage(tmp_path_factory.mktemp("stage")) as running:
        yield running


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """A PostgreSQL cluster of this session; `new_database()` gives each test its own database."""
    if postgres.start(autovacuum="off") is None:  # `ledger.databases` empties the tables
        need("postgres", "none in /usr/lib/postgresql, on the PATH, or from tests/counterparts/bluesky/setup.sh")
    yield postgres.running()
    postgres.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: postgres.Cluster) -> str:
    """A database of this session, as `AMPLIFY_DATABASE_URL` wants it."""
    return postgres_cluster.new_database()


@pytest.fixture(scope="session")
def bluesky_network(request: pytest.FixtureRequest) -> Iterator[network.Network]:
    """Bluesky's own servers."""
    if not network.installed():
        need("bluesky", "run tests/counterparts/bluesky/setup.sh once")
    running = network.Network(request.getfixturevalue("postgres_cluster"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A real browser's program; launch it with `counterparts.browser.ARGUMENTS`."""
    path = browser.find()
    if path is None:
        need("browser", "no Chromium on the PATH, or no playwright in the environment")
    return path


@pytest.fixture(scope="session")
def mastodon_server() -> Iterator[mastodon.MastodonServer]:
    """mastodon_mock."""
    if not mastodon.installed():
        need("mastodon", "pip install 'mastodon_mock[test]'")
    running = mastodon.MastodonServer()
    running.start()
    yield running
    running.stop()
