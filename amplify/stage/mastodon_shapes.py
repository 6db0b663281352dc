"""Mastodon's JSON entities: accounts, statuses, pictures and the server's description of itself."""

from __future__ import annotations

import html
from typing import Any, Final

from amplify.stage.engagement import engagement_at
from amplify.stage.identity import StageAccount
from amplify.stage.reader_text import ReaderSpan, on_mastodon
from amplify.stage.state import StageState
from amplify.stage.timeline_items import Json, StagePost, UploadedPicture, utc_stamp

TEXT_MAX: Final = 500
"""Graphemes."""
URL_LENGTH: Final = 23
PICTURES_MAX: Final = 4
PICTURE_BYTES: Final = 16_777_216
PICTURE_PIXELS: Final = 33_177_600
ALT_MAX: Final = 1500
VERSION: Final = "4.5.2"
VIDEO_BYTES: Final = 103_809_024
_MIMES: Final = ["image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/quicktime", "video/webm"]
_OPENED: Final = "2026-01-01T00:00:00.000Z"


class Shapes:
    """Turns the stage's state into Mastodon's entities. `base`: our own address, as the client sees it."""

    def __init__(self, state: StageState) -> None:
        self.state = state

    def account(self, account: StageAccount, base: str, viewer: StageAccount | None = None) -> Json:
        home = viewer is None or _server(viewer) == _server(account)
        newest = next(self.state.newest(account), None)
        return {
            "id": account.id,
            "username": account.user,
            "acct": account.user if home else account.handle,
            "display_name": account.name,
            "locked": False,
            "bot": True,
            "discoverable": True,
            "indexable": False,
            "group": False,
            "created_at": _OPENED,
            "note": "",
            "url": f"{base}/@{account.handle}",
            "uri": f"{base}/users/{account.id}",
            "avatar": f"{base}/style.css",
            "avatar_static": f"{base}/style.css",
            "header": f"{base}/style.css",
            "header_static": f"{base}/style.css",
            "followers_count": 0,
            "following_count": 0,
            "statuses_count": self.state.standing(account),
            "last_status_at": utc_stamp(newest.created_at)[:10] if newest else None,
            "emojis": [],
            "fields": [],
        }

    def status(self, post: StagePost, base: str, viewer: StageAccount | None = None) -> Json:
        account = self.state.account_of(post)
        target = self.state.post("mastodon", post.boost_of) if post.boost_of else None
        shown = target or post
        seen = engagement_at(self.state, shown, self.state.now())
        parent = self.state.posts.get(("mastodon", post.reply_to)) if post.reply_to else None
        boosted = any(b.standing and viewer and b.handle == viewer.handle for b in self.state.boosts_of(shown))
        url = f"{base}/@{account.handle}/{post.id}"
        cut = on_mastodon(shown.text)
        return {
            "id": post.id,
            "created_at": utc_stamp(post.created_at),
            "edited_at": None,
            "in_reply_to_id": post.reply_to,
            "in_reply_to_account_id": self.state.account_of(parent).id if parent else None,
            "sensitive": shown.sensitive,
            "spoiler_text": shown.content_warning or "",
            "visibility": shown.visibility,
            "language": shown.langs[0] if shown.langs else None,
            "uri": f"{base}/users/{account.id}/statuses/{post.id}",
            "url": f"{base}/@{self.state.account_of(shown).handle}/{shown.id}",
            "replies_count": seen.replies,
            "reblogs_count": seen.reposts,
            "favourites_count": seen.likes,
            "quotes_count": seen.quotes,
            "favourited": False,
            "reblogged": boosted,
            "muted": False,
            "bookmarked": False,
            "pinned": False,
            "content": self.content(cut, base),
            "text": None,
            "reblog": self.status(target, base, viewer) if target else None,
            "application": {"name": "amplify", "website": None},
            "account": self.account(account, base, viewer),
            "media_attachments": [self.picture(p, base, s.alt) for p, s in self.state.shown(shown)],
            "mentions": [
                {"id": a.id, "username": a.user, "acct": a.handle, "url": f"{base}/@{a.handle}"}
                for a in (self.find(s.target) for s in cut if s.kind == "mention")
                if a is not None
            ],
            "tags": [
                {"name": s.target.lower(), "url": f"{base}/tags/{s.target.lower()}"} for s in cut if s.kind == "tag"
            ],
            "emojis": [],
            "card": None,
            "poll": None,
            "quote": None,
            "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
            "filtered": [],
        } | ({"url": url} if target is None else {})

    def find(self, name: str) -> StageAccount | None:
        """The account by `user` or `user@server`."""
        exact = self.state.accounts.get(("mastodon", name))
        if exact is not None or "@" in name:
            return exact
        return next((a for a in self.state.accounts.values() if a.platform == "mastodon" and a.user == name), None)

    def content(self, cut: list[ReaderSpan], base: str) -> str:
        """The text as HTML, written as Mastodon writes it."""
        packed = "".join(self._span(span, base) for span in cut)
        paragraphs = packed.split("\n\n") if packed else []
        return "".join(f"<p>{p.strip(chr(10)).replace(chr(10), '<br />')}</p>" for p in paragraphs)

    def _span(self, span: ReaderSpan, base: str) -> str:
        text = html.escape(span.text)
        if span.kind == "link":
            scheme, _, rest = span.text.partition("://")
            seen, hidden = rest[:30], rest[30:]
            mark = ' class="ellipsis"' if hidden else ' class=""'
            return (
                f'<a href="{text}" target="_blank" rel="nofollow noopener" translate="no">'
                f'<span class="invisible">{scheme}://</span><span{mark}>{html.escape(seen)}</span>'
                f'<span class="invisible">{html.escape(hidden)}</span></a>'
            )
        if span.kind == "tag":
            tag = html.escape(span.target)
            return f'<a href="{base}/tags/{tag.lower()}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
        known = self.find(span.target) if span.kind == "mention" else None
        if known is not None:
            return (
                f'<span class="h-card" translate="no"><a href="{base}/@{html.escape(known.handle)}" '
                f'class="u-url mention">@<span>{html.escape(known.user)}</span></a></span>'
            )
        return text

    def picture(self, picture: UploadedPicture, base: str, alt: str, *, ready: bool = True) -> Json:
        """A media attachment. `ready`: the server has processed it; what has no address yet may not hang on a
        status.
        """
        url = f"{base}/media/{picture.file}" if ready else None
        size = {"width": picture.width, "height": picture.height, "size": f"{picture.width}x{picture.height}"}
        return {
            "id": picture.id,
            "type": "video" if picture.film else "gifv" if picture.moves else "image",
            "url": url,
            "preview_url": url,
            "remote_url": None,
            "text_url": None,
            "meta": {"original": size, "small": size},
            "description": alt or None,
            "blurhash": None,
        }

    def instance(self, base: str, host: str, viewer: StageAccount | None = None) -> dict[str, Any]:
        """The server's description of itself, version 2."""
        return {
            "domain": host,
            "title": "Stage",
            "version": VERSION,
            "api_versions": {"mastodon": 7},
            "source_url": "https://github.com/mastodon/mastodon",
            "description": "A stand-in on this machine. Nothing here is public.",
            "usage": {"users": {"active_month": 0}},
            "thumbnail": {"url": f"{base}/style.css"},
            "icon": [],
            "languages": ["en"],
            "configuration": self.configuration(base, viewer),
            "registrations": {"enabled": False, "approval_required": False, "message": None, "url": None},
            "contact": {"email": "", "account": None},
            "rules": [],
        }

    def text_max(self, account: StageAccount | None) -> int:
        """The longest text that the account's own server takes, in graphemes."""
        return TEXT_MAX if account is None else self.state.text_max.get(_server(account), TEXT_MAX)

    def configuration(self, base: str, viewer: StageAccount | None = None) -> Json:
        return {
            "urls": {"streaming": base},
            "accounts": {"max_featured_tags": 10, "max_pinned_statuses": 5},
            "statuses": {
                "max_characters": self.text_max(viewer),
                "max_media_attachments": PICTURES_MAX,
                "characters_reserved_per_url": URL_LENGTH,
            },
            "media_attachments": {
                "supported_mime_types": _MIMES,
                "description_limit": ALT_MAX,
                "image_size_limit": PICTURE_BYTES,
                "image_matrix_limit": PICTURE_PIXELS,
                "video_size_limit": VIDEO_BYTES,
                "video_frame_rate_limit": 120,
                "video_matrix_limit": 8_294_400,
            },
            "polls": {
                "max_options": 4,
                "max_characters_per_option": 50,
                "min_expiration": 300,
                "max_expiration": 2_629_746,
            },
            "translation": {"enabled": False},
        }


def _server(account: StageAccount) -> str:
    return account.handle.partition("@")[2]
