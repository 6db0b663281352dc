"""What the files make weaker counts once somebody here has accepted it; until then the stronger former value holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from sqlalchemy import delete, update
from workshop import MONDAY, Workshop

from amplify.decisions.accept_changes import ProtectionChange, accept_change, find_changes, list_changes, refuse_change
from amplify.decisions.approve import approve_reviews, to_review
from amplify.engine.publish import run_pass
from amplify.ledger.decision_tables import PROTECTION
from amplify.ledger.queries.audit_log import list_events
from amplify.ledger.queries.decision_audit import find_forged_decisions
from amplify.model.errors import NeedsPerson
from amplify.model.local_settings import LocalSettings
from engine.fake import FakeDesk, World

DUE = MONDAY + timedelta(days=2, hours=9)
HOUR = timedelta(hours=1)
CONSENT = {"given_by": "family", "channel": "letter", "given": "2027-01-02", "review": "2029-01-01"}
ALL = ["name", "portrait", "health", "family"]
QUIET = {"start": "2027-05-16T00:00:00Z", "end": "2027-05-30T00:00:00Z", "owner": "Desk", "reason": "A mourning"}
Edit = Callable[[Workshop], object]


def house() -> Workshop:
    """Ours and a friend's: one post that speaks of Anna, of a fact and of a call."""
    shop = Workshop().partner("friends").fact("count", value=7, expires="2027-05-16").fact("sound")
    shop.action("petition").post("hello", "Write to Anna", cta="petition")
    return shop.queue("hello", "hello", at=DUE.isoformat(), platforms=["x"], partners=["press_union"])


class LocalDesk(FakeDesk):
    """A desk whose local file says something."""

    local = LocalSettings(approvals=0)

    def files(self) -> object:  # type: ignore[override]
        from dataclasses import replace

        return replace(super().files(), local=self.local)


@pytest.fixture
def app(ledger: WoundLedger, world: World) -> LocalDesk:
    return LocalDesk(ledger, world, MONDAY, house())


def shop_of(app: FakeDesk) -> Workshop:
    assert app.shop is not None
    return app.shop


def pushed(app: FakeDesk, *edits: Edit) -> None:
    for edit in edits:
        edit(shop_of(app))
    app.edited()
    app.time.set(app.time.now() + HOUR)
    run_pass(app)


def said(app: FakeDesk, world: World) -> int:
    """How many posts go out when they are due."""
    app.time.set(DUE)
    run_pass(app)
    return len(world.accepted)


def consent(**fields: object) -> Edit:
    return lambda shop: shop.person("anna", consent=CONSENT | {"scope": ALL} | fields)


WEAKER: dict[str, tuple[Edit, Edit, str]] = {
    "approvals": (
        lambda shop: shop.campaign("free_anna", approvals=1),
        lambda shop: shop.campaign("free_anna", approvals=0),
        "campaign:free_anna",
    ),
    "consent to the name": (
        lambda shop: shop.person("anna", consent=CONSENT | {"scope": ["health"]}),
        consent(),
        "person:anna",
    ),
    "consent to a language": (consent(languages=["be"]), consent(languages=["be", "en"]), "person:anna"),
    "consent to all languages": (consent(languages=["be"]), consent(), "person:anna"),
    "consent that was withdrawn": (consent(withdrawn="2027-05-16"), consent(), "person:anna"),
    "quiet": (
        lambda shop: shop.campaign("free_anna", quiet=[QUIET]),
        lambda shop: shop.campaign("free_anna", quiet=[]),
        "campaign:free_anna",
    ),
    "a shorter quiet": (
        lambda shop: shop.campaign("free_anna", quiet=[QUIET]),
        lambda shop: shop.campaign("free_anna", quiet=[QUIET | {"end": "2027-05-18T00:00:00Z"}]),
        "campaign:free_anna",
    ),
    "wider quiet": (lambda shop: shop.settings(quiet=[QUIET]), lambda shop: shop.settings(quiet=[]), "workspace:"),
    "quiet of a language": (
        lambda shop: shop.settings(quiet=[QUIET | {"languages": ["en"]}]),
        lambda shop: shop.settings(quiet=[QUIET | {"languages": ["be"]}]),
        "workspace:",
    ),
    "quiet of a partner": (
        lambda shop: shop.settings(quiet=[QUIET | {"partners": ["press_union"]}]),
        lambda shop: shop.settings(quiet=[QUIET | {"partners": ["friends"]}]),
        "workspace:",
    ),
    "paused": (
        lambda shop: shop.campaign("free_anna", status="paused"),
        lambda shop: shop.campaign("free_anna", status="active"),
        "campaign:free_anna",
    ),
    "ended": (
        lambda shop: shop.campaign("free_anna", status="ended"),
        lambda shop: shop.campaign("free_anna", status="active"),
        "campaign:free_anna",
    ),
    "over": (
        lambda shop: shop.campaign("free_anna", ends="2027-05-16"),
        lambda shop: shop.campaign("free_anna", ends="2027-06-30"),
        "campaign:free_anna",
    ),
    "a fact that expired": (
        lambda shop: shop.post("hello", "Write to Anna and {{ fact.count }}"),
        lambda shop: shop.fact("count", expires="2028-01-01"),
        "fact:count",
    ),
    "a fact that was replaced": (
        lambda shop: shop.post("hello", "Write to Anna and {{ fact.sound }}").fact("newer", supersedes="sound"),
        lambda shop: shop.without("facts", "newer"),
        "fact:sound",
    ),
    "a call that was closed": (
        lambda shop: shop.action("petition", closes="2027-05-16T00:00:00Z"),
        lambda shop: shop.action("petition", closes="2027-06-16T00:00:00Z"),
        "action:petition",
    ),
    "a consent of the post's own": (
        consent(languages=["be"]),
        lambda shop: shop.post("hello", "Write to Anna", cta="petition", consent="letter 7"),
        "post:hello",
    ),
    "a designated domain": (
        lambda shop: shop.campaign("free_anna", in_country_languages=["en"]).settings(
            designated=[{"domain": "example.org", "designated_in": ["XZ"]}]
        ),
        lambda shop: shop.settings(designated=[]),
        "workspace:",
    ),
    "a designated hashtag": (
        lambda shop: (
            shop.campaign("free_anna", in_country_languages=["en"])
            .settings(designated=[{"hashtag": "Radio", "designated_in": ["XZ"]}])
            .post("hello", "Write to Anna #Radio")
        ),
        lambda shop: shop.settings(designated=[]),
        "workspace:",
    ),
    "a designated partner": (
        lambda shop: (
            shop.campaign("free_anna", in_country_languages=["en"], links=["example.org", "radio-news.example"])
            .partner("radio", website="https://radio-news.example", designated_in=["XZ"], publishes=False)
            .post("hello", "Write to Anna: https://radio-news.example/anna")
        ),
        lambda shop: shop.without("partners", "radio"),
        "partner:radio",
    ),
    "a designated partner's address": (
        lambda shop: (
            shop.campaign("free_anna", in_country_languages=["en"], links=["example.org", "radio-news.example"])
            .partner("radio", website="https://radio-news.example", designated_in=["XZ"], publishes=False)
            .post("hello", "Write to Anna: https://radio-news.example/anna")
        ),
        lambda shop: shop.partner("radio", website=None),
        "partner:radio",
    ),
    "readers at risk": (
        lambda shop: shop.campaign("free_anna", in_country_languages=["en"]).settings(
            designated=[{"domain": "example.org", "designated_in": ["XZ"]}]
        ),
        lambda shop: shop.campaign("free_anna", in_country_languages=[]),
        "campaign:free_anna",
    ),
}


@pytest.mark.parametrize(("strong", "weak", "id"), WEAKER.values(), ids=WEAKER)
def test_what_was_stronger_holds_until_somebody_accepts(
    app: LocalDesk, world: World, strong: Edit, weak: Edit, id: str
) -> None:
    run_pass(app)
    pushed(app, strong)
    assert list_changes(app) == []
    pushed(app, weak)
    pushed(app, lambda shop: shop.post("other", "Something else"))
    (change,) = list_changes(app)
    assert (change.id, change.needed) == (id, 1)
    assert any(line.startswith("- ") for line in change.lines)
    assert any(line.startswith("+ ") for line in change.lines)
    before = len(world.accepted)
    app.time.set(DUE)
    run_pass(app)
    assert len(world.accepted) == before
    accept_change(app, change, "vera")
    assert said(app, world) == 1
    assert list_changes(app) == []
    with app.ledger.read() as connection:
        assert find_forged_decisions(connection) == []
        (deed,) = list_events(connection, act="accept change")
    assert (deed["actor"], deed["subject"]) == ("vera", id)


@pytest.mark.parametrize(("strong", "weak", "id"), WEAKER.values(), ids=WEAKER)
def test_where_nobody_else_can_write_the_files_they_count(
    app: LocalDesk, world: World, strong: Edit, weak: Edit, id: str
) -> None:
    if "radio" in id or weak is WEAKER["quiet of a partner"][1]:
        return  # there are others
    shop_of(app).without("partners", "friends")
    pushed(app, strong)
    pushed(app, weak)
    assert list_changes(app) == []


@pytest.mark.parametrize("weak", [one[1] for one in WEAKER.values()], ids=WEAKER)
def test_who_else_is_there_is_not_decided_by_a_push(app: LocalDesk, world: World, weak: Edit) -> None:
    """Taking the partners out of the handle book does not make the files ours alone."""
    run_pass(app)
    strong = next(one[0] for one in WEAKER.values() if one[1] is weak)
    pushed(app, strong)
    pushed(app, lambda shop: shop.without("partners", "friends"))
    if weak is not WEAKER["quiet of a partner"][1]:
        pushed(app, weak)
    assert list_changes(app)
    assert said(app, world) == 0


def test_taken_out_and_put_back_is_compared_with_what_was(app: LocalDesk, world: World) -> None:
    pushed(app, lambda shop: shop.campaign("free_anna", approvals=2))
    pushed(app, lambda shop: shop.without("campaigns", "free_anna").without("queue", "hello").without("posts", "hello"),
           lambda shop: shop.without("actions", "petition"))  # fmt: skip
    pushed(app, lambda shop: shop.campaign("free_anna").action("petition").post("hello", "Write to Anna"),
           lambda shop: shop.queue("hello", "hello", at=DUE.isoformat(), platforms=["x"]))  # fmt: skip
    assert [one.id for one in list_changes(app)] == ["campaign:free_anna"]
    assert said(app, world) == 0


def test_it_voids_what_was_approved(app: LocalDesk, world: World) -> None:
    pushed(app, lambda shop: shop.campaign("free_anna", approvals=1), consent(languages=["en"]))
    approve_reviews(app, to_review(app), "vera")
    assert to_review(app) == []
    pushed(app, consent(languages=["en", "be"]))
    (waiting,) = to_review(app)
    assert "nobody has approved it" in (waiting.lacking or "")
    assert said(app, world) == 0


def test_what_is_stronger_counts_at_once_and_asks_nobody(app: LocalDesk, world: World) -> None:
    run_pass(app)
    pushed(app, *(one[0] for name, one in WEAKER.items() if name not in ("a fact that expired",)))
    assert list_changes(app) == []
    assert said(app, world) == 0


@pytest.mark.parametrize(
    "edit",
    [
        lambda shop: shop.fact("count", expires="2028-01-01", as_of="2027-05-15", value=9),
        lambda shop: shop.fact("sound", expires="2029-06-01"),
        lambda shop: shop.action("petition", closes="2027-07-01T00:00:00Z"),
        lambda shop: shop.campaign("free_anna", ends="2027-07-01"),
        lambda shop: shop.campaign("free_anna", quiet=[QUIET | {"end": "2027-05-16T12:00:00Z"}]).campaign(
            "free_anna", quiet=[]
        ),
        lambda shop: shop.person("anna", reviewed="2027-05-16"),
        lambda shop: shop.partner("newcomer"),
    ],
)
def test_everyday_changes_ask_nobody(app: LocalDesk, edit: Edit) -> None:
    run_pass(app)
    pushed(app, edit)
    pushed(app, lambda shop: shop.action("petition", closes="2027-08-01T00:00:00Z"))
    assert list_changes(app) == []


def refused(app: FakeDesk) -> ProtectionChange:
    (change,) = list_changes(app)
    refuse_change(app, change, "vera", "the family did not say so")
    return change


def test_a_refusal_holds_until_the_files_say_something_else(app: LocalDesk, world: World) -> None:
    pushed(app, consent(withdrawn="2027-05-16"))
    pushed(app, consent())
    refused(app)
    pushed(app, lambda shop: shop.post("other", "Something else"))
    assert list_changes(app) == []
    assert [one.rejected_by for one in list_changes(app, rejected=True)] == ["vera"]
    pushed(app, consent(languages=["en"]))
    assert [one.rejected_by for one in list_changes(app)] == [None]
    assert said(app, world) == 0


def test_only_what_was_shown_is_accepted(app: LocalDesk) -> None:
    pushed(app, consent(withdrawn="2027-05-16", languages=["be"]))
    pushed(app, consent(languages=["be"]))
    (shown,) = list_changes(app)
    assert find_changes([shown], f"{shown.id}@{shown.seen[:16]}") == shown
    pushed(app, consent(languages=["be", "en"]))
    with pytest.raises(NeedsPerson, match="look again"):
        accept_change(app, shown, "vera")
    with pytest.raises(NeedsPerson, match="look at it again"):
        find_changes(list_changes(app), f"{shown.id}@{shown.seen[:16]}")


def test_a_state_that_the_files_lift_is_a_card_for_two(app: LocalDesk, world: World) -> None:
    pushed(app, lambda shop: shop.person("anna", state="died"))
    pushed(app, lambda shop: shop.person("anna", state="detained"))
    (change,) = list_changes(app)
    assert (change.id, change.needed) == ("stop:anna", 2)
    assert not accept_change(app, change, "vera")
    (change,) = list_changes(app)
    assert change.accepted_by == ("vera",)
    with pytest.raises(NeedsPerson):
        accept_change(app, change, "V\u0435ra")
    assert accept_change(app, change, "max")
    assert said(app, world) == 1


class TestOurCampaigns:
    """Which campaigns are ours is not decided by files that others can push."""

    def newcomer(self, app: FakeDesk) -> None:
        pushed(
            app,
            lambda shop: shop.campaign("new", owner="press_union", people=[]).post("new", "New words", campaign="new"),
            lambda shop: shop.queue("new", "new", at=DUE.isoformat(), platforms=["bluesky"]),
        )

    def test_a_new_one_of_mine_waits(self, app: LocalDesk, world: World) -> None:
        run_pass(app)
        self.newcomer(app)
        assert [one.id for one in list_changes(app)] == ["campaign:new"]
        assert [one.row.post for one in to_review(app)] == ["new"]
        assert said(app, world) == 1
        accept_change(app, list_changes(app)[0], "vera")
        assert said(app, world) == 2

    def test_the_local_file_says_which(self, app: LocalDesk, world: World) -> None:
        app.local = LocalSettings(campaigns=("new",), approvals=0)
        run_pass(app)
        self.newcomer(app)
        assert list_changes(app) == []
        assert [(one.row.post, one.why) for one in to_review(app)] == [
            ("hello", "nobody here has said that the campaign free_anna is ours")
        ]
        assert said(app, world) == 1

    @pytest.mark.parametrize("owner", ["press_union", "friends"])
    def test_its_owner_is_of_no_matter_then(self, app: LocalDesk, owner: str) -> None:
        app.local = LocalSettings(campaigns=("free_anna",), approvals=0)
        shop_of(app).campaign("free_anna", owner=owner)
        run_pass(app)
        assert to_review(app) == []
        app.local = LocalSettings(campaigns=(), approvals=0)
        pushed(app, lambda shop: shop.campaign("free_anna", owner="press_union"))
        assert [one.row.post for one in to_review(app)] == ["hello"]

    def test_a_campaign_that_becomes_mine(self, app: LocalDesk, world: World) -> None:
        shop_of(app).campaign("free_anna", owner="friends")
        run_pass(app)
        pushed(app, lambda shop: shop.campaign("free_anna", owner="press_union"))
        assert [one.id for one in list_changes(app)] == ["campaign:free_anna"]
        assert said(app, world) == 0

    def test_without_a_number_one_reads_what_others_can_change(self, app: LocalDesk, world: World) -> None:
        app.local = LocalSettings(campaigns=("free_anna",))
        run_pass(app)
        (waiting,) = to_review(app)
        assert (waiting.needed, waiting.why) == (1, "others can change these files")
        approve_reviews(app, [waiting], "vera")
        pushed(app, lambda shop: shop.post("hello", "Write to Anna, she said"))
        assert said(app, world) == 0
        approve_reviews(app, to_review(app), "vera")
        assert said(app, world) == 1

    @pytest.mark.parametrize("remote", [False, True])
    def test_alone_nobody_is_asked_until_there_is_a_remote(
        self, ledger: WoundLedger, world: World, tmp_path: Path, remote: bool
    ) -> None:
        shop = Workshop(tmp_path).post("hello", "Write to Anna")
        shop.queue("hello", "hello", at=DUE.isoformat(), platforms=["x"])
        shop.local = LocalSettings()
        app = FakeDesk(ledger, world, MONDAY, shop)
        run_pass(app)
        assert to_review(app) == []
        if remote:
            (tmp_path / ".git").mkdir()
            (tmp_path / ".git/config").write_text('[remote "origin"]\n\turl = https://git.example.org/a.git\n')
            app.edited()
        assert said(app, world) == int(not remote)
        assert len(to_review(app)) == int(remote)

    def test_who_takes_the_others_out_of_the_book_changes_nothing(self, app: LocalDesk, world: World) -> None:
        app.local = LocalSettings(campaigns=("free_anna",))
        run_pass(app)
        pushed(app, lambda shop: shop.without("partners", "friends"))
        assert said(app, world) == 0

    @pytest.mark.parametrize("least", [1, 2])
    def test_the_least_number_of_approvals(self, app: LocalDesk, world: World, least: int) -> None:
        app.local = LocalSettings(campaigns=("free_anna",), approvals=least)
        run_pass(app)
        (waiting,) = to_review(app)
        assert (waiting.needed, waiting.why) == (least, f"config/accounts.yaml asks for {least}")
        for who in ("vera", "max")[:least]:
            assert said(app, world) == 0
            approve_reviews(app, to_review(app), who)
        assert said(app, world) == 1


def test_a_git_remote_means_that_others_can_write(app: LocalDesk, tmp_path: Path) -> None:
    from amplify.workspace.git_remote import has_git_remote

    inside = tmp_path / "campaigns" / "ours"
    inside.mkdir(parents=True)
    assert not has_git_remote(inside)
    config = tmp_path / "campaigns" / ".git" / "config"
    config.parent.mkdir()
    config.write_text("[core]\n\tbare = false\n")
    assert not has_git_remote(inside)
    config.write_text('[core]\n\tbare = false\n[remote "origin"]\n\turl = https://git.example.org/a.git\n')
    assert has_git_remote(inside)


def test_protections_that_were_touched_are_named(app: LocalDesk) -> None:
    pushed(app, consent(withdrawn="2027-05-16"))
    pushed(app, consent())
    accept_change(app, list_changes(app)[0], "vera")

    def forged() -> list[str]:
        with app.ledger.read() as connection:
            return find_forged_decisions(connection)

    assert forged() == []
    with app.ledger.write() as connection:
        connection.execute(update(PROTECTION).where(PROTECTION.c.kind == "campaign").values(deed=77))
    assert forged() == ["what protects campaign:free_anna was made weaker: no entry of the history tells of it"]
    with app.ledger.write() as connection:
        connection.execute(update(PROTECTION).where(PROTECTION.c.kind == "campaign").values(deed=None))
        connection.execute(delete(PROTECTION).where(PROTECTION.c.subject == "anna"))
    assert forged() == ["what protects person:anna was taken out or put back since deed 1"]
    assert rows.states(app.ledger)


def test_a_consent_of_its_own_covers_those_whom_it_was_accepted_for(app: LocalDesk, world: World) -> None:
    both = CONSENT | {"scope": ALL, "languages": ["be"]}
    shop_of(app).person("anna", consent=both).person("bella", aliases=["Bella"], consent=both)
    run_pass(app)
    pushed(app, lambda shop: shop.post("hello", consent="letter 7"))
    accept_change(app, list_changes(app)[0], "vera")
    pushed(app, lambda shop: shop.post("hello", "Write to Anna and Bella"))
    (change,) = list_changes(app)
    assert change.id == "post:hello"
    assert change.lines[-1] == "+ own consent: anna (letter 7); bella (letter 7)"
    assert said(app, world) == 0
    accept_change(app, change, "vera")
    assert said(app, world) == 1
