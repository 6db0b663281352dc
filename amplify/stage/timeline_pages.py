"""Renders the timelines as web pages: on the stage's own address, and as files that open from disk."""

from __future__ import annotations

import mimetypes
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from amplify.stage.identity import PLATFORMS
from amplify.stage.state import StageState
from amplify.stage.timeline import TITLES, TimelineEntry, author_of, spell_instant, timeline_entries

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES: Final = Path(__file__).parent / "templates"
PER_PAGE: Final = 80
"""Entries of a timeline on one page."""
_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self' data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class Pages:
    """Renders the pages from the stage's state."""

    def __init__(self, state: StageState) -> None:
        self.state = state

    def routes(self) -> list[Route]:
        return [
            Route("/", self.index),
            Route("/timeline/{platform}", self.timeline),
            Route("/media/{file}", self.media),
            Route("/style.css", self.style),
            Route("/favicon.ico", self.icon),
            Route("/@{handle}/{id}", _to("mastodon")),
            Route("/{handle}/status/{id}", _to("x")),
            Route("/profile/{handle}/post/{id}", _to("bluesky")),
        ]

    async def index(self, request: Request) -> Response:
        return Response(self._index(live=True), media_type="text/html", headers=_HEADERS)

    async def timeline(self, request: Request) -> Response:
        platform = request.path_params["platform"]
        number = request.query_params.get("page", "1")
        if platform not in PLATFORMS or not (number.isascii() and number.isdigit()):
            return Response("There is no such timeline.", 404, media_type="text/plain", headers=_HEADERS)
        page = self._timeline(platform, timeline_entries(self.state, platform), int(number), live=True)
        return Response(page, media_type="text/html", headers=_HEADERS)

    async def media(self, request: Request) -> Response:
        file = self.state.media / Path(request.path_params["file"]).name
        kind = mimetypes.guess_type(file.name)[0] or ""
        if not kind.startswith(("image/", "video/")) or not file.is_file():
            return Response("There is no such picture.", 404, media_type="text/plain", headers=_HEADERS)
        return FileResponse(file, media_type=kind, headers=_HEADERS | {"cache-control": "max-age=86400, immutable"})

    async def icon(self, request: Request) -> Response:
        return Response(status_code=204, headers=_HEADERS)

    async def style(self, request: Request) -> Response:
        return Response(self._style, media_type="text/css", headers=_HEADERS)

    def printed(self) -> dict[str, str]:
        """File name → page, for files on disk. Pictures are expected beside them in `media/`."""
        out = {"index.html": self._index(live=False)}
        for platform in PLATFORMS:
            kept = timeline_entries(self.state, platform)
            for number in range(1, _pages(kept) + 1):
                out[_name(platform, number)] = self._timeline(platform, kept, number, live=False)
        return out

    def _index(self, *, live: bool) -> str:
        rows = []
        for platform in PLATFORMS:
            posts = [post for post in self.state.order[platform] if not post.outside]
            voices = [author_of(a) for a in self.state.accounts.values() if a.platform == platform and not a.outside]
            rows.append(
                {
                    "platform": platform,
                    "title": TITLES[platform],
                    "posts": sum(p.standing and not p.boost_of for p in posts),
                    "boosts": sum(p.standing and bool(p.boost_of) for p in posts),
                    "deleted": sum(not p.standing for p in posts),
                    "pictures": sum(len(p.pictures) for p in posts if p.standing),
                    "voices": voices,
                    "latest": max((p.accepted_at for p in posts), default=None),
                }
            )
        return self._draw("index.html.j2", live, platform="", rows=rows)

    def _timeline(self, platform: str, kept: list[TimelineEntry], number: int, *, live: bool) -> str:
        start = (number - 1) * PER_PAGE
        return self._draw(
            "timeline.html.j2",
            live,
            platform=platform,
            title=TITLES[platform],
            items=kept[start : start + PER_PAGE],
            total=len(kept),
            number=number,
            pages=_pages(kept),
        )

    def _draw(self, template: str, live: bool, **names: Any) -> str:
        def link(platform: str, number: int = 1) -> str:
            if live:
                return f"/timeline/{platform}" + (f"?page={number}" if number > 1 else "")
            return _name(platform, number)

        return self._jinja.get_template(template).render(
            live=live,
            titles=TITLES,
            link=link,
            home="/" if live else "index.html",
            media="/media/" if live else "media/",
            style="" if live else self._style,
            now=self.state.now(),
            spelled=spell_instant,
            **names,
        )

    @cached_property
    def _style(self) -> str:
        return (_TEMPLATES / "style.css").read_text("utf-8")

    @cached_property
    def _jinja(self) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        return Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )


def _pages(kept: list[TimelineEntry]) -> int:
    return max(1, -(-len(kept) // PER_PAGE))


def _name(platform: str, number: int) -> str:
    return f"{platform}.html" if number == 1 else f"{platform}-{number}.html"


def _to(platform: str) -> Any:
    """The link from a post's own address to its place on the timeline."""

    async def endpoint(request: Request) -> Response:
        return RedirectResponse(f"/timeline/{platform}#p{request.path_params['id']}", 302, _HEADERS)

    return endpoint
