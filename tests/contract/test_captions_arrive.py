"""Captions reach readers as they were written, where the platform shows any; long videos go through a video service."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from counterparts.conformance import document
from ground import BlueskyOnStage, Ground, Member, XOnStage
from test_x_schema import XDocument

from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater
from amplify.model.message import Attachment
from amplify.model.platform import Json, Receipt
from amplify.model.video import Captions
from amplify.platforms.bluesky import media as bluesky_media
from amplify.platforms.bluesky import video_service
from amplify.rules.file_formats.webvtt import read_captions
from amplify.stage import bluesky_video
from amplify.stage.failures import Kind
from amplify.stage.process import Stage

BE = Captions("be-tarask", "walk.be-tarask.vtt", ((0, 400), (500, 900)), "Добры дзень & <прывітаньне>\n\nАнна")
EN = Captions("en", "walk.en.vtt", ((0, 900),), "Good day")
BE_FILE = (
    "WEBVTT\n\n00:00:00.000 --> 00:00:00.400\nДобры дзень &amp; &lt;прывітаньне&gt;\n\n"
    "00:00:00.500 --> 00:00:00.900\nАнна\n"
)


def captioned(member: Member, folder: Path) -> Attachment:
    return replace(member.film("walk.mp4", "Шлях", folder), captions=(BE, EN))


def record_of(server: str, receipt: Receipt) -> Json:
    repo, collection, key = receipt.id.removeprefix("at://").split("/")
    asked = {"repo": repo, "collection": collection, "rkey": key}
    answer = httpx.get(f"{server}/xrpc/com.atproto.repo.getRecord", params=asked, trust_env=False)
    found: Json = answer.raise_for_status().json()["value"]
    return found


def test_bluesky_gives_captions_back_as_they_went(bluesky: Ground, tmp_path: Path) -> None:
    member = bluesky.member(timeout=30)
    receipt = member.publish("Відэа з подпісамі", pictures=(captioned(member, tmp_path),))
    server = member.connection.server
    assert server is not None
    embed = record_of(server, receipt)["embed"]
    assert [one["lang"] for one in embed["captions"]] == ["be-tarask", "en"]
    assert {one["file"]["mimeType"] for one in embed["captions"]} == {"text/vtt"}
    if isinstance(bluesky, BlueskyOnStage):
        (kept,) = [one for one in bluesky.stage.control.posts("bluesky") if one["id"] == receipt.id]
        page = httpx.get(f"{bluesky.stage.url}/timeline/bluesky", trust_env=False).text
        assert kept["record"]["embed"]["captions"] == embed["captions"]
        assert '<track kind="captions" src="data:text/vtt;base64,' in page
        assert 'srclang="be-tarask"' in page
        return
    blob = {"did": receipt.id.split("/")[2], "cid": embed["captions"][0]["file"]["ref"]["$link"]}
    back = httpx.get(f"{server}/xrpc/com.atproto.sync.getBlob", params=blob, trust_env=False)
    assert back.raise_for_status().content.decode() == BE_FILE
    assert [one.text for one in read_captions(back.text, 1.0).cues] == BE.words.split("\n\n")


@pytest.mark.xdist_group("stage")
def test_the_preview_shows_captions_before_they_are_uploaded(stage: Stage, tmp_path: Path) -> None:
    member = BlueskyOnStage(tmp_path, stage).member()
    call = replace(member.call(member.message("А", pictures=(captioned(member, tmp_path),))), prepared={})
    shown = member.platform.payload(call)["record"]["embed"]["captions"]
    assert [(one["lang"], one["file"]["mimeType"]) for one in shown] == [("be-tarask", "text/vtt"), ("en", "text/vtt")]
    assert "walk.en.vtt" in shown[1]["file"]["ref"]["$link"]


@pytest.mark.xdist_group("stage")
def test_x_is_given_captions_as_its_document_says(stage: Stage, tmp_path: Path) -> None:
    member = XOnStage(tmp_path, stage).member(timeout=30)
    made: list[tuple[str, str, Any]] = []
    member.platform._client.session.hooks["response"].append(  # type: ignore[attr-defined]
        lambda response, **_: made.append((response.request.method, response.request.url, response.request.body))
    )
    rom = Captions("rom", "walk.rom.vtt", ((0, 900),), "Lačho dives")
    film = captioned(member, tmp_path)
    # X has names of two letters alone, and one file for each.
    film = replace(film, captions=(*film.captions, rom, replace(BE, lang="be")))
    member.publish("Відэа з подпісамі", pictures=(film,))
    paths = [urlsplit(url).path for _, url, _ in made]
    assert paths.count("/2/media/subtitles") == 2
    whole = [
        (method, url, body if isinstance(body, str | bytes | None) else b"".join(body)) for method, url, body in made
    ]
    wrong = [XDocument(document("x-openapi-2.166.json")).violations(*one) for one in whole]
    assert [one for one in wrong if one] == []
    page = httpx.get(f"{stage.url}/timeline/x", trust_env=False).text
    assert re.findall(r'srclang="(\w+)"', page)[:2] == ["be", "en"]


@pytest.mark.xdist_group("stage")
def test_a_second_attempt_gives_x_no_captions_twice(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = XOnStage(tmp_path, stage).member(timeout=30)
    message = member.message("Двойчы", pictures=(captioned(member, tmp_path),))
    (part,) = message.parts
    asked: list[str] = []
    for platform in (member.platform, member.again()):
        platform._client.session.hooks["response"].append(  # type: ignore[attr-defined]
            lambda response, **_: asked.append(urlsplit(response.request.url).path)
        )
        assert len(platform.prepare(message, part)["media_ids"]) == 1
    assert asked.count("/2/media/subtitles") == 2
    assert asked.count("/2/media/upload/initialize") == 1


@pytest.mark.xdist_group("stage")
@pytest.mark.parametrize("status", ["400", "403", "404"])
def test_where_x_takes_no_captions_the_video_goes_without(stage: Stage, tmp_path: Path, status: Kind) -> None:
    ground = XOnStage(tmp_path, stage)
    member = ground.member(timeout=30)
    stage.control.fail(status, platform="x", path="/2/media/subtitles", count=2)
    try:
        seen = ground.seen(member, member.publish("Без подпісаў", pictures=(captioned(member, tmp_path),)))
    finally:
        stage.control.clear_failures()
    assert seen is not None
    assert seen.kinds == ("video",)


@pytest.fixture
def long_film(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every film counts as one that the account's own server does not take."""
    monkeypatch.setattr(bluesky_media, "BLOB_BYTES", 1000)


@pytest.fixture
def member(stage: Stage, tmp_path: Path, long_film: None) -> Member:
    return BlueskyOnStage(tmp_path, stage).member(timeout=30)


def long(member: Member, folder: Path) -> Attachment:
    """A film of three parts."""
    film = captioned(member, folder)
    path = member.films[film.file]
    data = path.read_bytes()
    padding = 2 * bluesky_video.PART_BYTES + 8
    path.write_bytes(data + padding.to_bytes(4, "big") + b"free" + bytes(padding - 8))
    return film


pytestmark = pytest.mark.xdist_group("stage")


def watched(member: Member) -> list[str]:
    """Names of what the adapter asks the video service from now on."""
    asked: list[str] = []
    service = member.platform._media._service  # type: ignore[attr-defined]
    service._video  # noqa: B018 - makes the client
    service._client.request._client.event_hooks["response"].append(
        lambda response: asked.append(f"{response.request.url.path.rpartition('.')[2]} {response.status_code}")
    )
    return asked


def test_a_long_video_goes_through_the_video_service(member: Member, stage: Stage, tmp_path: Path) -> None:
    film = long(member, tmp_path)
    asked = watched(member)
    receipt = member.publish("Доўгае відэа", pictures=(film,))
    assert asked[:2] == ["getUploadLimits 200", "startUpload 200"]
    assert asked.count("uploadPart 200") == 3
    assert asked.count("getJobStatus 200") == 3
    (kept,) = [one for one in stage.control.posts("bluesky") if one["id"] == receipt.id]
    (held,) = kept["media"]
    sent = Path(held["file"]).read_bytes()
    assert hashlib.sha256(sent).digest() == hashlib.sha256(member.films[film.file].read_bytes()).digest()
    assert [one["lang"] for one in kept["record"]["embed"]["captions"]] == ["be-tarask", "en"]


@pytest.mark.parametrize("cut", ["startUpload", "uploadPart", "finishUpload", "getJobStatus"])
def test_a_cut_costs_one_part_and_never_a_second_upload(
    member: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    """Wherever the program dies, another one goes on with the upload that there is."""
    film = long(member, tmp_path)
    message = member.message(f"Абарвалася: {cut}", pictures=(film,))
    (part,) = message.parts
    member.platform.whoami()
    first = watched(member)
    hooks = member.platform._media._service._client.request._client.event_hooks  # type: ignore[attr-defined]

    def die(response: httpx.Response) -> None:
        if response.request.url.path.endswith(cut) and (cut != "uploadPart" or "partNumber=2" in str(response.url)):
            raise KeyboardInterrupt

    hooks["response"].append(die)
    with pytest.raises(KeyboardInterrupt):
        member.platform.prepare(message, part)
    member.platform = member.again()  # type: ignore[misc]
    second = watched(member)
    prepared = member.platform.prepare(message, part)
    assert prepared["pictures"][0]["mimeType"] == "video/mp4"
    started = [one for one in (*first, *second) if one.startswith("startUpload")]
    # Nobody knows what the answer to the very first request was: the service lets that upload expire.
    assert len(started) == (2 if cut == "startUpload" else 1)
    parts = [one for one in (*first, *second) if one.startswith("uploadPart")]
    assert len(parts) == 3


def test_a_slow_upload_ends_in_time_and_is_gone_on_with(
    stage: Stage, tmp_path: Path, long_film: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = BlueskyOnStage(tmp_path, stage).member(timeout=30)
    film = long(member, tmp_path)
    message = member.message("Павольна", pictures=(film,))
    (part,) = message.parts
    asked = watched(member)
    over = iter([False, True, False, False, *[True] * 9])
    monkeypatch.setattr(video_service.UploadDeadline, "over", lambda _, seconds=0.0: next(over))
    with pytest.raises(TryLater, match="33 %"):
        member.platform.prepare(message, part)
    with pytest.raises(TryLater, match="still working"):
        member.platform.prepare(message, part)
    assert asked.count("uploadPart 200") == 3


ERRORS = [
    ("startUpload", "DailyLimitExceeded", TryLater, "DailyLimitExceeded"),
    ("startUpload", "TooManyOpenUploads", TryLater, "TooManyOpenUploads"),
    ("startUpload", "UploadForbidden", Refused, "UploadForbidden"),
    ("startUpload", "VideoTooLong", Refused, "walk.mp4"),
    ("uploadPart", "ServiceOverloaded", TryLater, "ServiceOverloaded"),
    ("uploadPart", "UploadExpired", TryLater, "begins anew"),
    ("getUploadStatus", "UploadNotFound", TryLater, "begins anew"),
    ("finishUpload", "UploadFailed", Refused, "walk.mp4"),
    ("finishUpload", "MissingParts", TryLater, "MissingParts"),
    ("getUploadLimits", "InvalidToken", TryLater, "InvalidToken"),
]


@pytest.mark.parametrize(("method", "name", "kind", "said"), ERRORS, ids=[f"{a}-{b}" for a, b, *_ in ERRORS])
def test_the_services_errors_are_named_by_what_to_do_next(
    member: Member, tmp_path: Path, method: str, name: str, kind: type[PlatformError], said: str
) -> None:
    film = long(member, tmp_path)
    message = member.message(f"Памылка {name}", pictures=(film,))
    (part,) = message.parts
    service = member.platform._media._service  # type: ignore[attr-defined]
    service._video  # noqa: B018 - makes the client
    http = service._client.request._client
    status = 401 if name == "InvalidToken" else 400

    class Answering(httpx.BaseTransport):
        def __init__(self, beneath: httpx.BaseTransport) -> None:
            self._beneath = beneath

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith(method):
                return httpx.Response(status, json={"error": name, "message": "No"}, request=request)
            return self._beneath.handle_request(request)

    http._transport = Answering(http._transport)
    http._mounts = {}
    with pytest.raises(kind, match=said) as raised:
        member.platform.prepare(message, part)
    assert not isinstance(raised.value, LoggedOut)
    assert not getattr(raised.value, "account", False)  # of this film alone: the account's texts go on
    assert "No" in raised.value.why or "anew" in raised.value.why


def test_a_video_that_the_service_cannot_work_with_is_refused_in_words(member: Member, tmp_path: Path) -> None:
    film = member.film("walk.mp4", "Шлях", tmp_path)
    member.films["walk.mp4"].write_bytes(b"no video at all" * 100)
    with pytest.raises(Refused, match=r"walk\.mp4.*probe"):
        member.publish("Не атрымалася", pictures=(film,))


def test_the_same_video_again_is_taken_from_what_there_is(member: Member, tmp_path: Path) -> None:
    film = long(member, tmp_path)
    first = member.publish("Першы раз", pictures=(film,))
    second = member.publish("Другі раз", pictures=(film,))
    server = member.connection.server or ""
    assert record_of(server, first)["embed"]["video"] == record_of(server, second)["embed"]["video"]


def test_nothing_is_started_where_the_day_is_spent(
    member: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = long(member, tmp_path)
    asked = watched(member)
    limits = {"canUpload": False, "remainingDailyVideos": 0, "message": "Come back tomorrow"}
    service = member.platform._media._service  # type: ignore[attr-defined]
    http = service._client.request._client

    class Spent(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json=limits, request=request)

    http._transport, http._mounts = Spent(), {}
    with pytest.raises(TryLater, match=r"no more video of this account today\. Come back"):
        member.publish("Заўтра", pictures=(film,))
    limits.pop("remainingDailyVideos")
    with pytest.raises(Refused, match="e-mail"):
        member.publish("Пошта", pictures=(film,))
    assert asked == ["getUploadLimits 200"] * 2
