"""Whom a text names: words, scripts, hashtags, and what is none of them."""

from __future__ import annotations

import json
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import Workshop, word

from amplify.model.message import Attachment, BoostOf, LinkCard, Message, Part
from amplify.model.person import Person
from amplify.rules.text import name_words
from amplify.rules.text.aliases import NameMatcher, name_forms
from amplify.rules.text.name_words import NameWord

ANNA = ("Anna", "Anna Petrova", "Ганна Пятрова", "Ганны, Ганну, Ганне", "Анна Петрова")
FIND = NameMatcher({"anna": [one for form in ANNA for one in form.split(", ")]})
IVAN = NameMatcher(
    {
        "ivan": ("Іван* Сакалоўск*",),
        "marjana": ("Мар’яна Дуб", "Łaŭra Viarbień"),
        "tom": ("Tom McDonald", "FreeTom"),
        "an": ("安娜",),
        "adela": ("A. Kasar",),
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "Anna", "Free ANNA now!", "Anna’s case", "Anna's case", "“Anna”", "pro-Anna", "Anna,", "(Anna)", "d’Anna",
        "#Anna", "#FreeAnna", "#freeanna", "#FREEANNA", "#AnnaMustBeFree", "#freeAnnaNow", "＃FreeAnna",
        "#FreeAnnaPetrova", "#freeannapetrova", "#FREEANNAPETROVA2027", "#Anna_Petrova", "@anna_petrova",
        "https://example.org/free-anna", "https://example.org/AnnaPetrova?page=1", "example.org/anna-petrova",
        "https://example.org/%D0%93%D0%B0%D0%BD%D0%BD%D1%83", "AnnaPetrova",
        "Ганна Пятрова", "Свабоду Ганне!", "#СвабодаГанне", "#свабодаганне", "Анна  Петрова", "А́нна Петро́ва",
        "An\u00adna", "An\u200bna", "\u202eAnna\u202c", "𝐀𝐧𝐧𝐚", "Ａｎｎａ", "Аnna", "anna\npetrova",
    ],
)  # fmt: skip
def test_a_name_is_found_in_every_dress(text: str) -> None:
    assert FIND.names(text) == {"anna"}
    assert FIND.names(unicodedata.normalize("NFD", text)) == {"anna"}
    assert FIND.names(f"Before {text} after") == {"anna"}


@pytest.mark.parametrize(
    "text",
    ["", "Annabel", "Susanna", "Joanna", "DeAnna", "#Susanna", "#Annabel", "#joanna", "O’Anna", "Ганначка", "Ганн",
     "Петрова", "an na", "https://example.org/susanna", "@susanna.example"],
)  # fmt: skip
def test_another_word_is_another_word(text: str) -> None:
    assert FIND.found(text) == ()


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Івана Сакалоўскага", "ivan"), ("Іванам Сакалоўскім", "ivan"), ("#СвабодуІвануСакалоўскаму", "ivan"),
        ("Іван Сакалоўск", "ivan"), ("мар'яна дуб", "marjana"), ("Марʼяна Дуб", "marjana"), ("#МарянаДуб", "marjana"),
        ("Laura Viarbien", "marjana"), ("ŁAŬRA VIARBIEŃ", "marjana"), ("tom mcdonald", "tom"),
        ("#FreeTomMcDonald", "tom"), ("FreeTom", "tom"), ("支持安娜!", "an"), ("安 娜", "an"), ("A. Kasar", "adela"),
        ("A.Kasar", "adela"), ("A Kasar", "adela"),
    ],
)  # fmt: skip
def test_stems_marks_and_scripts(text: str, who: str) -> None:
    assert IVAN.names(text) == {who}


@pytest.mark.parametrize(
    "text",
    [
        "Іванчыкава Сакалоўскага",
        "Яна Дуб",
        "Мар. Яна Дуб",
        "Іван, Сакалоўскі",
        "Tom, McDonald",
        "Kasar",
        "Лаура Вербен",
    ],
)
def test_what_a_stem_and_a_full_name_do_not_find(text: str) -> None:
    assert IVAN.found(text) == ()


def test_both_are_named_where_two_people_share_a_spelling() -> None:
    both = NameMatcher({"anna": ["Anna"], "hanna": ["Hanna", "Anna"]})
    assert both.names("Free Anna") == {"anna", "hanna"}
    assert both.names("Free Hanna") == {"hanna"}


def test_what_was_found_is_shown_as_it_stands() -> None:
    assert [(one.who, one.words) for one in FIND.found("Free Anna Petrova, #СвабодаГанне")][:2] == [
        ("anna", "Anna"),
        ("anna", "Anna Petrova"),
    ]


def test_forms_are_names_and_aliases_also_several_in_a_line() -> None:
    person = word(
        Person, id="anna", name={"en": "Anna Petrova", "be": "Ганна Пятрова"}, state="detained", reviewed="2027-05-10",
        aliases=["Ганны, Ганну ", "#FreeAnna", "Anna Petrova"], detentions=[{"start": "2027-01-01"}],
        consent={"given_by": "self", "channel": "letter", "scope": ["name"], "given": "2027-01-01",
                 "review": "2028-01-01"},
    )  # fmt: skip
    assert name_forms(person) == ("Anna Petrova", "Ганна Пятрова", "Ганны", "Ганну", "FreeAnna")
    assert NameMatcher({"anna": name_forms(person)}).names("#freeanna") == {"anna"}


def message(**where: str) -> Message:
    picture = Attachment("a.png", "0" * 64, "image/png", 1, 1, where.get("alt", ""), where.get("caption", ""))
    hung = Attachment("b.png", "0" * 64, "image/png", 1, 1, where.get("card_alt", ""))
    card = LinkCard(where.get("url", "https://example.org/"), where.get("title", ""), where.get("card", ""), hung)
    parts = (Part("First."), Part(where.get("text", "Second."), (), (picture,), card))
    boost = BoostOf(None, where["boost"]) if "boost" in where else None
    return Message("x", ("en",), parts, where.get("warning"), boost=boost)


@pytest.mark.parametrize(
    ("where", "words"),
    [("text", "Free Anna"), ("alt", "A portrait of Anna"), ("caption", "СВАБОДУ ГАННЕ"), ("card_alt", "Anna waving"),
     ("title", "Write to Anna"), ("card", "Anna reads them"), ("url", "https://example.org/free-anna"),
     ("warning", "About Anna"), ("boost", "https://example.org/anna/1")],
)  # fmt: skip
def test_every_text_of_a_message_counts_and_frozen_ones_alike(where: str, words: str) -> None:
    said = message(**{where: words})
    assert FIND.in_message(said) == {"anna"}
    assert FIND.in_words(json.dumps(said.as_json())) == {"anna"}
    assert FIND.in_words(json.dumps(said.as_json(), ensure_ascii=False)) == {"anna"}


def test_a_message_without_the_name_is_about_nobody() -> None:
    said = message(text="Free Susanna", alt="anna.png is no name")
    assert FIND.in_message(message()) == FIND.in_words(json.dumps(message().as_json())) == frozenset()
    assert FIND.in_message(said) == FIND.in_words(json.dumps(said.as_json()))


LETTERS = st.text("abcdefghijklmnopqrstuvwxyzабвгдежзйклмнопрстуўфхцчшыэюяі", min_size=2, max_size=8)
NAMES = st.lists(LETTERS.map(str.capitalize), min_size=1, max_size=3)
AROUND = st.sampled_from(["", " ", ", ", "! ", " — ", "\n", " («", "» ", "#", "…"])


@given(NAMES, AROUND, AROUND)
def test_a_name_is_found_wherever_it_stands(name: list[str], before: str, after: str) -> None:
    find = NameMatcher({"who": [" ".join(name)]})
    for said in (" ".join(name), "-".join(name), " ".join(name).upper(), " ".join(name).lower(), "  ".join(name)):
        assert find.names(f"says{before or ' '}{said}{after or ' '}x") == {"who"}
    assert find.names("#" + "".join(name)) == {"who"}
    assert find.names("#Free" + "".join(name)) == {"who"}


@given(LETTERS, LETTERS, LETTERS)
def test_a_part_of_a_word_is_no_name(before: str, name: str, after: str) -> None:
    find = NameMatcher({"who": [name]})
    for said in (f"{before}{name}", f"{name}{after}", f"{before}{name}{after}"):
        # The longer word may happen to hold the name as a word of its own only where letters mix scripts.
        assert find.names(said) == (frozenset({"who"}) if _same(said, name) else frozenset())


def _same(said: str, name: str) -> bool:
    from amplify.rules.text.name_words import without_marks, word_keys

    return bool(set(word_keys(without_marks(said))) & set(word_keys(without_marks(name))))


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=6))
def test_no_text_and_no_spelling_makes_it_raise(text: str, spellings: list[str]) -> None:
    find = NameMatcher({"who": spellings})
    assert find.names(text) <= {"who"}
    assert find.names(unicodedata.normalize("NFC", text)) == find.names(unicodedata.normalize("NFD", text))


def test_a_delivery_speaks_of_everybody_it_names_listed_or_not() -> None:
    shop = Workshop().person("boris", name={"en": "Boris Kern", "be": "Барыс Керн"}, aliases=["Барыса Керна"])
    shop.picture("a.png", alt={"en": "Boris Kern reads"}).picture("b.png", caption={"en": "#FreeBorisKern"})
    shop.picture("c.png", shows=["boris"])
    for id, text, front in (
        ("words", "Free Boris Kern", {}),
        ("tag", "Hello #СвабодаБарысаКерна", {}),
        ("required", "Hello", {"hashtags": {"required": ["FreeBorisKern"]}}),
        ("template", "Hello {{ person.boris.name }}", {}),
        ("alt", "Hello", {"media": ["a.png"]}),
        ("caption", "Hello", {"media": ["b.png"]}),
        ("shown", "Hello", {"media": ["c.png"]}),
        ("listed", "Hello", {"people": ["boris"]}),
    ):
        shop.post(id, text, **front)
        assert "person:boris" in shop.composed(id).subjects, id
    assert "person:boris" not in shop.post("else", "Free Borislav Kern").composed("else").subjects


def test_a_boost_speaks_of_whom_its_post_names() -> None:
    shop = Workshop().person("boris", name="Boris Kern").post("said", "Free Boris Kern").boost("again", of="said")
    shop.queue("first", "said", at="2027-05-17T09:00:00Z", platforms=["x"])
    shop.queue("second", "again", at="2027-05-18T09:00:00Z", platforms=["x"])
    assert "person:boris" in shop.planned("again").subjects


def split_slowly(plain: str) -> list[NameWord]:
    """`split_words`, every word and every joint by the expressions that say what they are."""
    found: list[NameWord] = []
    end = -1
    for run in name_words._RUN.finditer(plain):
        said, offset = run[0], run.start()
        tagged = said[0] in "#@" or "/" in said
        if "://" in said and "%" in said:
            inside = name_words._words_of(name_words.without_marks(unquote(said)), tagged=True)
            found += [piece._replace(start=offset, end=run.end()) for piece in inside]
            end = run.end()
            continue
        for one in name_words._WORD.finditer(said):
            for start, text in name_words._bare(one[0]):
                at = offset + one.start() + start
                initial = end > 0 and plain[end - 1].isalpha() and (end == 1 or not plain[end - 2].isalnum())
                joint = name_words._JOINT_OF_AN_INITIAL if initial else name_words._JOINT
                joint = name_words._JOINT_OF_A_RUN if tagged else joint
                joined = end >= 0 and joint.fullmatch(plain, end, at) is not None
                found.append(name_words._piece(text, at, joined, tagged))
                end = at + len(text)
    return found


PIECES = [
    "Anna",
    "Ганна",
    "d'",
    "’s",
    "'s",
    " ",
    "  ",
    ". ",
    "-",
    "_",
    "#",
    "@",
    "/",
    "https://e.example/",
    "%D0%90",
    "A.",
    "7",
]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
def test_words_are_cut_as_the_expressions_say(text: str) -> None:
    plain = name_words.without_marks(text)
    assert list(name_words.split_words(plain)) == split_slowly(plain)
