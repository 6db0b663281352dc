"""Check of what was made before and lies on disk: pages and pictures that speak of somebody of whom nothing may be said
now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amplify.ledger.holds.stops import Stop, in_force
from amplify.operations.doctor.finding import CheckResult, CheckTarget, check_warn
from amplify.planning.eligibility import EligibilityChecker
from amplify.planning.page_record import (
    BuiltPage,
    names_stopped,
    picture_words,
    pictures_naming,
    recorded_pages,
    rendered_pictures,
)
from amplify.rules.plan.subjects import picture_subjects


def check_made_before(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check pages and pictures on this machine against the stops and gates of today."""
    if patient.app is None or patient.workspace is None:
        return
    care = EligibilityChecker(patient.workspace, patient.app.clock.now(), patient.app.ledger)
    with patient.app.ledger.read() as connection:
        stops = in_force(connection)
    for page in recorded_pages(patient.app):
        if page.lies_here and (why := _why_not(care, stops, page)) is not None:
            yield check_warn("made before", f"{page.path} is not to be passed on: {why}", f"`{page.again}`")
    stopped = {file: one for one in stops for file in pictures_naming(patient.workspace, one)}
    for picture in rendered_pictures(patient.workspace):
        spoken = picture_subjects([picture.file], patient.workspace)
        consents = [f"consent:{person}/portrait" for person in picture.note.shows]
        why = stopped[picture.file].sentence if picture.file in stopped else care.closed([*spoken, *consents])
        if why is None and not care.names_nobody_held(*picture_words(picture)):
            why = "it names somebody of whom nothing may be said now"
        if why is not None:
            how = "delete it; `amplify banner render` paints it anew once it may be shown"
            yield check_warn("made before", f"media/{picture.file} is not to be passed on: {why}", how)


def _why_not(care: EligibilityChecker, stops: Sequence[Stop], page: BuiltPage) -> str | None:
    stop = next((one for one in stops if names_stopped(page, one)), None)
    return stop.sentence if stop is not None else care.closed(page.subjects)
