"""The first due row of each account that may send, the most urgent first: where every claim begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from amplify.ledger.bulk import BulkSelect, Kind
from amplify.ledger.database import Ledger
from amplify.ledger.rows.claimed_delivery import FOUND, LISTED, due_delivery_from
from amplify.ledger.rows.due_delivery import DueDelivery

_ENOUGH: Final = 2
"""Rows looked at first for each one wanted: some belong to one account, others to accounts in use."""

# IS TRUE keeps PostgreSQL off the index of lateness: nearly all that waits is not late, and it would read them all.
WAITS: Final = (
    "state = 'waiting' AND look_at <= {until} AND (look_at <= {now} OR due_at > {now}) AND (late_at > {now}) IS TRUE"
)
"""SQL condition: a delivery is due at `now`, or will be by `until`. What is held until later waits until then."""

# A subquery for each account: as a join, PostgreSQL would compare each with all that are held, of which it believes
# there are none.
_FREE: Final = """(SELECT 1 FROM delivery AS held
       WHERE held.account = {account} AND held.state IN ('claimed', 'sending') LIMIT 1) IS NULL"""
# While nobody has looked for what may be out, nothing else of its account goes out: what is sent keeps its order, and
# what stands on the timeline since then is not ours.
_CERTAIN: Final = """(SELECT 1 FROM delivery AS doubt
       WHERE doubt.account = account.id AND doubt.state = 'unsure' AND doubt.look_at <= {now} LIMIT 1) IS NULL"""
_OPEN: Final = f"""account.paused_at IS NULL
      AND (account.real_not_before IS NULL OR account.real_not_before <= {{real}})
      AND {_FREE.format(account="account.id")} AND {_CERTAIN}"""
_GIVEN: Final = {"now": "v.now", "until": "v.until", "real": "v.real"}
ASKED: Final = {name: f"(SELECT {name} FROM v)" for name in _GIVEN}  # noqa: S608
"""How a query with one row of values, called v, refers to them (SQLite)."""
NAMED: Final = {name: f"%({name})s" for name in _GIVEN}
"""How a query with parameters refers to them (PostgreSQL)."""

# Mostly enough accounts are found among the rows that have been due for longest, however many accounts there are;
# otherwise each account is asked for its first row. Among what is due at one instant the ids decide, which are as good
# as drawn by lot: by name, the last account would come last each time, and go on alone when all others are done.

# SQLite: whoever writes is alone, so one statement finds the rows.
_LITE: Final = f"""
    WITH v AS {{rows}},
    {{open}},
    heads AS MATERIALIZED (
      SELECT (
        SELECT id FROM delivery WHERE delivery.account = open.id AND {WAITS.format(**ASKED)}
        ORDER BY look_at, due_at, id LIMIT 1
      ) AS head FROM open
    )
    SELECT {LISTED}, {{that_is_all}} AS that_is_all
    FROM heads JOIN delivery ON delivery.id = heads.head
    ORDER BY delivery.look_at, delivery.id LIMIT (SELECT most FROM v)
    """  # noqa: S608 - our own words, no value among them
_OPEN_LONGEST: Final = f"""due AS MATERIALIZED (
      SELECT account, row_number() OVER (ORDER BY look_at, id) AS place
      FROM delivery INDEXED BY delivery_due WHERE {WAITS.format(**ASKED)}
      ORDER BY look_at, id LIMIT (SELECT {_ENOUGH} * most FROM v)
    ), first AS MATERIALIZED (
      SELECT account FROM due GROUP BY account ORDER BY min(place) LIMIT (SELECT count(*) FROM due)
    ), open AS MATERIALIZED (
      SELECT account.id FROM first CROSS JOIN account ON account.id = first.account WHERE {_OPEN.format(**ASKED)}
      LIMIT (SELECT most FROM v)
    )"""  # noqa: S608 - our own words, no value among them; CROSS JOIN: in the order of `first`
_OPEN_EACH: Final = f"open AS (SELECT account.id FROM account WHERE {_OPEN.format(**ASKED)})"  # noqa: S608


def _lite(open: str, that_is_all: str) -> BulkSelect:
    said = _LITE.replace("{open}", open).replace("{that_is_all}", that_is_all)
    gives: Mapping[str, Kind] = {**FOUND, "that_is_all": "integer"}
    return BulkSelect(said, gives, now="timestamp", until="timestamp", real="timestamp", most="integer")


_LITE_LONGEST: Final = _lite(_OPEN_LONGEST, f"(SELECT count(*) < {_ENOUGH} * (SELECT most FROM v) FROM due)")  # noqa: S608
_LITE_EACH: Final = _lite(_OPEN_EACH, "1")

# PostgreSQL: accounts are locked first, passing over those that another worker has. Each is looked up by its name: the
# planner would rather compare all with all.
_LONGEST: Final = f"""
    WITH due AS MATERIALIZED (
      SELECT account, row_number() OVER (ORDER BY look_at, id) AS place
      FROM delivery WHERE {WAITS.format(**NAMED)}
      ORDER BY look_at, id LIMIT {_ENOUGH} * %(most)s
    )
    SELECT open.id, (SELECT count(*) FROM due) < {_ENOUGH} * %(most)s AS that_is_all
    FROM (SELECT account FROM due GROUP BY account ORDER BY min(place)) AS first
    CROSS JOIN LATERAL (
      SELECT id FROM account WHERE account.id = first.account AND {_OPEN.format(**NAMED)}
      FOR UPDATE SKIP LOCKED
    ) AS open
    LIMIT %(most)s
    """  # noqa: S608 - our own words, no value among them
_EACH: Final = f"""
    SELECT account.id FROM account CROSS JOIN LATERAL (
      SELECT look_at, id FROM delivery WHERE delivery.account = account.id AND {WAITS.format(**NAMED)}
      ORDER BY look_at, due_at, id LIMIT 1
    ) AS first
    WHERE {_OPEN.format(**NAMED)}
    ORDER BY first.look_at, first.id LIMIT %(most)s FOR UPDATE OF account SKIP LOCKED
    """  # noqa: S608 - our own words, no value among them
# They are looked at again: one may have been taken between the two.
_AMONG: Final = BulkSelect(
    f"""
    SELECT {LISTED} FROM {{rows}} AS v CROSS JOIN LATERAL (
      SELECT * FROM delivery WHERE delivery.account = v.account AND {WAITS.format(**_GIVEN)}
      ORDER BY look_at, due_at, id LIMIT 1
    ) AS delivery
    WHERE {_FREE.format(account="v.account")}
    ORDER BY delivery.look_at, delivery.id
    """,  # noqa: S608 - our own words, no value among them
    FOUND,
    account="text",
    now="timestamp",
    until="timestamp",
)


def first_due_per_account(ledger: Ledger, connection: Connection, bounds: Mapping[str, Any]) -> list[DueDelivery]:
    """Find each account's first row that is due at `now`, or will be by `until` (campaign time); at most `most` rows.

    None of an account that is paused, told to wait (`real` is real time), in use, or has something to be looked up. On
    PostgreSQL the accounts are locked until the transaction ends.
    """
    if ledger.sqlite:
        return [due_delivery_from(row[:-1]) for row in _found(connection, bounds)]
    names = _locked(connection, bounds)
    if not names:
        return []
    asked_of = [(name, bounds["now"], bounds["until"]) for name in names]
    return [due_delivery_from(row) for row in _AMONG.run(connection, asked_of)]


def _found(connection: Connection, bounds: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    asked = [(bounds["now"], bounds["until"], bounds["real"], bounds["most"])]
    found = _LITE_LONGEST.run(connection, asked)
    if not found or (len(found) < bounds["most"] and not found[0][-1]):
        found = _LITE_EACH.run(connection, asked)
    return found


def _locked(connection: Connection, bounds: Mapping[str, Any]) -> list[str]:
    found = connection.exec_driver_sql(_LONGEST, dict(bounds)).all()
    if not found or (len(found) < bounds["most"] and not found[0].that_is_all):
        found = connection.exec_driver_sql(_EACH, dict(bounds)).all()
    return [row.id for row in found]
