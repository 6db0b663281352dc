"""Renders banners: templates and texts → pictures with alt text, credit, licence and hash beside them.

What may not be said now is not painted either (`planning.eligibility`): what is stopped or under embargo, a person's
state, review and consent, an expired fact, a closed call, a silent campaign. Each refusal is a sentence, and the others
are painted all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from amplify.model.banner import SIZES, Template
from amplify.model.errors import WrongUse
from amplify.model.workspace import Workspace
from amplify.planning.eligibility import UNDER_EMBARGO, EligibilityChecker, WithheldItem
from amplify.rules.plan.banner_text import BannerWordsFault, WordedTemplate, banner_languages, fill_template

if TYPE_CHECKING:
    from amplify.banner.encode import EncodedPicture

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BannerChoice:
    """Which banners to render; an empty choice is all."""

    templates: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedBanner:
    """One rendered banner in one size."""

    worded: WordedTemplate
    size: str
    saved: EncodedPicture
    sha256: str

    @property
    def name(self) -> str:
        """The file name: `portrait-mira-be-square.png`."""
        return f"{self.worded.name}-{self.size}{self.saved.suffix}"

    @property
    def template(self) -> str:
        return self.worded.template.id

    @property
    def campaign(self) -> str:
        return self.worded.template.campaign

    @property
    def person(self) -> str | None:
        return self.worded.person

    @property
    def lang(self) -> str:
        return self.worded.lang

    @property
    def alt(self) -> str:
        return self.worded.alt

    @property
    def caption(self) -> str:
        return self.worded.caption

    @property
    def data(self) -> bytes:
        return self.saved.data

    @property
    def mime(self) -> str:
        return self.saved.mime

    @property
    def credit(self) -> str:
        return self.worded.credit

    @property
    def licence(self) -> str:
        return self.worded.licence

    @property
    def shows(self) -> tuple[str, ...]:
        """Persons whose face is seen."""
        return self.worded.shows

    @property
    def width(self) -> int:
        return SIZES[self.size].width

    @property
    def height(self) -> int:
        return SIZES[self.size].height

    @property
    def subjects(self) -> frozenset[str]:
        """`kind:id` of everything it speaks of."""
        return self.worded.used

    def as_json(self) -> dict[str, object]:
        return {
            "template": self.template,
            "campaign": self.campaign,
            "person": self.person,
            "lang": self.lang,
            "size": self.size,
            "width": self.width,
            "height": self.height,
            "file": self.name,
            "bytes": len(self.saved.data),
            "mime": self.saved.mime,
            "sha256": self.sha256,
            "alt": self.alt,
            "credit": self.worded.credit,
            "licence": self.worded.licence,
        }


@dataclass(frozen=True, slots=True)
class RefusedBanner:
    """A banner that was not painted, and why."""

    template: str
    person: str | None
    lang: str
    size: str | None
    """None: in no size."""
    why: str
    reason: str = "picture"
    """A key of WITHHELD."""

    @property
    def name(self) -> str:
        return "-".join(word for word in (self.template, self.person, self.lang, self.size) if word)

    def as_json(self) -> dict[str, object]:
        return {key: value for key, value in asdict(self).items() if key != "reason"}


@dataclass(frozen=True, slots=True)
class RenderedBatch:
    """The banners that were rendered, and those that were refused."""

    made: tuple[RenderedBanner, ...]
    refused: tuple[RefusedBanner, ...]


def render_banners(
    care: EligibilityChecker,
    wanted: BannerChoice | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> RenderedBatch:
    """Render the chosen banners, as far as `care` allows. `cache`: where painted ones are kept; None: nowhere.

    Raises WrongUse for a template, person, language or size that is not there.
    """
    worded, refused = words_of(care, wanted or BannerChoice())
    jobs = [(one, size) for one in worded for size in _sizes(one.template, (wanted or BannerChoice()).sizes)]
    made = []
    for done, (one, size) in enumerate(jobs, start=1):
        result = render_banner(care.workspace, one, size, cache)
        if isinstance(result, RenderedBanner):
            made.append(result)
        else:
            refused.append(result)
        if progress is not None:
            progress(done, len(jobs))
    return RenderedBatch(tuple(made), tuple(refused))


def render_banner(
    workspace: Workspace, worded: WordedTemplate, size: str, cache: Path | None
) -> RenderedBanner | RefusedBanner:
    """Render one banner in one size."""
    from amplify.banner.cannot_paint import BannerFault
    from amplify.banner.painted_cache import painted_banner

    try:
        hashes = {file: picture.sha256 for file, picture in workspace.pictures.items()}
        saved = painted_banner(worded, SIZES[size], lambda file: _bytes_of(workspace, file), hashes, cache)
    except BannerFault as fault:
        return RefusedBanner(worded.template.id, worded.person, worded.lang, size, str(fault))
    return RenderedBanner(worded, size, saved, hashlib.sha256(saved.data).hexdigest())


def words_of(care: EligibilityChecker, wanted: BannerChoice) -> tuple[list[WordedTemplate], list[RefusedBanner]]:
    """The templates with texts of each chosen banner that may be shown now; and the refused ones. Paints nothing."""
    workspace = care.workspace
    _check(workspace, wanted)
    found: list[WordedTemplate] = []
    refused: list[RefusedBanner] = []
    for template, person in _each(workspace, wanted):
        same: list[WordedTemplate] = []
        for lang in _languages(workspace, template):
            one = _one(care, template, lang, person)
            if isinstance(one, WordedTemplate):
                same.append(one)
            elif not wanted.langs or lang in wanted.langs:
                refused.append(one)
        alts = {one.lang: one.alt for one in same}
        found += [replace(one, alts=alts) for one in same if not wanted.langs or one.lang in wanted.langs]
    return found, refused


def _one(care: EligibilityChecker, template: Template, lang: str, person: str | None) -> WordedTemplate | RefusedBanner:
    try:
        worded = fill_template(care.workspace, template, lang, person, care.now)
    except BannerWordsFault as fault:
        where = f"layer {fault.layer + 1}: " if fault.layer is not None else ""
        return RefusedBanner(template.id, person, lang, None, where + str(fault))
    barred = bar_banner(care, worded)
    return worded if barred is None else RefusedBanner(template.id, person, lang, None, barred.why, barred.reason)


def bar_banner(care: EligibilityChecker, worded: WordedTemplate) -> WithheldItem | None:
    """The reason this banner may not be shown now; None where it may. People count by any spelling of their names."""
    template = worded.template
    if template.id in care.early.banners:
        return WithheldItem("embargo", UNDER_EMBARGO)
    words = (worded.caption, worded.alt, worded.credit, worded.licence, worded.name, *_said(worded))
    faces = {f"consent:{one}/portrait" for one in worded.shows}
    return care.bar(care.asked(template.campaign, worded.lang, words, *worded.used, *faces))


def _said(worded: WordedTemplate) -> Iterator[str]:
    """Every word that is painted, also what an image counts, and the files that it is painted from."""
    yield from (text for text in (*worded.words, *worded.shown) if text)


def _check(workspace: Workspace, wanted: BannerChoice) -> None:
    for noun, given, known in (
        ("template", wanted.templates, list(workspace.banners)),
        ("person", wanted.people, list(workspace.people)),
        ("size", wanted.sizes, list(SIZES)),
    ):
        for name in given:
            if name not in known:
                there = ", ".join(known) or "none yet: write one in media/banners/"
                raise WrongUse(f"there is no {noun} `{name}`; there are: {there}")
    spoken = {lang for one in workspace.banners.values() for lang in _languages(workspace, one)}
    for lang in wanted.langs:
        if lang not in spoken:
            raise WrongUse(f"no template is in `{lang}`; there are: {', '.join(sorted(spoken))}")


def _languages(workspace: Workspace, template: Template) -> tuple[str, ...]:
    return banner_languages(template, workspace.campaigns[template.campaign])


def _each(workspace: Workspace, wanted: BannerChoice) -> Iterator[tuple[Template, str | None]]:
    for template in workspace.banners.values():
        if wanted.templates and template.id not in wanted.templates:
            continue
        people: Sequence[str | None] = template.people or (None,)
        for person in people:
            if person is None or not wanted.people or person in wanted.people:
                yield template, person


def _sizes(template: Template, wanted: tuple[str, ...]) -> Iterator[str]:
    names: Sequence[str] = template.sizes or tuple(SIZES)
    for size in names:
        if not wanted or size in wanted:
            yield size


def _bytes_of(workspace: Workspace, file: str) -> bytes:
    from amplify.banner.cannot_paint import BannerFault

    picture = workspace.pictures.get(file)
    path = workspace.root / "media" / file
    data = path.read_bytes() if picture is not None and path.is_file() else b""
    if picture is None or hashlib.sha256(data).hexdigest() != picture.sha256:
        raise BannerFault(f"media/{file} is gone or has just changed: run this again")
    return data
