"""Two sites of one owner are one source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplify.rules.text.registrable_domain import registrable_domain

ONE = [
    ("https://news.example.org/a", "https://www.example.org/b"),
    ("https://example.org", "http://EXAMPLE.ORG.:8443/x"),
    ("https://a.b.c.example.co.uk/", "https://example.co.uk/"),
    ("https://user@m.example.com.ua/", "https://example.com.ua"),
    ("https://a.example.in/", "https://b.example.in/"),
    ("https://mail.example.co/", "https://example.co/"),
    ("https://приклад.example.test/", "https://xn--80aikifvh.example.test"),
    ("https://приклад.укр/", "https://www.xn--80aikifvh.xn--j1amh/"),
    ("https://example\u3002org/", "https://www.example.org/"),
    ("https://192.0.2.7/a", "http://192.0.2.7:80/b"),
    ("https://[2001:db8::1]/a", "https://[2001:0db8:0::1]:443/b"),
    ("https://one.pages.example/", "https://two.pages.example/"),
]
TWO = [
    ("https://one.example/", "https://two.example/"),
    ("https://one.org.uk/", "https://two.org.uk/"),
    ("https://one.com.ua/", "https://two.com.ua/"),
    ("https://one.gov.by/", "https://two.gov.by/"),
    ("https://192.0.2.7/", "https://192.0.2.8/"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_one_owner(one: str, other: str) -> None:
    assert registrable_domain(one) == registrable_domain(other)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_two_owners(one: str, other: str) -> None:
    assert registrable_domain(one) != registrable_domain(other)


@given(st.text(max_size=60), st.text("abcdefghij-", min_size=1, max_size=12).filter(lambda one: one.strip("-") == one))
def test_a_name_before_it_changes_nothing_and_nothing_breaks(anything: str, label: str) -> None:
    registrable_domain(anything)
    registrable_domain(f"https://{anything}")
    for site in ("example.org", "example.co.uk", "xn--80aikifvh.xn--j1amh"):
        assert registrable_domain(f"https://{label}.{site}/{label}") == site
