"""Texts for oracles: words of many scripts, addresses, tags and mentions in every company. The same texts each time."""

from __future__ import annotations

import unicodedata
from random import Random
from typing import Final

WORDS: Final = {
    "Latin": "Letter solidarité żółty İstanbul naïve",
    "Cyrillic": "Сёння імʼя свабода пад’езд Лист",
    "Greek": "Ελευθερία γράμμα",
    "Armenian": "ազատություն նամակ",
    "Georgian": "თავისუფლება წერილი",
    "Hebrew": "חֵרוּת מכתב",
    "Arabic": "حُرِّيَّة رسالة آزادی‌خواه",
    "Devanagari": "स्वतंत्रता क्षेत्र चिट्ठी",
    "Bengali": "স্বাধীনতা চিঠি",
    "Tamil": "சுதந்திரம் கடிதம்",
    "Malayalam": "സ്വാതന്ത്ര്യം",
    "Thai": "เสรีภาพ จดหมาย ที่",
    "Khmer": "សេរីភាព",
    "Burmese": "လွတ်လပ်ခြင်း",
    "Tibetan": "རང་དབང་",
    "Ethiopic": "ነፃነት ደብዳቤ",
    "Hangul": "자유 편지 한국어",
    "Han": "自由 釋放 政治犯",
    "Kana": "じゆう レター カ・ナ が",
}
SIGNS: Final = (
    *". , ; : ! ? … ) ( ] [ } { » « ” “ ’ ' \" ` * _ - – — / \\ | & @ # $ ＃ ＠ ~ + = % ^ < > 。 、 「 」 ｡ ·".split(),
    *("・", "\u200b", "\u200c", "\u200d", "\u2060", "\u00ad", "\ufe0f", "\u200e", "\u2068", "\u2069", "\u20e3"),
)
BLANKS: Final = (*" " * 12, "\n", "\n\n", "\t", "\u00a0", "\u200a", "\u202f", "\u3000", "\u2028")
EMOJI: Final = ("🔥", "👩‍👩‍👧", "🇵🇱", "❤️", "#️⃣", "1️⃣", "👍🏽", "™", "😀", "🏃‍♀")
HOSTS: Final = (
    *("example.org", "www.example.com", "press.example", "sub.example.co.uk", "a-b.example.net", "t.co"),
    *("пример.бел", "приклад.укр", "例え.テスト", "münchen.de", "xn--e1afmkfd.xn--90ais", "xn--mnchen-3ya.de"),
    *("उदाहरण.भारत", "letters.test", "127.0.0.1", "[::1]", "localhost", "example", "under_score.example.org"),
    *("x_y.org", "-a.org", "a..org", "EXAMPLE.ORG", "example.org.", "example.orgx", "example.org-x"),
)
SCHEMES: Final = (*("https://",) * 9, "http://", "HTTPS://", "gemini://", "ftp://", "ipfs://", "", "", "//", "https:/")
PATHS: Final = (
    *("", "", "/", "/x", "/x/", "/a_(b)", "/a(b(c))d", "/(абв)", "/x_(漢)", "/приклад/ліст", "/%D0%BB", "/a,b;c"),
    *("/x.html", "/@vera", "/a*b", "/x'y", "/~u", "/a|b", "/x:y", "/[1]", "/!", "/x.", "/x)", "/(", "/a(b", "/x=1&y"),
    *("/x$", "/漢字", "/é", "/İ", "/a–b"),
)
QUERIES: Final = (
    *("", "", "", "", "?q=1", "?a=1&b=2", "?", "?q=.", "?q=ліст", "?x[]=1", "?q=a(b)", "?a=1&amp;b=2", "?q=İı"),
    *("?u=https://example.org/x", "#top", "#", "?q=1#top", "?q=a\u00a0b", "?q=«x»", "?q=1!", "?q=a'b", '?q="b"'),
)
TAGS: Final = (
    *("СвабодаВеры", "Letter-Day", "Node.js", "C++", "2027", "🔥", "a", "_", "1_2", "a·b", "カ・ナ", "імʼя"),
    *("п’ять", "क्षेत्र", "מכתב", "12a", "a12", "___", "a_", "Tag\u200b", "آزادی‌خواه", "é", "e\u0301", "tag://x"),
    *("x" * 70, "Ⅳ", "①", "a\ufe0f", "จดหมาย", "ა", "२०२७"),
)
NAMES: Final = (
    *("press_union", "press.example", "press@social.example", "a.b-c@example.org", "vera", "_x_", "press.test"),
    *("x" * 25, "user@host", "user@пример.бел", "user@a..b", "user@127.0.0.1:3000", "a.", "a-", "a@b@c", "прэса"),
    *("press.example.org", "press.example.", "é", "vera/list", "vera/https://"),
)
OTHERS: Final = ("$ABC", "$abc.de", "RT @vera", "xmpp:vera@example.org", "magnet:?xt=urn:x", "mail@example.org")


def generated_texts(count: int, seed: int = 2027) -> list[str]:
    """So many texts, in NFC; every script, address, tag and name occurs in very different company."""
    chance = Random(seed)
    return [unicodedata.normalize("NFC", _text(chance)) for _ in range(count)]


def _text(chance: Random) -> str:
    words = WORDS[chance.choice(list(WORDS))].split()
    makers = (
        lambda: chance.choice(words),
        lambda: _address(chance),
        lambda: _address(chance),
        lambda: chance.choice("#####＃") + chance.choice((*TAGS, *words)),
        lambda: chance.choice("@@@@＠") + chance.choice(NAMES),
        lambda: chance.choice(EMOJI),
        lambda: chance.choice(OTHERS),
    )
    pieces: list[str] = []
    for _ in range(chance.randint(1, 7)):
        pieces.append(chance.choice(makers)())
        pieces += chance.choices(SIGNS, k=chance.choice((0, 0, 1, 1, 2)))
        if chance.random() < 0.7:
            pieces.append(chance.choice(BLANKS))
    return "".join(pieces)


def _address(chance: Random) -> str:
    port = chance.choice(("",) * 8 + (":8080", ":"))
    return f"{chance.choice(SCHEMES)}{chance.choice(HOSTS)}{port}{chance.choice(PATHS)}{chance.choice(QUERIES)}"
