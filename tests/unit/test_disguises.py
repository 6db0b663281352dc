"""What docs/people.md promises of spellings, for made-up names in every disguise; and no alarm for ordinary words."""

from __future__ import annotations

import sys
import time
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from amplify.rules.text.aliases import CALLS, NameMatcher

_ALL = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
INVISIBLE = [one for one in _ALL if regex.match(r"[\p{Default_Ignorable_Code_Point}\p{Cf}]", one)]
MARKS = [one for one in _ALL if regex.match(r"[[\p{M}&&[\p{Inherited}\p{Latin}\p{Cyrillic}\p{Greek}]]]", one, regex.V1)
         and one not in "\u3099\u309a"]  # fmt: skip
ALIKE = [  # letters that are drawn alike, in the same case: Latin, Cyrillic, Greek
    "AАΑ", "BВΒ", "CС", "EЕΕ", "HНΗ", "IІΙ", "JЈ", "KКΚ", "MМΜ", "NΝ", "OОΟ", "PРΡ", "SЅ", "TТΤ", "XХΧ", "YУΥ", "ZΖ",
    "aаα", "cс", "eе", "hһ", "iіι", "jј", "kкκ", "oоο", "pрρ", "sѕ", "vѵν", "xхχ", "yу", "wԝ", "dԁ", "qԛ", "lӏ", "uυ",
]  # fmt: skip
LIKE = {letter: group for group in ALIKE for letter in group}
APOSTROPHES = "'’‘ʼ´`＇"
LATIN, CYRILLIC, GREEK = "abcdefghijklmnoprstuvwxyz", "абвгдежзіклмнопрстухцчшыэюя", "αβγδεζηθικλμνξοπρστυφχψω"
WORDS = st.sampled_from([LATIN, CYRILLIC, GREEK]).flatmap(lambda letters: st.text(letters, min_size=3, max_size=8))
NAMES = st.lists(WORDS.map(str.capitalize), min_size=1, max_size=3)
SINGLE = WORDS.map(str.capitalize)


@st.composite
def disguised(draw: st.DrawFn, name: str) -> str:
    """The name with other cases, look-alikes, marks on and invisible characters in its words."""
    said = ""
    case = draw(st.sampled_from([str, str.upper, str.lower]))
    only = draw(st.sampled_from(["", "alike", "marks", "invisible"]))  # shrinks to one of them
    for letter in case(name):
        if letter in " #@":
            said += letter
            continue
        if only in ("", "alike") and letter in LIKE and draw(st.booleans()):
            letter = draw(st.sampled_from(LIKE[letter]))
        said += letter
        if only in ("", "marks"):
            said += draw(st.sampled_from(["", *MARKS]) if draw(st.booleans()) else st.just(""))
        if only in ("", "invisible"):
            said += draw(st.sampled_from(["", *INVISIBLE]) if draw(st.booleans()) else st.just(""))
    return said


@given(NAMES, st.data())
def test_a_name_is_found_in_every_disguise(name: list[str], data: st.DataObject) -> None:
    whole = " ".join(name)
    find = NameMatcher({"who": [whole]})
    said = data.draw(disguised(whole))
    for text in (said, f"Free {said} now", f"«{said}», {said}.", unicodedata.normalize("NFD", said)):
        assert find.names(text) == {"who"}, text.encode("unicode-escape")


@given(SINGLE, st.data())
def test_in_a_hashtag_or_a_handle_too(name: str, data: st.DataObject) -> None:
    find = NameMatcher({"who": [name]})
    sign = data.draw(st.sampled_from(["#", "@", "＃", "＠", "https://example.org/", "example.org/"]))
    said = data.draw(disguised(f"Free{name}"))
    assert find.names(f"See {sign}{said}!") == {"who"}, (sign + said).encode("unicode-escape")


@given(SINGLE, st.sampled_from(CALLS), st.sampled_from(["", "2027", "5", "٢٠٢٧", "２０２７"]), st.integers(0, 3))
def test_digits_beside_the_usual_calls(name: str, call: str, digits: str, where: int) -> None:
    find = NameMatcher({"who": [name]})
    pieces = [call, name.lower()]
    pieces.insert(min(where, 2), digits)
    assert find.names(f"#{''.join(pieces)}") == {"who"}
    assert find.names(f"#{name.lower()}{digits or '1'}") == {"who"}


@given(
    SINGLE,
    st.lists(st.sampled_from(["Free", "Save", "Official", "Now", "Team", "2027"]), min_size=1, max_size=3),
    st.integers(0, 3),
)
def test_the_words_of_a_camel_case_handle(name: str, others: list[str], at: int) -> None:
    find = NameMatcher({"who": [name]})
    words = [*others]
    words.insert(at, name)
    for form in ("@{0}", "@{0}@social.example", "#{0}", "https://x.example/{0}", "x.example/{0}?page=1"):
        assert find.names(form.format("".join(words))) == {"who"}, form


@given(st.lists(SINGLE, min_size=2, max_size=2), st.sampled_from(APOSTROPHES))
def test_the_kind_of_apostrophe(name: list[str], sign: str) -> None:
    find = NameMatcher({"who": [f"{name[0]}’{name[1].lower()}"]})
    assert find.names(f"{name[0]}{sign}{name[1].lower()}") == {"who"}
    assert find.names(f"{name[0]}{name[1].lower()}") == {"who"}


@given(SINGLE)
def test_a_slip_of_the_keyboard_in_the_file(name: str) -> None:
    """A spelling that itself mixes scripts finds what it looks like."""
    slipped = "".join(LIKE.get(letter, letter)[-1] for letter in name)
    assert NameMatcher({"who": [slipped]}).names(name) == {"who"} or not set(name) - set(LIKE)


ORDINARY = """
Верыць трэба людзям, а не чуткам. Май быў цёплы, и мая маці пайшла на рынак. Рост цен, нос, рот, кот, том і дом.
Сорак тры чалавекі чакалі суда; сярод іх журналісты, настаўнікі, лекары. Волю! Свабоду! Разам мы моц.
Суд начал рассмотрение дела; сотрудник театра, вера в лучшее, надежда и любовь, роза, марка, лев на гербе, роман.
The court opened in March; a market, a marble hall, an anniversary. Annual reports, Susanna and Joanna, verses, very,
cope, pop, pep, hope, copy, hoax, expo, mark my words, lend a hand, lines and links, bees, maximum, ivory, olive.
#StandWithUs #freepress #savelives2027 #1may @press_union2027 example.org/annual-report https://example.org/marketing
"""
GUARDED = {
    "anna": ["Anna", "Анна", "Ганна"], "vera": ["Vera Lind", "FreeVera"], "mark": ["Mark Kern", "Марк"],
    "ivan": ["Ivan", "Іван* Сакалоўск*"], "max": ["Max", "Макс"], "olga": ["Olga", "Вольга"], "lena": ["Лена"],
    "rosa": ["Rosa"], "tom": ["Tom"], "eva": ["Ева", "Eva"], "nina": ["Nina", "Ніна"], "kot": ["Kot"], "poc": ["Rost"],
}  # fmt: skip


def test_ordinary_words_name_nobody() -> None:
    assert NameMatcher(GUARDED).found(ORDINARY) == ()


@given(st.lists(st.sampled_from(regex.findall(r"\w+", ORDINARY)), min_size=1, max_size=3), st.data())
def test_no_disguise_makes_a_name_of_another_word(words: list[str], data: st.DataObject) -> None:
    said = data.draw(disguised(" ".join(words)).filter(lambda text: not any(one.isupper() for one in text)))
    assert NameMatcher(GUARDED).found(said) == ()


@pytest.mark.parametrize(
    "text",
    ["a" + "\u0301\u0488\u1dff" * 60_000, "\u200b\u2060\U000e0041" * 60_000, "Аa" * 90_000, "#free" + "1" * 180_000,
     "a." * 90_000, "a.b/" * 45_000, "#" + "Ab" * 90_000, "ο" * 180_000, "@" * 180_000],
    ids=range(9),
)  # fmt: skip
def test_the_search_takes_time_that_grows_with_the_text(text: str) -> None:
    find = NameMatcher(GUARDED)
    began = time.perf_counter()
    find.names(text)
    assert time.perf_counter() - began < 15
