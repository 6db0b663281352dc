"""The toolkit page in a real browser, from a file: every button, no request, keyboard, widths, schemes, languages."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from counterparts import browser as programs
from nasty import make_film

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parents[2]
LANGUAGES = ("be", "en", "ru")
CAMPAIGNS = ("behind-bars", "joint-statement", "league-members", "mira-and-leon", "solidarity-day")
NOW = "2027-05-17T13:00:00+00:00"
SAID = {
    "x": "https://x.com/openline_sample/status/",
    "bluesky": "https://bsky.app/profile/openline.example/post/3k",
    "mastodon": "https://social.example/@openline/",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's toolkit in the week of its day of solidarity, with few banners: they have tests of their own."""
    folder = tmp_path_factory.mktemp("toolkit")
    for part in ("config", "posts", "media", "statements"):
        shutil.copytree(ROOT / part, folder / part)
    for template in (folder / "media" / "banners").glob("*.yaml"):
        few = "sizes: [post, bluesky, square]"
        template.write_text(f"{template.read_text(encoding='utf-8').rstrip()}\n{few}\n", "utf-8")
    make_film(folder / "media" / "walk.mp4", seconds=2)
    (folder / "media" / "walk.be.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.500\nДарога доўгая.\n", "utf-8")
    alt = {"en": "A long corridor, and steps", "be": "Доўгі калідор і крокі", "ru": "Длинный коридор и шаги"}
    said = {"alt": alt, "credit": "Desk", "licence": "CC0-1.0"}
    (folder / "media" / "walk.yaml").write_text(json.dumps(said), "utf-8")
    post = folder / "posts" / "mira-and-leon" / "walk.md"
    head = {"id": "walk", "campaign": "mira-and-leon", "kind": "fact", "status": "ready", "author": "Desk"}
    head |= {"lang": "en", "media": ["walk.mp4"]}
    texts = (
        "The way to the court is long.",
        "## variant b in be\nДарога ў суд доўгая.",
        "## variant r in ru\nПуть в суд.",
    )
    body = "\n\n".join(texts)
    post.write_text(f"---\n{json.dumps(head)}\n---\n{body}\n", "utf-8")
    said_lately(folder)
    out = folder / "out"
    done = called("toolkit", "build", "--out", str(out), "-w", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def said_lately(folder: Path) -> None:
    """What is queued now was said of one campaign in the week of the page, as live accounts would have sent it."""
    assert called("queue", "--yes", "-w", str(folder)).returncode == 0
    ledger = sqlite3.connect(folder / ".amplify" / "ledger.sqlite")
    with ledger:
        ledger.execute("update delivery set lang = 'en' where lang = 'be' and kind = 'statement'")
        ledger.execute(
            "update delivery set campaign = 'mira-and-leon', state = 'sent', "
            "sent_at = datetime('2027-05-16 10:00:00', '-' || rowid || ' days')"
        )
        for platform, start in SAID.items():
            of = f"select id from delivery where platform = '{platform}'"
            ledger.execute(f"update part set remote_id = '1', url = '{start}' || rowid where delivery in ({of})")
        (out,) = ledger.execute("select count(*) from delivery where state = 'sent'").fetchone()
        assert out >= 9
    ledger.close()


def called(*words: str) -> subprocess.CompletedProcess[str]:
    program = (sys.executable, "-c", "from amplify.cli.entry import main; main()")
    environment = os.environ | {"AMPLIFY_NOW": NOW}
    return subprocess.run([*program, *words], env=environment, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def running(chromium: Path) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(programs.ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def context(running: Browser) -> Iterator[BrowserContext]:
    """Whatever leads out of the page is caught and answered by nobody."""
    made = running.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    made.grant_permissions(["clipboard-read", "clipboard-write"])
    made.route("http*://**/*", lambda route: route.fulfill(body="outside", content_type="text/plain"))
    yield made
    made.close()


def opened(context: BrowserContext, site: Path, path: str = "en/mira-and-leon.html", place: str = "phone") -> Page:
    """A page with all its cards open, for one place."""
    page = context.new_page()
    page.goto((site / path).as_uri())
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    choose(page, place)
    return page


def choose(page: Page, place: str) -> None:
    page.locator("label", has=page.locator(f"#at-{place}")).click()


def outside(context: BrowserContext, page: Page, act: Any) -> str:
    """The address of the page that `act` opens."""
    with context.expect_page() as opening:
        act()
    there = opening.value
    there.wait_for_load_state()
    address: str = there.url
    there.close()
    return address


class TestEveryPage:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("lang", LANGUAGES)
    @pytest.mark.parametrize("campaign", CAMPAIGNS)
    def test_fits_keeps_to_itself_and_is_accessible(
        self, running: Browser, site: Path, campaign: str, lang: str, scheme: Any
    ) -> None:
        page = running.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((site / lang / f"{campaign}.html").as_uri())
        for width in (320, 768, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert beyond(page) == []
        page.evaluate("for (const image of document.images) image.loading = 'eager'")
        page.wait_for_function("() => [...document.images].every(image => image.complete && image.naturalWidth > 10)")
        assert said == [], "the page's own policy refused something"
        ours = site.as_uri()
        assert [url for url in asked if not url.startswith((ours, "data:"))] == []
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert violations(page) == []
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert beyond(page) == []
        assert violations(page) == []
        page.close()

    @pytest.mark.parametrize("lang", LANGUAGES)
    @pytest.mark.parametrize("campaign", CAMPAIGNS)
    def test_is_not_long(self, running: Browser, site: Path, campaign: str, lang: str) -> None:
        page = running.new_page(viewport={"width": 360, "height": 800})
        page.goto((site / lang / f"{campaign}.html").as_uri())
        page.evaluate("for (const image of document.images) image.loading = 'eager'")
        page.wait_for_function("() => [...document.images].every(image => image.complete)")
        assert page.evaluate("document.documentElement.scrollHeight") < 9000
        page.close()

    def test_headings_and_buttons_can_be_told_apart(self, running: Browser, site: Path) -> None:
        for place in ("phone", "x", "mastodon", "anywhere"):
            page = running.new_page()
            page.goto((site / "en" / "mira-and-leon.html").as_uri())
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            choose(page, place)
            for role in ("heading", "button", "link"):
                shown = page.get_by_role(role, include_hidden=False)  # type: ignore[arg-type]
                names = [
                    one.evaluate("o => o.getAttribute('aria-label') || o.innerText")
                    for one in shown.all()
                    if one.is_visible()
                ]
                twice = {name for name in names if names.count(name) > 1}
                assert twice <= {""}, (place, role, twice)
            page.close()

    def test_the_front_page(self, running: Browser, site: Path) -> None:
        page = running.new_page(viewport={"width": 320, "height": 900})
        page.goto((site / "index.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        links = [one.get_attribute("href") for one in page.locator("main a").all()]
        assert sorted(filter(None, links)) == sorted(f"{lang}/{one}.html" for lang in LANGUAGES for one in CAMPAIGNS)
        assert violations(page) == []
        page.close()

    def test_small_enough(self, site: Path) -> None:
        large = {file.name: file.stat().st_size for file in site.rglob("*.html") if file.stat().st_size > 300_000}
        assert large == {}

    def test_every_link_inside_the_site_leads_somewhere(self, running: Browser, site: Path) -> None:
        page = running.new_page()
        for file in sorted(site.rglob("*.html")):
            page.goto(file.as_uri())
            for href in page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"):
                address = urlsplit(href)
                if address.scheme:
                    continue
                target = (file.parent / unquote(address.path)) if address.path else file
                assert target.is_file(), f"{file.name}: {href}"
                if address.fragment and target.suffix == ".html":
                    assert f'id="{address.fragment}"' in target.read_text("utf-8"), f"{file.name}: {href}"
        page.close()


def beyond(page: Page) -> Any:
    """What sticks out of its card."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.card *, figure *, .calls li *')].filter(one => {
            const box = one.closest('.card, figure, .calls li').getBoundingClientRect();
            const own = one.getBoundingClientRect();
            return own.width && (own.right > box.right + 1 || own.left < box.left - 1);
        }).map(one => one.className || one.tagName)"""
    )


def violations(page: Page) -> list[str]:
    """What axe-core says against WCAG 2.2 AA and good practice."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    nodes = [(one["id"], node) for one in found for node in one["nodes"]]
    return [f"{id}: {node['html'][:160]} {node['failureSummary'][:200]}" for id, node in nodes]


class TestCopying:
    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_every_button_copies_what_stands_there(self, context: BrowserContext, site: Path, lang: str) -> None:
        page = opened(context, site, f"{lang}/mira-and-leon.html", "anywhere")
        page.evaluate("for (const one of document.querySelectorAll('.wording')) one.hidden = false")
        buttons = [one for one in page.locator("button.copy").all() if one.is_visible()]
        assert len(buttons) > 15
        for button in buttons:
            expected = button.evaluate(
                "b => (b.dataset.from ? document.querySelector(b.dataset.from) "
                ": b.closest('.said').querySelector('.text')).textContent"
            )
            page.evaluate("navigator.clipboard.writeText('')")
            button.click()
            page.wait_for_function("() => document.getElementById('said').textContent")
            assert expected
            assert page.evaluate("navigator.clipboard.readText()") == expected

    def test_where_the_browser_refuses_the_text_is_marked(self, context: BrowserContext, site: Path) -> None:
        page = opened(context, site, place="x")
        page.evaluate(
            "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no'));"
            " document.execCommand = () => false; }"
        )
        card = page.locator(".card.on-x:visible").first
        card.locator("button.copy:visible").click()
        page.wait_for_function("() => document.getElementById('said').textContent.includes('Ctrl')")
        assert page.evaluate("getSelection().toString()").strip() == card.locator(".text").first.inner_text().strip()


class TestSharing:
    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_every_link_opens_its_place_with_the_text(self, context: BrowserContext, site: Path, lang: str) -> None:
        page = opened(context, site, f"{lang}/mira-and-leon.html")
        page.evaluate("for (const one of document.querySelectorAll('.wording')) one.hidden = false")
        seen = set()
        assert page.locator("a[class*=way-]").count() > 20
        for link in page.locator("a[class*=way-]").all():
            text = link.evaluate("a => a.closest('.said').querySelector('.text').textContent")
            address = urlsplit(link.evaluate("a => a.href"))  # as the browser sends it
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            place = address.hostname or address.scheme
            seen.add(place)
            if place == "t.me":
                said = f"{asked['url']}\n{asked.get('text', '')}"
                assert set(said.split()) == set(text.split())
                assert asked["url"].startswith("https://") == ("https://" in text)
            elif place == "mailto":
                assert asked["body"] == text
                assert asked["subject"]
            else:
                assert asked["text"] == text
        assert seen == {"x.com", "bsky.app", "www.threads.com", "t.me", "wa.me", "mailto"}

    def test_a_click_leads_there_and_tells_nobody_where_from(self, context: BrowserContext, site: Path) -> None:
        page = opened(context, site, place="x")
        asked: list[Any] = []
        context.on("request", lambda request: asked.append(request))
        address = outside(context, page, lambda: page.locator("a.way-x:visible").first.click())
        assert address.startswith("https://x.com/intent/post?text=")
        assert all("referer" not in one.headers for one in asked)

    def test_mastodon_asks_once_for_the_readers_own_server(self, context: BrowserContext, site: Path) -> None:
        page = opened(context, site, place="mastodon")
        card = page.locator(".card.on-mastodon:visible").first
        text = card.locator(".text").first.evaluate("one => one.textContent")
        card.locator("button.way-mastodon").first.click()
        assert page.evaluate("document.activeElement.id") == "host"
        page.keyboard.type("no server")
        page.keyboard.press("Enter")
        assert page.locator("#host-wrong").inner_text()
        assert violations(page) == []
        page.fill("#host", "https://Social.Example/@me")
        address = urlsplit(outside(context, page, lambda: page.keyboard.press("Enter")))
        assert (address.hostname, address.path) == ("social.example", "/share")
        assert parse_qs(address.query)["text"] == [text]
        again = outside(
            context, page, lambda: page.locator(".card.on-mastodon:visible button.way-mastodon").last.click()
        )
        assert urlsplit(again).hostname == "social.example", "it is asked once"
        page.reload()
        choose(page, "mastodon")
        page.locator(".card.on-mastodon:visible button.way-mastodon").first.click()
        assert page.locator("#host").input_value() == "", "and kept nowhere"
        page.keyboard.press("Escape")
        assert not page.locator("#server").is_visible()

    @pytest.mark.parametrize(
        ("typed", "server"),
        [
            ("social.example", "social.example"),
            (" @me@Letters.Example ", "letters.example"),
            ("https://social.example/home", "social.example"),
            ("пошта.example", "xn--80a1acn3a.example"),
        ],
    )
    def test_ways_to_write_a_server(self, context: BrowserContext, site: Path, typed: str, server: str) -> None:
        page = opened(context, site, place="mastodon")
        page.locator("button.way-mastodon:visible").first.click()
        page.fill("#host", typed)
        assert urlsplit(outside(context, page, lambda: page.click("#go"))).hostname == server

    @pytest.mark.parametrize("typed", ["", "social", "javascript:alert(1)", "a b.example", "x.example?y=", "..example"])
    def test_what_is_no_server(self, context: BrowserContext, site: Path, typed: str) -> None:
        page = opened(context, site, place="mastodon")
        page.locator("button.way-mastodon:visible").first.click()
        page.fill("#host", typed)
        page.click("#go")
        assert page.locator("#host-wrong").inner_text()
        assert len(context.pages) == 1


class TestTheSharesheet:
    SHEET = """() => { window.sheet = [];
        navigator.share = async (what) => { window.sheet.push({ text: what.text,
            files: (what.files || []).map(f => ({ name: f.name, type: f.type, size: f.size })) });
            if (window.closed_by_reader) throw new DOMException("no", "AbortError");
            if (window.broken) throw new DOMException("no", "NotAllowedError"); };
        navigator.canShare = () => true; }"""

    def shared(self, context: BrowserContext, address: str) -> Page:
        page = context.new_page()
        page.add_init_script(f"({self.SHEET})()")
        page.goto(address)
        return page

    def test_text_and_picture_together(self, context: BrowserContext, site: Path) -> None:
        context.unroute("http*://**/*")
        context.route("http*://**/*", hosted(site))
        page = self.shared(context, "https://toolkit.example/en/mira-and-leon.html")
        item = page.locator(".item", has=page.locator(".with img")).first
        item.evaluate("one => { one.querySelector('details').open = true }")
        item.locator("button.send:visible").click()
        page.wait_for_function("() => window.sheet.length")
        (sent,) = page.evaluate("window.sheet")
        assert sent["text"] == item.locator(".card.on-phone:visible .text").first.evaluate("one => one.textContent")
        (picture,) = sent["files"]
        assert picture["type"] in ("image/png", "image/jpeg")
        assert picture["size"] > 1000
        assert item.locator(".beyond:visible").count() == 0, "the sheet has these, too"

    def test_only_the_text_from_a_memory_stick(self, context: BrowserContext, site: Path) -> None:
        page = self.shared(context, (site / "en/mira-and-leon.html").as_uri())
        item = page.locator(".item", has=page.locator(".with img")).first
        item.evaluate("one => { one.querySelector('details').open = true }")
        item.locator("button.send:visible").click()
        page.wait_for_function("() => window.sheet.length")
        assert page.evaluate("window.sheet[0].files") == []

    def test_whoever_closes_it_wanted_to_and_where_it_fails_the_text_is_copied(
        self, context: BrowserContext, site: Path
    ) -> None:
        page = self.shared(context, (site / "en/mira-and-leon.html").as_uri())
        button = page.locator("button.send:visible").first
        page.evaluate("window.closed_by_reader = true")
        button.click()
        page.wait_for_function("() => window.sheet.length === 1")
        assert page.locator("#said").inner_text() == ""
        page.evaluate("window.closed_by_reader = false; window.broken = true")
        button.click()
        page.wait_for_function("() => document.getElementById('said').textContent === 'Copied'")

    def test_browsers_without_it_have_links(self, context: BrowserContext, site: Path) -> None:
        page = context.new_page()
        page.add_init_script("delete Navigator.prototype.share")
        page.goto((site / "en/mira-and-leon.html").as_uri())
        assert page.locator("button.send:visible").count() == 0
        assert page.locator("a.way-whatsapp.on-phone:visible").count() == 1


class TestReposting:
    def test_each_platform_has_its_way(self, context: BrowserContext, site: Path) -> None:
        page = opened(context, site)
        said = page.locator("section", has=page.locator("#already"))
        address = outside(context, page, lambda: said.get_by_role("link", name="Repost:").first.click())
        assert address.startswith("https://x.com/intent/retweet?tweet_id=")
        said.locator("button.repost-mastodon").first.click()
        page.fill("#host", "home.example")
        asked = urlsplit(outside(context, page, lambda: page.keyboard.press("Enter")))
        assert (asked.hostname, asked.path) == ("home.example", "/authorize_interaction")
        assert parse_qs(asked.query)["uri"][0].startswith("https://social.example/@openline/")
        choose(page, "mastodon")
        again = outside(context, page, lambda: page.locator("button.way-mastodon:visible").first.click())
        assert urlsplit(again).hostname == "home.example", "it is asked once, whatever for"


def hosted(site: Path) -> Any:
    """The site's bytes over HTTP."""
    kinds = {".html": "text/html; charset=utf-8", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}

    def served(route: Any) -> None:
        file = site / urlsplit(route.request.url).path.lstrip("/")
        route.fulfill(body=file.read_bytes(), content_type=kinds[file.suffix])

    return served


class TestChoosing:
    def test_one_place(self, context: BrowserContext, site: Path) -> None:
        page = opened(context, site)
        assert page.locator("[name=where]").first.get_attribute("id") == "at-phone"
        for place in ("phone", "x", "bluesky", "mastodon", "anywhere"):
            choose(page, place)
            shown = page.locator(".card:visible")
            assert shown.count() == page.locator(f".card.on-{place}:visible").count() > 3
            assert shown.count() == page.locator(".wording:visible").count(), "each text stands there once"

    def test_a_card_is_titled_by_the_first_words_of_the_wording_it_shows(
        self, context: BrowserContext, site: Path
    ) -> None:
        page = opened(context, site)
        for item in page.locator(".item").all():
            title = item.locator("h3").inner_text().rstrip("…").split()
            text = item.locator(".wording:visible .card:visible .text").first.inner_text()
            assert all(word.strip("“”.,") in text for word in title), title

    def test_another_wording(self, context: BrowserContext, site: Path) -> None:
        page = opened(context, site)
        item = page.locator(".item", has=page.locator(".another")).first
        wordings = item.locator(".wording")
        seen = set()
        for _ in range(wordings.count()):
            shown = item.locator(".wording:visible")
            assert shown.count() == 1
            seen.add(shown.get_attribute("aria-label"))
            item.locator(".another").click()
        assert len(seen) == wordings.count() > 1

    def test_not_everybody_sees_the_same_one(self, context: BrowserContext, site: Path) -> None:
        page = opened(context, site)
        seen = set()
        for chance in (0, 0.999):
            page.add_init_script(f"Math.random = () => {chance}")
            page.reload()
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            seen.add(page.locator(".item:has(.another) .wording:visible").first.get_attribute("aria-label"))
        assert len(seen) == 2


class TestBehindBars:
    def saved(self, page: Page) -> bytes:
        with page.expect_download() as loading:
            page.click("#save")
        return Path(loading.value.path()).read_bytes()

    def test_a_photo_comes_out_clean(self, context: BrowserContext, site: Path, tmp_path: Path) -> None:
        from PIL import Image

        page = opened(context, site)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.set_input_files("#photo", photo(tmp_path))
        page.wait_for_selector("#moves", state="visible")
        page.wait_for_function("() => document.getElementById('made-alt').textContent.startsWith('A photo')")
        page.select_option("#size", "1200x675")
        data = self.saved(page)
        assert chunks(data) <= {"IHDR", "PLTE", "IDAT", "IEND"}
        assert data.endswith(b"IEND\xaeB`\x82")
        for secret in (b"GPS", b"Canon", b"a secret comment", b"Exif", b"photoshop", b"adobe"):
            assert secret not in data
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            assert picture.size == (1200, 675)
            assert dict(picture.info) == {}
            colours = picture.convert("RGB")
            # Turned as its EXIF says, the photo's red half lies on top; without that it would lie at the left.
            red, green = colours.getpixel((510, 100)), colours.getpixel((510, 400))
            assert red[0] > 150 > red[1], red  # type: ignore[index]
            assert green[1] > 120 > green[0], green  # type: ignore[index]
        assert [url for url in asked if not url.startswith(("blob:", site.as_uri()))] == []

    @pytest.mark.parametrize(
        ("without", "size"),
        [
            *(
                (figure, size)
                for figure in ("silhouette", "chair", "envelope", "text")
                for size in ("1200x675", "1080x1920")
            ),
            ("silhouette", "1080x1080"),
            ("chair", "1080x1350"),
        ],
    )  # each figure at the widest and the tallest
    def test_without_a_photo(self, context: BrowserContext, site: Path, without: str, size: str) -> None:
        from PIL import Image

        page = opened(context, site, "be/mira-and-leon.html")
        page.check(f"[name=without][value={without}]")
        page.select_option("#size", size)
        with Image.open(io.BytesIO(self.saved(page))) as picture:
            assert picture.size == tuple(map(int, size.split("x")))
            assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 100

    def test_every_knob_changes_the_picture(self, context: BrowserContext, site: Path) -> None:
        page = opened(context, site)
        seen = {self.saved(page)}
        moves: list[Any] = [
            lambda: page.fill("#count", "11"),
            lambda: page.fill("#width", "50"),
            lambda: page.fill("#opacity", "40"),
            lambda: page.select_option("#colour", "light"),
            lambda: page.check("#open"),
            lambda: page.select_option("#who", "leon"),
        ]
        for number, move in enumerate(moves, 2):
            move()
            seen.add(self.saved(page))
            assert len(seen) == number

    def test_names_and_tags_of_the_language(self, context: BrowserContext, site: Path) -> None:
        page = opened(context, site, "be/mira-and-leon.html")
        assert page.locator("#who option").all_inner_texts() == ["Міра Астраван", "Леон Ветравей"]
        alt = page.locator("#made-alt").inner_text()
        assert "Міра Астраван" in alt
        assert "#СвабодаМірыІЛеону" in alt

    def test_what_is_no_picture(self, context: BrowserContext, site: Path, tmp_path: Path) -> None:
        file = tmp_path / "photo.jpg"
        file.write_text("no picture")
        page = opened(context, site)
        page.set_input_files("#photo", file)
        page.wait_for_function("() => document.getElementById('made').textContent.includes('not a picture')")

    def test_nobody_to_speak_for_no_maker(self, site: Path) -> None:
        assert 'id="maker"' not in (site / "en" / "joint-statement.html").read_text("utf-8")


def photo(folder: Path) -> Path:
    """Red at the left and green at the right; its EXIF turns that: red on top. With a camera, GPS, a comment, XMP."""
    from PIL import Image

    picture = Image.new("RGB", (800, 800), (30, 160, 30))
    picture.paste((210, 30, 30), (0, 0, 400, 800))
    exif = Image.Exif()
    exif[0x010F] = "Canon"
    exif[0x0112] = 6  # turned to the right to be upright: the left edge lies on top
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (53.0, 54.0, 0.0)
    file = folder / "photo.jpg"
    picture.save(file, "JPEG", exif=exif, comment=b"a secret comment", xmp=b"<x:xmpmeta>adobe</x:xmpmeta>")
    return file


def chunks(data: bytes) -> set[str]:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    found, at = set(), 8
    while at < len(data):
        (long,) = struct.unpack(">I", data[at : at + 4])
        found.add(data[at + 4 : at + 8].decode())
        at += long + 12
    assert at == len(data)
    return found


class TestByKeyboard:
    def test_everything_can_be_reached_and_pressed(self, context: BrowserContext, site: Path) -> None:
        page = context.new_page()
        page.goto((site / "en/behind-bars.html").as_uri())
        wanted = page.evaluate(
            """() => { let n = 0;
                for (const one of document.querySelectorAll('a[href], button, select, summary, input')) {
                if (!one.checkVisibility() || (one.type === 'radio' && !one.checked)) continue;
                one.dataset.number = n++; } return n; }"""
        )
        seen = []
        for _ in range(wanted + 3):
            page.keyboard.press("Tab")
            number = page.evaluate("document.activeElement.dataset.number")
            if number is not None and number not in seen:
                seen.append(number)
                if len(seen) > 1:
                    assert page.evaluate(
                        "() => { const s = getComputedStyle(document.activeElement); "
                        "const next = document.activeElement.nextElementSibling; "
                        "return s.outlineStyle !== 'none' || (next && getComputedStyle(next).outlineStyle !== 'none') }"
                    ), page.evaluate("document.activeElement.outerHTML")
        assert sorted(map(int, seen)) == list(range(wanted))

    def test_the_first_stop_leads_to_the_texts(self, context: BrowserContext, site: Path) -> None:
        page = context.new_page()
        page.goto((site / "en/mira-and-leon.html").as_uri())
        page.keyboard.press("Tab")
        assert page.locator(".skip").bounding_box()["width"] > 50  # type: ignore[index]
        page.keyboard.press("Enter")
        assert page.url.endswith("#texts")

    def test_copy_share_and_make_a_picture(self, context: BrowserContext, site: Path) -> None:
        page = context.new_page()
        page.goto((site / "en/mira-and-leon.html").as_uri())
        page.locator("#at-phone").focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("#at-x").is_checked()
        page.locator(".item summary").nth(1).focus()
        page.keyboard.press("Enter")
        card = page.locator(".item").nth(1)
        card.locator(".card.on-x:visible button.copy").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.getElementById('said').textContent === 'Copied'")
        page.keyboard.press("Tab")
        assert outside(context, page, lambda: page.keyboard.press("Enter")).startswith("https://x.com/")
        page.locator("#count").focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("#count").input_value() == "8"
        page.locator("#save").focus()
        with page.expect_download() as loading:
            page.keyboard.press("Enter")
        assert loading.value.suggested_filename == "mira-and-leon-mira-1080x1080.png"


class TestElsewhere:
    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_without_scripts(self, running: Browser, site: Path, lang: str) -> None:
        context = running.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto((site / lang / "mira-and-leon.html").as_uri())
        for closed in page.locator("main details:not([open]) > summary").all()[::-1]:
            closed.click()
        assert page.locator(".wording:visible").count() == page.locator(".wording").count() > 2
        assert page.locator(".card.on-phone:visible a.way-whatsapp:visible").count() == page.locator(".wording").count()
        assert page.locator("button:visible").count() == 0
        assert page.locator("noscript").count() == 1
        assert page.locator("[aria-labelledby=already] a[href^='https://x.com/intent/retweet']:visible").count() > 0
        choose(page, "x")
        assert page.locator("a.way-x:visible").count() == page.locator(".card.on-x .said").count()
        choose(page, "mastodon")
        assert page.locator(".card:visible").count() == page.locator(".card.on-mastodon").count()
        context.close()

    def test_from_a_host(self, context: BrowserContext, site: Path) -> None:
        """The same bytes over HTTP: the policy lets pictures and scripts work there, too."""
        context.unroute("http*://**/*")
        context.route("http*://**/*", hosted(site))
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto("https://toolkit.example/be/mira-and-leon.html")
        page.evaluate("for (const image of document.images) image.loading = 'eager'")
        page.wait_for_function("() => [...document.images].every(image => image.complete && image.naturalWidth > 10)")
        assert page.locator("#maker").is_visible()
        assert said == []

    def test_on_paper(self, context: BrowserContext, site: Path) -> None:
        page = opened(context, site, "be/mira-and-leon.html")
        page.emulate_media(media="print")
        assert page.locator(".wording:visible").count() == page.locator(".wording").count()
        assert page.locator("button:visible").count() == 0
        assert page.locator(".paper", has_text="https://x.com/").first.is_visible()
        assert page.locator("#maker").is_hidden()
        assert page.locator(".text.alt").first.is_visible()
        assert page.locator(".paper").first.is_visible()
        assert page.pdf(format="A4").startswith(b"%PDF")
