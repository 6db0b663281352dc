"""The ledger's address: which one counts, and that no sentence and no kept file ever holds its password."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplify.ledger import migrate
from amplify.ledger.address import (
    describe_address,
    describe_ledger,
    ledger_url,
    parse_address,
    plain_address,
    without_password,
)
from amplify.ledger.machine_record import KnownLedger, remember_ledger
from amplify.model.errors import NeedsPerson
from amplify.model.local_settings import LocalSettings

PG = "postgresql://amplify@db.example/amplify"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("AMPLIFY_DATABASE_URL", raising=False)
    (tmp_path / "config").mkdir()
    return tmp_path


def accounts(root: Path, text: str) -> None:
    (root / "config/accounts.yaml").write_text(text, "utf-8")


@pytest.mark.parametrize(
    "text",
    [
        f"ledger: {PG}\npartner: us\n",
        f"partner: us\nledger:   '{PG}'   # ours\n",
        f'{{"partner": "us", "ledger": "{PG}"}}',
        f'"ledger": "{PG}"\n',
        f"ledger: >-\n  {PG}\n",
        f"ledger: {PG}\r\npartner: us\r\n",
        f"ledger: {PG}\npartner: [broken\n\taccounts: }}\n",
    ],
    ids=["head", "quoted", "json", "quoted key", "folded", "windows", "broken below"],
)
def test_the_local_file_counts(root: Path, text: str) -> None:
    accounts(root, text)
    assert ledger_url(root) == PG


def test_the_variable_counts_more(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts(root, f"ledger: {PG}\n")
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", "postgresql://other/n")
    assert ledger_url(root) == "postgresql://other/n"


@pytest.mark.parametrize("text", ["", "partner: us\n", "# ledger: x\n", "accounts: [{note: ledger}]\n", None])
def test_without_one_it_is_the_file(root: Path, text: str | None) -> None:
    if text is not None:
        accounts(root, text)
    assert ledger_url(root) == f"sqlite:///{root}/.amplify/ledger.sqlite"


def test_a_relative_file_counts_from_the_workspace(
    root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts(root, "ledger: sqlite:///../kept/ledger.sqlite\n")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert plain_address(ledger_url(root)) == f"sqlite:///{root.parent}/kept/ledger.sqlite"


def test_what_cannot_be_understood_leaves_the_one_that_is_remembered(root: Path) -> None:
    accounts(root, "partner: [\n  ledger: {\n")
    with pytest.raises(NeedsPerson, match="cannot be understood"):
        ledger_url(root)
    remember_ledger(root, KnownLedger(PG))
    assert ledger_url(root) == PG


word = st.text("abcXYZ09-_.!$", min_size=1, max_size=12)


@given(user=word, password=word.map(lambda one: f"Hush{one}hush"), host=st.sampled_from(["db.example", "[::1]", ""]))
def test_a_password_is_in_no_sentence_and_in_nothing_kept(user: str, password: str, host: str) -> None:
    for url in (
        f"postgresql://{user}:{password}@{host}/n",
        f"postgresql://{user}@{host}/n?password={password}&sslmode=require",
        f"postgresql+psycopg://{host}/n?user={user}&password={password}",
    ):
        for said in (describe_ledger(url), plain_address(url), without_password(url)):
            assert password not in said
        assert plain_address(url) == plain_address(without_password(url))
        with pytest.raises(ValueError, match=r"pgpass"):
            LocalSettings(ledger=url)


@pytest.mark.parametrize("address", ["nonsense", "mysql://h/n", "https://h/n", "/var/lib/ledger.sqlite"])
def test_the_local_file_takes_addresses_only(address: str) -> None:
    with pytest.raises(ValueError, match="no address of a ledger"):
        LocalSettings(ledger=address)


@pytest.mark.parametrize("one", [PG, "postgres://h/n", "postgresql:///n?host=/run", "sqlite:////a/b", "sqlite:///b"])
def test_addresses_without_a_password_are_fine(one: str) -> None:
    assert LocalSettings(ledger=one).ledger == one


@pytest.mark.parametrize("name", ["a?b", "a%20b", "a#b", "a b", "a?mode=ro", "ä@b", "a%3Fb"])
def test_the_ledger_lies_inside_a_folder_of_any_name(root: Path, name: str) -> None:
    """And not beside it, in a file that is called like the first half of its name."""
    from amplify.ledger.database import Ledger

    house = root / name
    (house / "config").mkdir(parents=True)
    for written in (None, "ledger: sqlite:///kept/ours.sqlite\n"):
        if written:
            accounts(house, written)
        url = ledger_url(house)
        Ledger.open(url).close()
        file = house / ("kept/ours.sqlite" if written else ".amplify/ledger.sqlite")
        assert file.is_file()
        assert str(file) in describe_ledger(url)
        assert without_password(url) == f"sqlite:///{file}"
        Ledger.open(without_password(url), create=False).close()
    assert sorted(path.name for path in root.iterdir()) == sorted([name, "config"])


@pytest.mark.parametrize("password", ["p@ss", "p@ss@more", "p@ss/more", "p@ss#more", "p:a@ss", "p%40ss"])
def test_a_password_with_signs_of_an_address_is_told_nowhere(password: str) -> None:
    from amplify.ledger.address import parse_address

    url = f"postgresql://amplify:{password}@db.example:5433/amplify?application_name=x"
    parsed = parse_address(url)
    assert (parsed.host, parsed.port, parsed.database) == ("db.example", 5433, "amplify")
    assert parsed.password == password.replace("%40", "@")
    for told in (describe_ledger(url), plain_address(url), without_password(url)):
        assert "ss" not in told.replace("postgresql", "")
        assert "more" not in told


def test_a_file_is_said_as_it_is_named() -> None:
    """The sentence of a stop is read by people, not by a browser."""
    for name in ("/a b?c%20d#e@f/Ганна.sqlite", os.fsdecode(b"/caf\xe9.sqlite")):
        assert describe_address(parse_address(f"sqlite:///{name}")) == f"the SQLite file {name}"


def test_amplify_in_a_folder_of_any_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "__file__", "/opt/a b%20c/%(here)s/migrate.py")
    option = migrate.alembic_config().get_main_option("script_location")
    assert option == "/opt/a b%20c/%(here)s/migrations"
