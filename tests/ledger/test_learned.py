"""What servers said is kept with its time, newest answer each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from amplify.ledger.database import get_meta, set_meta
from amplify.ledger.queries.saved_server_info import learn_handle, learn_limits, learn_whoami, load_server_info
from amplify.model.platform import Limits, Whoami
from amplify.model.server_info import ServerInfo
from ledger.databases import WoundLedger

LONG = Limits(text=1000, pictures=8, picture_bytes=5_000_000, alt=2000)


def learned(ledger: WoundLedger) -> ServerInfo:
    with ledger.read() as connection:
        return load_server_info(connection)


def limits(ledger: WoundLedger, account: str, said: Limits) -> bool:
    with ledger.write() as connection:
        return bool(learn_limits(connection, {account: said}, ledger.real_now(connection)))


def test_a_new_ledger_knows_nothing(ledger: WoundLedger) -> None:
    assert learned(ledger) == ServerInfo()


def test_the_newest_answer_counts(ledger: WoundLedger) -> None:
    assert limits(ledger, "press/mastodon", Limits(text=500))
    first = learned(ledger).limits["press/mastodon"]
    ledger.wind(timedelta(days=2))
    assert limits(ledger, "press/mastodon", LONG)
    second = learned(ledger).limits["press/mastodon"]
    assert (first.limits, second.limits) == (Limits(text=500), LONG)
    assert timedelta(days=2) <= second.at - first.at < timedelta(days=2, minutes=1)
    assert list(learned(ledger).limits) == ["press/mastodon"]


def test_two_who_learn_at_once_do_not_block_each_other(ledger: WoundLedger) -> None:
    accounts = [f"press{number}/mastodon" for number in range(30)]
    orders, together = (accounts, accounts[::-1]), Barrier(2)

    def learn(number: int) -> None:
        for turn in range(20):
            said = Limits(text=500 + 2 * turn + number)
            together.wait(30)
            with ledger.write() as connection:
                learn_limits(connection, dict.fromkeys(orders[number], said), ledger.real_now(connection))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(learn, range(2)))
    assert len(learned(ledger).limits) == len(accounts)


def test_news_make_every_clone_plan_again_and_the_same_answer_does_not(ledger: WoundLedger) -> None:
    def note() -> str | None:
        with ledger.read() as connection:
            return get_meta(connection, "queued here:/files")

    with ledger.write() as connection:
        set_meta(connection, "queued here:/files", "as they are")
        set_meta(connection, "workspace", "workshop")
    assert not limits(ledger, "press/x", Limits())  # X does not say: nothing changes
    assert note() == "as they are"
    assert limits(ledger, "press/mastodon", LONG)
    assert note() is None
    with ledger.write() as connection:
        set_meta(connection, "queued here:/files", "as they are")
    assert not limits(ledger, "press/mastodon", LONG)
    assert note() == "as they are"
    with ledger.read() as connection:
        assert get_meta(connection, "workspace") == "workshop"


def test_a_handle_is_known_in_any_case_and_nobody_is_an_answer_too(ledger: WoundLedger) -> None:
    with ledger.write() as connection:
        real = ledger.real_now(connection)
        learn_handle(connection, "bluesky", "Press.Example", "did:plc:abc", real)
        learn_handle(connection, "mastodon", "gone@social.example", None, real)
        learn_whoami(connection, "press/x", Whoami("17", "press"), real)
    now = learned(ledger)
    found, gone = now.handle("bluesky", "press.example"), now.handle("mastodon", "gone@social.example")
    assert found is not None
    assert (found.id, found.at) == ("did:plc:abc", real)
    assert gone is not None
    assert gone.id is None
    assert now.handle("x", "press.example") is None
    assert now.whoami["press/x"].whoami == Whoami("17", "press")
