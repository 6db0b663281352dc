"""Emulates Mastodon's statuses: posting with its length rule and idempotency keys, boosts, deletion, look-ups, own
timeline.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from starlette.requests import Request

from amplify.rules.text.text_length import count_separate_graphemes
from amplify.stage.identity import StageAccount
from amplify.stage.mastodon_media import MastodonMediaEndpoints
from amplify.stage.mastodon_problems import base_of, not_found, refuse_form, whole_number
from amplify.stage.mastodon_shapes import PICTURES_MAX, URL_LENGTH, Shapes
from amplify.stage.reader_text import on_mastodon
from amplify.stage.responses import Form, HTTPDenial
from amplify.stage.server_ways import read_as_markdown
from amplify.stage.state import StageState
from amplify.stage.timeline_items import AttachedPicture, Json, StagePost

KEY_LIFE: Final = timedelta(seconds=3600)
"""How long an Idempotency-Key is remembered, in campaign time."""
BATCH: Final = 20
"""Most ids of one look-up."""


def status_length(text: str, warning: str = "") -> int:
    """The length that the server counts: graphemes of warning and text, addresses 23, `@user@server` as `@user`.

    As on a Ruby before 4.0, which nearly all servers run: letters that a virama joins count one by one.
    """
    total = count_separate_graphemes(warning)
    for span in on_mastodon(text):
        if span.kind == "link":
            total += URL_LENGTH
        elif span.kind == "mention":
            total += 1 + len(span.target.split("@")[0])
        else:
            total += count_separate_graphemes(span.text)
    return total


class Statuses:
    """The `/api/v1/statuses` endpoints, and the timeline of one account."""

    def __init__(self, state: StageState, shapes: Shapes, media: MastodonMediaEndpoints) -> None:
        self.state = state
        self.shapes = shapes
        self.media = media
        self._read = 0
        self._keys: dict[tuple[str, str], StagePost] = {}

    async def create(self, account: StageAccount, request: Request, form: Form) -> Json:
        key = request.headers.get("idempotency-key")
        now = self.state.now()
        ways = self.state.ways_of(account)
        earlier = self._by_key(account, key) if key and ways.keeps_keys else None
        if earlier is not None and now - earlier.accepted_at < KEY_LIFE:
            return self.shapes.status(earlier, base_of(request), account)
        text, warning = form.get("status") or "", form.get("spoiler_text") or ""
        ids = form.all("media_ids")
        parent = form.get("in_reply_to_id")
        visibility = form.get("visibility") or "public"
        if parent and self.state.post("mastodon", parent) is None:
            raise not_found()
        if len(ids) > PICTURES_MAX:
            raise refuse_form("Cannot attach more than 4 files")
        pictures = [self.state.picture(account, id) for id in ids]
        bad = [i for i, p in zip(ids, pictures, strict=True) if p is None or self.state.used("mastodon", i)]
        if bad:
            raise refuse_form(f"Media {', '.join(bad)} not found or already attached to another post")
        if not all(self.media.ready(id) for id in ids):
            raise refuse_form("Cannot attach files that have not finished processing. Try again in a moment!")
        if len(ids) > 1 and any(p.moves for p in pictures if p is not None):
            raise refuse_form("Cannot attach a video to a post that already contains images")
        if not text.strip() and not ids:
            raise refuse_form("Validation failed: Text can't be blank")
        most = self.shapes.text_max(account)
        length = ways.measure(text) + ways.measure(warning) if ways.measure else status_length(text, warning)
        if length > most:
            status, words = ways.too_long
            raise HTTPDenial(status, {"error": words.format(most=most)})
        if ways.markdown and form.get("content_type") != "text/plain":
            text = read_as_markdown(text)
        if visibility not in ("public", "unlisted", "private", "direct"):
            raise refuse_form("Validation failed: Visibility is not included in the list")
        language = form.get("language")
        post = StagePost(
            "mastodon",
            self.state.next_id("mastodon"),
            account.handle,
            now,
            now,
            text.strip(),
            langs=(language,) if language else (),
            reply_to=parent or None,
            pictures=tuple(AttachedPicture(p.id, p.alt) for p in pictures if p is not None),
            content_warning=warning or None,
            visibility=visibility,
            sensitive=form.flag("sensitive") or bool(warning),
            key=key,
        )
        return self.shapes.status(self.state.put(post), base_of(request), account)

    def _by_key(self, account: StageAccount, key: str) -> StagePost | None:
        accepted = self.state.order["mastodon"]
        for earlier in accepted[self._read :]:
            if earlier.key:
                self._keys[earlier.handle, earlier.key] = earlier
        self._read = len(accepted)
        post = self._keys.get((account.handle, key))
        return post if post is not None and post.standing else None

    async def look_up(self, account: StageAccount, request: Request, form: Form) -> list[Json]:
        if not self.state.ways_of(account).looks_up_many:
            raise HTTPDenial(405, {"error": "Method Not Allowed"})
        ids = form.all("id")
        if len(ids) > BATCH:
            raise refuse_form("Too many statuses requested")
        found = (self.state.post("mastodon", id) for id in ids)
        return [self.shapes.status(post, base_of(request), account) for post in found if post]

    async def status(self, account: StageAccount, request: Request, form: Form) -> Json:
        return self.shapes.status(self._post(request), base_of(request), account)

    def _post(self, request: Request) -> StagePost:
        post = self.state.post("mastodon", request.path_params["id"])
        if post is None:
            raise not_found()
        return post

    async def delete(self, account: StageAccount, request: Request, form: Form) -> Json:
        post = self._post(request)
        if post.handle != account.handle:
            raise not_found()
        said = self.shapes.status(post, base_of(request), account) | {"text": post.text}
        self.state.delete(post)
        return said

    async def reblog(self, account: StageAccount, request: Request, form: Form) -> Json:
        target = self._target(request)
        boost = self._boost(account, target)
        if boost is None:
            if target.visibility in ("private", "direct") and target.handle != account.handle:
                raise HTTPDenial(403, {"error": "This action is not allowed"})
            now = self.state.now()
            id = self.state.next_id("mastodon")
            boost = self.state.put(StagePost("mastodon", id, account.handle, now, now, boost_of=target.id))
        return self.shapes.status(boost, base_of(request), account)

    async def unreblog(self, account: StageAccount, request: Request, form: Form) -> Json:
        target = self._target(request)
        boost = self._boost(account, target)
        if boost is not None:
            self.state.delete(boost)
        return self.shapes.status(target, base_of(request), account)

    def _target(self, request: Request) -> StagePost:
        post = self._post(request)
        target = self.state.post("mastodon", post.boost_of) if post.boost_of else post
        if target is None:
            raise not_found()
        return target

    def _boost(self, account: StageAccount, target: StagePost) -> StagePost | None:
        made = self.state.boosts_of(target)
        return next((b for b in made if b.standing and b.handle == account.handle), None)

    async def timeline(self, account: StageAccount, request: Request, form: Form) -> list[Json]:
        size = min(whole_number(form, "limit", 20), 40)
        below, above = whole_number(form, "max_id", 10**20), whole_number(form, "since_id", 0)
        owner = self.state.by_account_id.get(("mastodon", request.path_params["id"]))
        if owner is None:
            raise not_found()
        upward = form.get("min_id") is not None
        above = max(above, whole_number(form, "min_id", 0))
        fitting = [
            post
            for post in self.state.newest(owner)
            if above < int(post.id) < below
            and not (post.boost_of and form.flag("exclude_reblogs"))
            and not (post.reply_to and form.flag("exclude_replies"))
        ]
        page = fitting[-size:] if upward else fitting[:size]
        return [self.shapes.status(post, base_of(request), account) for post in page]
