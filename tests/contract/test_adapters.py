"""One suite for every adapter: what goes in comes out of the platform, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from counterparts.ports import free_ports
from ground import Ground, card

from amplify.model.errors import LoggedOut, Refused, TryLater, Unknown
from amplify.model.platform import Engagement, Receipt
from amplify.platforms import registry

TEXT = "Сёння дзень салідарнасці — прачытайце: https://example.org/anna?lang=be #СвабодаАнне"


def an_hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def test_it_knows_who_it_speaks_for(ground: Ground) -> None:
    member = ground.member()
    me = member.platform.whoami()
    assert me.handle.partition("@")[0] == member.connection.handle.partition("@")[0]
    assert me.id


def test_text_link_tag_and_language_arrive(ground: Ground) -> None:
    member = ground.member()
    receipt = member.publish(TEXT)
    seen = ground.seen(member, receipt)
    assert seen is not None
    assert seen.text == TEXT
    assert seen.links == ("https://example.org/anna?lang=be",)
    assert [tag.lower() for tag in seen.tags] == ["свабодаанне"]
    assert seen.langs == (() if ground.platform == "x" else ("be",))
    assert receipt.url.startswith("http")


def test_a_mention_reaches_who_is_meant(ground: Ground) -> None:
    member, friend = ground.member(), ground.member()
    name = ground.handle_of(friend)
    receipt = member.publish(f"Разам з @{name}")
    seen = ground.seen(member, receipt)
    assert seen is not None
    assert [one.partition("@")[0] for one in seen.mentions] == [name.partition("@")[0]]


def test_four_pictures_keep_their_order_and_their_words(ground: Ground) -> None:
    member = ground.member()
    alts = [f"Плакат {number}: «свабода» & <надзея>" for number in range(1, 5)]
    pictures = tuple(
        member.picture(f"poster-{number}.png", alt, (number * 60, 40, 90)) for number, alt in enumerate(alts)
    )
    seen = ground.seen(member, member.publish("Чатыры плакаты", pictures=pictures))
    assert seen is not None
    assert list(seen.alts) == alts
    assert seen.text == "Чатыры плакаты"


def test_a_thread_hangs_together(ground: Ground) -> None:
    member = ground.member()
    first = member.publish("Першая частка")
    second = member.publish("Другая частка", root=first, parent=first)
    third = member.publish("Трэцяя частка", root=first, parent=second)
    seen = ground.seen(member, third)
    assert seen is not None
    assert seen.parent == second.id
    if seen.root is not None:
        assert seen.root == first.id


def test_a_boost_points_at_the_post_and_can_be_repeated(ground: Ground) -> None:
    author, friend = ground.member(), ground.member()
    target = author.publish("Вартае распаўсюду")
    ground.settle()
    call = friend.call(friend.message("unused"))
    for _ in range(2):
        boost = friend.platform.boost(target, call.key, call.record_key, call.created_at)
    assert ground.boosts(author, target) == 1
    assert boost.url == target.url
    for _ in range(2):
        friend.platform.delete(boost)
    assert ground.boosts(author, target) == 0
    assert ground.seen(author, target) is not None


def test_a_boost_by_address_alone(ground: Ground) -> None:
    author, friend = ground.member(), ground.member()
    target = author.publish("Знойдзена па адрасе")
    ground.settle()
    call = friend.call(friend.message("unused"))
    unknown = Receipt(id="", url=target.url)
    if not ground.resolves_addresses:
        with pytest.raises(Refused, match="cannot find the post"):
            friend.platform.boost(unknown, call.key, call.record_key, call.created_at)
        return
    friend.platform.boost(unknown, call.key, call.record_key, call.created_at)
    assert ground.boosts(author, target) == 1


def test_taking_down_twice_is_done_twice(ground: Ground) -> None:
    member = ground.member()
    receipt = member.publish("Ненадоўга")
    member.platform.delete(receipt)
    member.platform.delete(receipt)
    assert ground.seen(member, receipt) is None


def test_the_same_call_twice_is_one_post(ground: Ground) -> None:
    member = ground.member()
    call = member.call(member.message("Толькі адзін раз"))
    first = member.platform.publish(call)
    if ground.same_key_is_one_post:
        assert member.platform.publish(call) == first
    else:  # X knows no key: it says that the text is a duplicate, and that is looked up
        with pytest.raises(Unknown, match="already has this text"):
            member.platform.publish(call)
        found = member.platform.find(call, an_hour_ago())
        assert found is not None
        assert found.id == first.id


def test_what_was_published_is_found(ground: Ground) -> None:
    member = ground.member()
    member.publish("Нешта іншае")
    call = member.call(member.message(TEXT + " & more <b>"))
    receipt = member.platform.publish(call)
    found = member.platform.find(call, an_hour_ago())
    assert found is not None
    assert found.id == receipt.id


def test_a_part_of_a_thread_is_found(ground: Ground) -> None:
    member = ground.member()
    first = member.publish("Пачатак ніткі")
    call = member.call(member.message("Працяг ніткі"), root=first, parent=first)
    receipt = member.platform.publish(call)
    found = member.platform.find(call, an_hour_ago())
    assert found is not None
    assert found.id == receipt.id


def test_what_belongs_to_another_delivery_is_not_taken_for_it(ground: Ground) -> None:
    """Two posts may say the same. A record key tells them apart by itself."""
    member = ground.member()
    call = member.call(member.message("Тое самае двойчы"))
    receipt = member.platform.publish(call)
    if ground.platform == "bluesky":
        assert member.platform.find(call, an_hour_ago(), {receipt.id}) is not None
    elif ground.absence_is_provable:
        assert member.platform.find(call, an_hour_ago(), {receipt.id}) is None
    else:
        with pytest.raises(Unknown):
            member.platform.find(call, an_hour_ago(), {receipt.id})


def test_a_boost_is_found_and_what_was_never_boosted_is_not(ground: Ground) -> None:
    author, friend = ground.member(), ground.member()
    target = author.publish("Ці распаўсюдзілі?")
    ground.settle()
    call = replace(friend.call(friend.message("")), target=target)

    def absent() -> None:
        if ground.absence_is_provable:
            assert friend.platform.find(call, an_hour_ago()) is None
        else:
            with pytest.raises(Unknown):
                friend.platform.find(call, an_hour_ago())

    absent()
    boost = friend.platform.boost(target, call.key, call.record_key, call.created_at)
    found = friend.platform.find(call, an_hour_ago())
    assert found is not None
    assert (found.id, found.url, found.extra) == (boost.id, boost.url, boost.extra)
    friend.platform.delete(found)
    absent()
    assert ground.seen(author, target) is not None


def test_each_platform_says_whether_it_keeps_keys_and_where_people_look(ground: Ground) -> None:
    member = ground.member()
    assert member.platform.keeps_keys() is ground.same_key_is_one_post
    name = member.connection.handle.partition("@")[0] if ground.platform == "mastodon" else member.connection.handle
    assert member.platform.page().startswith(member.connection.server or "")
    assert member.platform.page().endswith(name)


def test_what_was_never_sent_is_not_found(ground: Ground) -> None:
    member = ground.member()
    member.publish("Нешта іншае")
    call = member.call(member.message(TEXT))
    if ground.absence_is_provable:
        assert member.platform.find(call, an_hour_ago()) is None
    else:
        with pytest.raises(Unknown, match="does not promise"):
            member.platform.find(call, an_hour_ago())


def test_counts_come_for_many_posts_and_none_for_the_deleted(ground: Ground) -> None:
    member = ground.member()
    receipts = [member.publish(f"Лічба {number}") for number in range(3)]
    member.platform.delete(receipts[1])
    ground.settle()
    readings = member.platform.read([one.id for one in receipts])
    assert set(readings) == {one.id for one in receipts}
    assert readings[receipts[1].id] is None
    kept = readings[receipts[0].id]
    assert isinstance(kept, Engagement)
    assert kept.likes == 0
    assert kept.reposts == 0
    if ground.platform != "x":
        assert kept.views is None  # not said is not nought


def test_a_full_batch_is_read(ground: Ground) -> None:
    batch = registry.profile(ground.platform).batch
    member = ground.member()
    receipt = member.publish("Адзін з многіх")
    ground.settle()
    missing = {"x": "1{:018d}", "mastodon": "1{:017d}"}.get(
        ground.platform, receipt.id.rpartition("/")[0] + "/3kaaaaaaaa{:03d}".replace("{:03d}", "{}")
    )
    letters = "abcdefghijklmnopqrstuvwxyz"
    others = [
        missing.format(number if ground.platform != "bluesky" else f"2{letters[number // 26]}{letters[number % 26]}")
        for number in range(batch - 1)
    ]
    readings = member.platform.read([receipt.id, *others])
    assert len(readings) == batch
    assert readings[receipt.id] is not None
    assert all(readings[one] is None for one in others)


def test_a_text_that_is_too_long_is_refused(ground: Ground) -> None:
    member = ground.member()
    with pytest.raises(Refused) as caught:
        member.publish("слова " * 200)
    assert "слова слова" not in caught.value.why


def test_wrong_credentials_are_logged_out(ground: Ground) -> None:
    member = ground.member()
    wrong = {name: f"7-wrong{name}" for name in member.connection.secrets}
    with pytest.raises(LoggedOut) as caught:
        member.again(secrets=wrong, sessions=None).whoami()
    assert "wrong" not in caught.value.why


def test_a_server_that_is_down_is_tried_later(ground: Ground) -> None:
    member = ground.member()
    (port,) = free_ports(1)
    call = member.call(member.message("Ніхто не чуе"))
    away = member.again(server=f"http://127.0.0.1:{port}", sessions=None)
    with pytest.raises(TryLater):
        away.publish(call)
    for ask in (away.whoami, lambda: away.read(["1"]), lambda: away.find(call, an_hour_ago())):
        with pytest.raises(TryLater):
            ask()


def test_the_payload_is_what_a_preview_shows_without_uploads(ground: Ground) -> None:
    member = ground.member()
    pictures = (member.picture("a.png", "Сіні квадрат", (0, 0, 200)),)
    call = member.call(member.message(TEXT, pictures=pictures))
    shown = str(member.platform.payload(call))
    assert TEXT in shown
    assert not any(secret in shown for secret in member.connection.secrets.values())
    assert "a.png" in str(member.platform.payload(replace(call, prepared={})))


def test_limits_are_the_servers_own_or_unsaid(ground: Ground) -> None:
    limits = ground.member().platform.limits()
    assert limits.text == (500 if ground.platform == "mastodon" else None)


def test_a_facet_covers_exactly_its_stretch(bluesky: Ground) -> None:
    member = bluesky.member()
    text = "👋🏽 Ў é #Воля, https://example.org/ў @nobody.invalid і #канец"
    seen = bluesky.seen(member, member.publish(text))
    assert seen is not None
    assert seen.tags == ("Воля", "канец")
    assert seen.links == ("https://example.org/ў",)
    assert seen.mentions == ()  # nobody has that name: it stays text


def test_a_link_card_carries_our_own_words_and_picture(bluesky: Ground) -> None:
    member = bluesky.member()
    picture = member.picture("card.png", "Ліст", (10, 120, 60))
    seen = bluesky.seen(member, member.publish("Падпішыце", card=card("https://example.org/petition", picture)))
    assert seen is not None
    assert seen.card is not None
    assert seen.card["uri"] == "https://example.org/petition"
    assert seen.card["title"] == "Падпішыце зварот"
    assert seen.card["thumb"]["size"] == len(member.pictures["card.png"])


def test_a_session_is_kept_and_used_again(bluesky: Ground) -> None:
    member = bluesky.member()
    member.platform.whoami()
    (kept,) = member.connection.sessions.glob("*.session")
    assert kept.stat().st_mode & 0o077 == 0
    # Without its password the next adapter can only live from the kept session.
    assert member.again(secrets={"app_password": "no-longer-right"}).whoami() == member.platform.whoami()


def test_a_worn_out_session_is_replaced(bluesky: Ground) -> None:
    member = bluesky.member()
    member.platform.whoami()
    (kept,) = member.connection.sessions.glob("*.session")
    kept.write_text(kept.read_text().replace(":::ey", ":::eyXX"))
    assert member.again().whoami() == member.platform.whoami()


def test_content_warning_and_visibility_arrive(mastodon: Ground) -> None:
    member = mastodon.member()
    receipt = member.publish("Пра турму", content_warning="Гвалт", visibility="unlisted")
    seen = mastodon.seen(member, receipt)
    assert seen is not None
    assert seen.content_warning == "Гвалт"
    assert seen.visibility == "unlisted"


def test_a_language_with_a_variant_becomes_iso_639(mastodon: Ground) -> None:
    member = mastodon.member()
    seen = mastodon.seen(member, member.publish("Клясычным правапісам", lang="be-tarask"))
    assert seen is not None
    assert seen.langs == ("be",)
