"""A database that has no room for every script is refused when it is opened: a stop must not fail for its reason."""

from __future__ import annotations

import psycopg
import pytest
from counterparts.postgres import Cluster

from amplify.ledger.database import Ledger
from amplify.model.errors import NeedsPerson


@pytest.mark.parametrize("encoding", ["LATIN1", "WIN1251", "SQL_ASCII"])
@pytest.mark.parametrize("create", [True, False])
def test_another_encoding_is_refused(postgres_cluster: Cluster, encoding: str, create: bool) -> None:
    name = f"eight_bit_{encoding.lower()}_{create}".lower()
    url = postgres_cluster.new_database()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        )
    with pytest.raises(NeedsPerson, match=f"encoded in {encoding}.*UTF8"):
        Ledger.open(url.rpartition("/")[0] + f"/{name}", create=create)


def test_a_client_of_another_encoding_speaks_utf8(postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    ledger = Ledger.open(postgres_cluster.new_database())
    with ledger.read() as connection:
        said = connection.exec_driver_sql("SELECT 'Ганна — 安娜'").scalar_one()
    ledger.close()
    assert said == "Ганна — 安娜"
