"""A banner template: layers, from the back to the front, and their texts by language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from amplify.model.base import FileEntry, FileModel, Id, Lang, Only, Text

SizeName = Literal["card", "post", "bluesky", "square", "portrait", "story", "header"]
Override = Literal["wide", "tall", "card", "post", "bluesky", "square", "portrait", "story", "header"]
"""What a change of layout may be given for: one size, or all `wide` (card, post, bluesky) or `tall` ones."""


@dataclass(frozen=True, slots=True)
class Size:
    """One size, in pixels."""

    name: SizeName
    width: int
    height: int
    title: str
    """Where it is used."""
    like: tuple[Override, ...]
    """Whose overrides it takes, the most particular last."""
    inset: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Left, top, right, bottom: pixels that the site covers with its own buttons or a profile picture."""
    most_bytes: int = 5_000_000
    """X takes no more; the other platforms that show this size do."""

    @property
    def shorter(self) -> int:
        return min(self.width, self.height)


SIZES: Final[dict[str, Size]] = {
    one.name: one
    for one in (
        Size("card", 1200, 630, "link previews", ("wide", "card")),
        Size("post", 1200, 675, "posts on X and Mastodon", ("wide", "post")),
        Size("bluesky", 1200, 675, "posts on Bluesky", ("wide", "post", "bluesky"), most_bytes=2_000_000),
        Size("square", 1080, 1080, "square pictures", ("square",)),
        Size("portrait", 1080, 1350, "upright pictures", ("tall", "portrait")),
        Size("story", 1080, 1920, "stories", ("tall", "story"), inset=(0, 220, 0, 280)),
        Size("header", 1500, 500, "the head of an X profile", ("header",), inset=(230, 0, 0, 0)),
    )
}
"""Name → size, in the order in which they are shown."""


Box = Annotated[tuple[Annotated[float, Field(ge=-100, le=200)], ...], Field(min_length=4, max_length=4)]
"""Left, top, width, height, in per cent of the room inside the margins."""
Colour = Annotated[str, StringConstraints(pattern=r"^(#[0-9a-fA-F]{6}|[a-z][a-z0-9_-]{0,31})$")]
"""`#rrggbb`, or the name of a colour of the theme."""
ColourName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
"""A colour of one's own."""
Hex = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
"""`#rrggbb`."""
Percent = Annotated[float, Field(ge=0, le=100)]
Family = Literal["sans", "serif", "dejavu"]
Weight = Literal["light", "regular", "semibold", "bold", "black"]
Align = Literal["left", "centre", "right"]
Valign = Literal["top", "middle", "bottom"]
StandIn = Literal["silhouette", "chair", "envelope", "none"]


class Placement(FileModel):
    """How a layer stands on one size, where it differs."""

    box: Box | None = None
    """Another box."""
    hidden: bool = False
    """The layer is left out."""
    align: Align | None = None
    """Another alignment."""
    valign: Valign | None = None
    """Another alignment from top to bottom."""
    largest: Percent | None = None
    """Another largest letter size."""
    lines: Annotated[int, Field(ge=1, le=12)] | None = None
    """Another number of lines at most."""


class Shape(FileModel):
    """A drawn form: fields of colour, circles, lines, tally marks, dots."""

    form: Literal["fill", "gradient", "rectangle", "circle", "ring", "line", "stripes", "tally", "dots", "window"]
    """What is drawn. `tally` and `dots` count; `window` is the light that falls through a barred window."""
    colour: Colour = "accent"
    """Its colour."""
    to: Colour | None = None
    """The colour a gradient ends with."""
    angle: Annotated[float, Field(ge=0, le=360)] = 90
    """Direction of a gradient or of stripes, in degrees: 0 to the right, 90 downward."""
    opacity: Percent = 100
    """How much it covers what lies behind, in per cent."""
    stroke: Percent = 0.6
    """How thick lines are, in per cent of the shorter side."""
    radius: Percent = 0
    """Rounded corners of a rectangle, in per cent of the shorter side."""
    count: Text | None = None
    """How many tally marks or dots: a number, or a template that gives one."""


class TextLayer(FileModel):
    """A text layer: letters as large as their box and `largest` allow, on balanced lines."""

    say: dict[Lang, Text]
    """The text, by language; a template like a post's."""
    font: Family = "sans"
    """The family of letters."""
    weight: Weight = "bold"
    """How heavy they are."""
    colour: Colour = "ink"
    """Their colour."""
    largest: Percent = 10
    """The largest letter size, in per cent of the picture's shorter side."""
    smallest: Percent = 2.6
    """The smallest; a text that does not fit then is a problem, never cut."""
    align: Align = "left"
    """Where lines begin or end."""
    valign: Valign = "top"
    """Where the block of lines stands in its box."""
    leading: Annotated[float, Field(ge=0.9, le=2)] = 1.14
    """From line to line, in letter sizes."""
    lines: Annotated[int, Field(ge=1, le=12)] = 6
    """Lines at most."""
    upper: bool = False
    """In capital letters."""
    plate: Colour | None = None
    """A plate of this colour behind the words, as on a door."""
    scrim: Literal["auto", "never"] = "auto"
    """`auto`: where the ground is too restless or too light for 4.5:1, a soft veil is laid below the words.
    `never`: that is a problem instead."""


class PictureLayer(FileModel):
    """A picture layer: one that we have the right to, cut to its box."""

    file: Text
    """Path under `media/`."""
    focus: Annotated[tuple[float, ...], Field(min_length=2, max_length=2)] = (50, 50)
    """What stays in sight when it is cut: from the left and from the top, in per cent."""
    tint: Colour | None = None
    """Print it in shades of this colour."""
    opacity: Percent = 100
    """How much it covers what lies behind, in per cent."""
    radius: Percent = 0
    """Rounded corners, in per cent of the shorter side."""


class PortraitSlot(FileModel):
    """The slot for a face. Without a picture, or without consent to show one, a placeholder is shown."""

    picture: Text | None = None
    """Path under `media/`."""
    person: Id | None = None
    """Who is seen; without it, the person the banner is for."""
    form: Literal["square", "circle", "arch"] = "square"
    """The outline."""
    stand_in: StandIn = "silhouette"
    """What stands there without a picture or without consent."""
    colour: Colour = "deep"
    """Its ground."""
    figure: Colour = "muted"
    """The colour of what stands in."""
    focus: Annotated[tuple[float, ...], Field(min_length=2, max_length=2)] = (50, 35)
    """What of the picture stays in sight."""


class BarsLayer(FileModel):
    """Prison bars: upright, with depth and shadow, in front of pictures and behind all texts."""

    count: Annotated[int, Field(ge=2, le=40)] = 8
    """How many."""
    width: Annotated[float, Field(gt=0, le=20)] = 3
    """How thick each is, in per cent of the shorter side."""
    opacity: Percent = 100
    """How much they cover what lies behind, in per cent."""
    colour: Colour = "#3a4048"
    """Their colour."""
    open: bool = False
    """Bent apart in the middle: for hope, and for calls."""
    rails: Annotated[int, Field(ge=0, le=6)] = 2
    """How many flat bars run across."""
    shadow: Percent = 55
    """How dark the shadow is that they throw, in per cent."""


class LogoSlot(FileModel):
    """Whose banner it is: a partner's mark where there is one, else the partner's name."""

    partner: Id | None = None
    """The partner; without it, the campaign's owner."""
    picture: Text | None = None
    """Path under `media/` of a mark that we have the right to."""
    colour: Colour = "ink"
    """The colour of the name."""
    largest: Percent = 3.4
    """The largest letter size of the name."""
    align: Align = "left"
    """Where it stands in its box."""


class HashtagStrip(FileModel):
    """The campaign's required hashtags in the banner's language."""

    colour: Colour = "accent"
    """The colour of the letters."""
    ground: Colour | None = None
    """The strip's own colour; without it there is none."""
    largest: Percent = 4.4
    """The largest letter size."""
    align: Align = "left"
    """Where they stand in the strip."""


class CreditLine(FileModel):
    """Who made the pictures, and under which licence: from the notes beside them and from the template."""

    colour: Colour = "muted"
    """The colour of the letters."""
    largest: Percent = 2.4
    """The largest letter size."""
    align: Align = "right"
    """Where it stands in its box."""


LAYER_KINDS = ("shape", "picture", "portrait", "bars", "text", "logo", "hashtags", "credit")


class Layer(FileModel):
    """One layer: exactly one of its kinds, and where it stands."""

    shape: Shape | None = None
    """A form."""
    picture: PictureLayer | None = None
    """A picture."""
    portrait: PortraitSlot | None = None
    """The place of a face."""
    bars: BarsLayer | None = None
    """Prison bars."""
    text: TextLayer | None = None
    """Words."""
    logo: LogoSlot | None = None
    """Whose banner it is."""
    hashtags: HashtagStrip | None = None
    """The hashtags."""
    credit: CreditLine | None = None
    """The credit line."""
    box: Box = (0, 0, 100, 100)
    """Left, top, width, height, in per cent of the room inside the margins."""
    bleed: bool = False
    """The box is measured on the whole picture, margins included."""
    on: dict[Override, Placement] = {}
    """Size → what differs there. `wide`: card, post and bluesky; `tall`: portrait and story."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in LAYER_KINDS) != 1:
            raise ValueError(f"a layer is exactly one of: {', '.join(LAYER_KINDS)}")
        return self

    @property
    def kind(self) -> str:
        return next(kind for kind in LAYER_KINDS if getattr(self, kind) is not None)


class Template(FileEntry):
    """One file in `media/banners/`: a banner that is rendered in every size and language."""

    id: Id
    """Name used by `amplify banner`."""
    campaign: Id
    """Whose hashtags, facts and calls it uses."""
    about: Text
    """What it is for, in a sentence, for colleagues."""
    people: Only[Id] = ()
    """Rendered once for each of them; texts say `{{ who.name }}`."""
    languages: Only[Lang] = ()
    """Rendered in these; without it, in the campaign's."""
    sizes: Only[SizeName] = ()
    """Rendered in these; without it, in all."""
    theme: Literal["night", "paper", "dawn", "sea", "iron"] = "night"
    """A set of colours: `ground`, `deep`, `ink`, `muted`, `accent`, `second`."""
    colours: dict[ColourName, Hex] = {}
    """Colours of your own, or in place of the theme's."""
    fonts: dict[Lang, Family] = {}
    """Language → the family for all its texts: `dejavu` has letters that the others lack."""
    margin: Annotated[float, Field(ge=0, le=20)] = 7
    """Room that stays free at the edges, in per cent of the shorter side."""
    scene: dict[Lang, Text]
    """What can be seen besides the words, by language: the alt text begins with it."""
    credit: Text
    """Who made it."""
    licence: Text
    """Under which licence it may be used."""
    layers: Annotated[tuple[Layer, ...], Field(min_length=1, max_length=60)]
    """From the back to the front; words always stand in front."""
