"""The stage as a process: it remembers, it stays on loopback, it dies with its parent."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from troupe import START, Troupe

from amplify.model.errors import NeedsPerson
from amplify.stage.process import Stage


def wait_until_refused(url: str, patience: float = 10) -> None:
    """Until nobody listens there any more."""
    host, port = url.removeprefix("http://").split(":")
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((host, int(port))) != 0:
                return
    pytest.fail("the stage is still listening")


def test_killed_and_started_again_it_goes_on(folder: Path, picture: Callable[..., bytes]) -> None:
    with Stage(folder) as first:
        first.control.clock(START)
        troupe = Troupe(first)
        x, mastodon, bluesky = troupe.x("kept"), troupe.mastodon("kept@social.example"), troupe.bluesky("kept.example")
        x.create_tweet(text="Kept")
        x.delete_tweet(x.create_tweet(text="Gone").data["id"])
        media = mastodon.media_post(picture(), mime_type="image/png", description="Kept too")
        status = mastodon.status_post("Kept", media_ids=[media], idempotency_key="key")
        record = bluesky.send_image("Kept", picture("red"), "Red", langs=["en"])
        token = bluesky.export_session_string()
        before = first.control.posts()
        assert first.pid is not None
        os.kill(first.pid, signal.SIGKILL)
    with (folder / "journal.jsonl").open("ab") as journal:
        journal.write('{"event":"post","text":"тор'.encode()[:-1])
    with Stage(folder, port=int(first.url.rsplit(":", 1)[1])) as second:
        after = [p | {"url": ""} for p in second.control.posts()]
        assert after == [p | {"url": ""} for p in before]
        troupe = Troupe(second)
        assert troupe.mastodon("kept@social.example").status_post("Kept", idempotency_key="key").id == status.id
        with pytest.raises(Exception, match="duplicate content"):
            troupe.x("kept").create_tweet(text="Kept")
        troupe.x("kept").create_tweet(text="Gone")
        from atproto import Client

        again = Client(base_url=f"{second.url}/xrpc")
        again.login(session_string=token)
        assert again.get_posts([record.uri]).posts[0].cid == record.cid
        assert second.control.posts("x")[0]["created_at"].startswith("2027-05-17T09:00")


def test_only_loopback_can_reach_it(folder: Path) -> None:
    with Stage(folder) as stage:
        port = int(stage.url.rsplit(":", 1)[1])
        table = Path("/proc/net/tcp").read_text().splitlines()[1:]
        listening = [row.split()[1] for row in table if row.split()[3] == "0A"]
        assert f"0100007F:{port:04X}" in listening
        assert f"00000000:{port:04X}" not in listening
        six = Path("/proc/net/tcp6")
        assert (
            f":{port:04X} " not in "".join(row for row in six.read_text().splitlines(keepends=True) if " 0A " in row)
            if six.exists()
            else True
        )


def test_it_ends_with_its_parent(folder: Path) -> None:
    """A parent that is killed with -9 closes the stage's standard input."""
    program = f"""
        import sys, time
        from pathlib import Path
        from amplify.stage.process import Stage
        stage = Stage(Path({str(folder)!r}))
        stage.start()
        print(stage.url, flush=True)
        sys.stdin.read()
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    url = parent.stdout.readline().strip()
    assert requests.get(url, timeout=5).status_code == 200
    parent.kill()
    parent.wait()
    wait_until_refused(url)
    parent.stdout.close()
    parent.stdin.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_asked_even_while_it_holds_a_connection(folder: Path, number: int) -> None:
    command = [sys.executable, "-m", "amplify.stage", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["ready"] is True
    assert ready["url"].startswith("http://127.0.0.1:")
    from amplify.stage.process import StageControl

    StageControl(ready["url"]).fail("timeout_before")
    with ThreadPoolExecutor() as pool:
        held = pool.submit(requests.get, f"{ready['url']}/2/users/me", timeout=20)
        while not process_has_connection(ready["url"]):
            time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        with pytest.raises(requests.RequestException):
            held.result().raise_for_status()
    assert process.returncode == 0
    assert out == b""
    assert b"Traceback" not in err


def process_has_connection(url: str) -> bool:
    port = int(url.rsplit(":", 1)[1])
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(row[1].endswith(f":{port:04X}") and row[3] == "01" for row in rows)


def test_a_folder_has_one_stage(folder: Path) -> None:
    with Stage(folder), pytest.raises(NeedsPerson, match="another stage is using"):
        Stage(folder).start()


def test_a_port_that_is_taken_is_a_sentence(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(NeedsPerson, match="the stage did not start"):
            Stage(folder, port=taken.getsockname()[1]).start()


def test_control_doors_are_shut_to_web_pages(stage: Stage) -> None:
    url = f"{stage.url}/stage/posts"
    assert requests.post(url, json={}, timeout=5).status_code == 403
    outside = {"X-Stage": "1", "Host": "rebound.example"}
    assert requests.post(url, json={}, headers=outside, timeout=5).status_code == 403
    assert requests.post(url, json={}, headers={"X-Stage": "1"}, timeout=5).status_code == 200
    with pytest.raises(NeedsPerson, match="kind must be one of"):
        stage.control.fail("explode")  # type: ignore[arg-type]


def test_secrets_are_the_same_on_every_stage(stage: Stage, folder: Path) -> None:
    with Stage(folder) as other:
        for platform in ("x", "bluesky", "mastodon"):
            first = stage.control.account(platform, "who.example", "Who")
            assert first == other.control.account(platform, "who.example", "Somebody else")
            assert first != stage.control.account(platform, "who2.example", "Who")


def test_hundreds_of_requests_wait_side_by_side(stage: Stage) -> None:
    troupe = Troupe(stage)
    client = troupe.mastodon("crowd@social.example", timeout=60)
    token = client.access_token
    stage.control.latency(0.1)
    try:
        with ThreadPoolExecutor(200) as pool:
            start = time.monotonic()
            headers = {"Authorization": f"Bearer {token}"}
            made = pool.map(
                lambda n: (
                    requests.post(
                        f"{stage.url}/api/v1/statuses", data={"status": f"{n}"}, headers=headers, timeout=60
                    ).status_code
                ),
                range(400),
            )
            assert set(made) == {200}
            assert time.monotonic() - start < 400 * 0.1 / 4
    finally:
        stage.control.latency(0)
    assert len([p for p in stage.control.posts("mastodon") if p["handle"] == "crowd@social.example"]) == 400
