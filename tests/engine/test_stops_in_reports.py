"""A report tells which stops are in force; of a person's, only that there is one."""

from __future__ import annotations

from datetime import timedelta

from ledger import rows
from ledger.rows import NOW, planned

from amplify.decisions.stop import stop_subject
from amplify.ledger.holds.stops import StopRequest
from amplify.report.report import collect_deliveries
from amplify.report.report_json import as_json
from amplify.report.unnamed import UNTOLD
from engine.fake import FakeDesk
from engine.passes import go


def test_what_is_stopped(app: FakeDesk) -> None:
    mine, other = planned("mine", "a/x", due=NOW + timedelta(hours=1)), planned("other", "b/mastodon")
    rows.queue(app.ledger, mine, other)
    stop_subject(app, StopRequest("platform", "x", "a leaked key", "vera"))
    stop_subject(app, StopRequest("all", "", "we do not know yet", "vera"))
    with app.ledger.read() as connection:
        found = collect_deliveries(connection, start=None, end=None, now=NOW)
    assert [(one.kind, one.subject, one.why, one.waiting) for one in found.closed] == [
        ("stop of platform", "x", "a leaked key", 1),
        ("stop of all", "everything", "we do not know yet", 2),
    ]


def test_a_persons_stop_is_never_told(app: FakeDesk) -> None:
    """Neither who, nor why: also where only the name in the text made the stop find it."""
    about = planned("about", "a/x", texts=["Free Anna Petrova"])
    rows.queue(app.ledger, about)
    stop_subject(app, StopRequest("person", "anna", "she was freed at dawn", "vera", ("Anna Petrova",)))
    go(app)
    go(app, now=about.late)
    with app.ledger.read() as connection:
        found = collect_deliveries(connection, start=None, end=None, now=about.late)
    (line,) = found.deliveries
    assert (line.state, line.why) == ("missed", UNTOLD)
    assert [(one.kind, one.subject, one.why) for one in found.closed] == [("person", None, None)]
    assert "freed" not in str(as_json(found))
