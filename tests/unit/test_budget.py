"""What is planned against a month's money."""

from __future__ import annotations

from workshop import PROFILES, Workshop, codes

from amplify.model.problem import Severity
from amplify.rules.plan.budget import planned_budgets

HOURLY = ("Першы ліст", "Другая гісторыя пра суд", "Трэцяя: як дапамагчы сям'і")


def busy(**budget: float) -> Workshop:
    """Three posts in May and one in June, each of them on X and on Mastodon."""
    shop = Workshop().account("press_union/x").account("press_union/mastodon").settings(budget=budget, horizon_days=60)
    for number, text in enumerate((*HOURLY, "Чэрвень прыйшоў")):
        day = "2027-06-02" if number == 3 else f"2027-05-{18 + number}"
        shop.post(f"p{number}", text).queue(
            f"e{number}", f"p{number}", at=f"{day}T09:00:00Z", platforms=["x", "mastodon"]
        )
    return shop


def test_a_month_that_costs_more_than_its_money_is_a_warning() -> None:
    (found,) = [one for one in busy(x=0.04).plan(days=30).findings if one.problem.code == "X-BUDGET"]
    assert found.problem.severity is Severity.WARNING
    assert found.problem.place.path == "config/workspace.yaml"
    assert "2027-05 on X costs $0.045, and its budget is $0.040" in found.problem.message
    assert found.accounts == ("press_union/x",)


def test_enough_money_or_none_set_is_silent() -> None:
    for shop in (busy(x=0.05), busy(), busy(mastodon=0)):
        assert "X-BUDGET" not in codes(shop.plan(days=30).findings)


def test_what_was_spent_counts_in_its_month_alone() -> None:
    made = busy().plan(days=30)
    may, june = planned_budgets(made.deliveries, PROFILES, {"x": 50_000}, {"x": {"posts": 20_000}}, made.start)
    assert (may.month, may.waiting, may.left, may.short) == ("2027-05", 45_000, 30_000, 15_000)
    assert (june.month, june.waiting, june.left, june.short) == ("2027-06", 15_000, 50_000, 0)


def test_money_is_read_exactly() -> None:
    from decimal import Decimal

    assert busy(x=49.99).workspace().settings.budget == {"x": Decimal("49.99")}
