"""A campaign about somebody calls them by single words of their names: each of these counts as them."""

from __future__ import annotations

import pytest
from workshop import Workshop, word

from amplify.model.person import Person
from amplify.rules.text.aliases import NameMatcher
from amplify.rules.text.first_names import first_names

VERA = {"en": "Vera Lind", "be": "Вера Лінд"}


def shop(**person: object) -> Workshop:
    made = Workshop().person("vera", **{"name": VERA} | person)
    return made.campaign("free_vera", people=["vera"]).campaign("other", people=[])


def speaks_of_her(made: Workshop, text: str, campaign: str = "free_vera", **front: object) -> bool:
    made.post("hello", text, campaign=campaign, **front)
    return any(one.startswith("person:vera") for one in made.composed("hello").subjects)


@pytest.mark.parametrize(
    "text",
    [
        "Vera must be free", "VERA!", "Vera’s case", "#FreeVera", "#freevera", "#FREEVERA", "#VeraMustBeFree", "@vera",
        "Lind is in court today", "#Lind", "Вера мусіць быць на волі", "Свабоду Веры!", "За Веру", "з Верай", "з Верою",
        "#СвабодуВеры", "#свабодуверы", "Справа Лінда", "https://example.org/free-vera", "V\u200bera", "Vеra",
    ],
)  # fmt: skip
def test_each_word_of_the_name_counts_in_her_campaign(text: str) -> None:
    made = shop()
    assert speaks_of_her(made, text)
    assert not speaks_of_her(made, text, "other")


@pytest.mark.parametrize(
    "text",
    ["Верыць трэба.", "Вершы, верх, вераб’і.", "We are averse to verses.", "Links and lines.", "Hello", "Верасень"],
)
def test_a_word_that_begins_alike_is_another_word(text: str) -> None:
    assert not speaks_of_her(shop(), text)


def test_the_campaigns_own_hashtag_is_enough() -> None:
    made = shop().campaign("free_vera", hashtags=[{"tag": "FreeVera", "why": "Hers.", "required": True}])
    assert speaks_of_her(made, "A new month. Write a letter.")


def test_alt_texts_and_captions_and_cards_count_too() -> None:
    made = shop().picture("a.png", alt="Vera reads").picture("b.png", caption={"en": "VERA"})
    made.action("call", title="For Vera", campaign="free_vera")
    assert speaks_of_her(made, "Hello", media=["a.png"])
    assert speaks_of_her(made, "Hello", media=["b.png"])
    made.post("card", "Hello", campaign="free_vera", cta="call")
    assert "person:vera" in made.composed("card", platform="bluesky").subjects


def test_words_of_other_spellings_count_too() -> None:
    made = shop(name={"en": "Vera Lind"}, aliases=["Вера Лінд, Viera Lindava", "the FreeVeraNow", "Wiera*  Lind*"])
    for text in ("Веру чакаюць", "Viera", "Lindava", "Wierą", "Wieraj"):
        assert speaks_of_her(made, text), text
    assert not speaks_of_her(made, "the now")


@pytest.mark.parametrize(
    ("name", "found", "other"),
    [
        ("Вольга Сакалоўская", ["Вользе", "Вольгу", "Сакалоўскай", "Сакалоўскую"], ["Воля", "Сокал"]),
        ("Марта Ян", ["Марце", "Мартаю", "Яна", "Янам"], ["Янтар"]),
        ("Павел Вербень", ["Паўла", "Павла", "Паўлу", "Вербня", "Вербенем"], ["Павук"]),
        ("Андрэй Кос", ["Андрэя", "Андрэем", "Коса"], ["Космас", "Андраник"]),
        ("Ева Ро", ["Евы", "Еву", "Ро"], ["Еврапейскі", "Еўропа", "Рок"]),
        ("Mark Kern", ["Marka", "Mark", "Kern", "Kernu"], ["market", "marble", "March", "kernel"]),
        ("Boris van der Berg", ["Borisam", "Berg"], ["van", "der", "the van"]),
        ("bell hooks", ["Bell", "HOOKS"], []),
        ("Anna-Maria Petrova", ["Anna", "Maria", "Marii", "#FreeAnna", "Petrovu"], ["annual"]),
        ("A. Kasar", ["Kasar"], ["a", "A"]),
        ("安娜", ["支持安娜"], ["安"]),
    ],
)
def test_names_and_their_endings(name: str, found: list[str], other: list[str]) -> None:
    find = NameMatcher({"who": first_names(_person(name))})
    for text in found:
        assert find.names(text), (text, first_names(_person(name)))
    for text in other:
        assert not find.names(text), (text, find.found(text))


def _person(name: str) -> Person:
    return word(
        Person, id="who", name={"be": name}, state="detained", reviewed="2027-05-10",
        detentions=[{"start": "2027-01-01"}],
        consent={"given_by": "self", "channel": "letter", "scope": ["name"], "given": "2027-01-01",
                 "review": "2028-01-01"},
    )  # fmt: skip


def test_a_banner_that_only_says_her_first_name_waits_too() -> None:
    from amplify.rules.plan.subjects import people_in_texts

    made = shop().workspace()
    assert people_in_texts(["FREE VERA"], "free_vera", made) == {"vera"}
    assert people_in_texts(["FREE VERA"], "other", made) == frozenset()
