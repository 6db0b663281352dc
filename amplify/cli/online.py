"""What platforms reported, for `check`, `status` and `preview`: asked now, or saved with its age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amplify.cli import output
from amplify.cli.output import print_error, progress_bar
from amplify.model.server_info import NOTHING_KNOWN, ServerInfo

if TYPE_CHECKING:
    from amplify.ledger.database import Ledger
    from amplify.planning.server_lookup import LookupResult


def remembered_info(ledger: Ledger | None) -> ServerInfo:
    """The server info saved in the ledger; empty where there is no ledger, as in a pull request."""
    from amplify.ledger.queries.saved_server_info import load_server_info

    if ledger is None:
        return NOTHING_KNOWN
    with ledger.read() as connection:
        return load_server_info(connection)


def ask_platforms(root: Path, quiet: bool) -> LookupResult:
    """Ask every platform we have an account on, with a progress bar."""
    from amplify.cli.open_context import open_context
    from amplify.context.app_context import UnreadableFiles
    from amplify.model.errors import WrongUse
    from amplify.planning.server_lookup import LookupResult, ask_servers

    app = open_context(root)
    try:
        if not app.whole_workspace().accounts:
            raise WrongUse(
                "nobody has said who we are, so nobody can ask: copy config/accounts.example.yaml to "
                "config/accounts.yaml first"
            )
        with progress_bar("asking the platforms", quiet=quiet) as told:
            return ask_servers(app, told)
    except UnreadableFiles:
        return LookupResult(app.server_info(), {"the workspace": "its files have errors: mend them, then ask again"})
    finally:
        app.close()


def show_known(known: ServerInfo, asked: LookupResult | None) -> None:
    """Print the server info: after `check --online` a table of our accounts; without it, a line about how old the
    answers are.
    """
    if asked is None:
        ages = [said.at for said in known.limits.values()] + [said.at for said in known.handles.values()]
        if ages:
            output.console().print(
                f"{output.plural(len(known.limits), 'server')} and "
                f"{output.plural(len(known.handles), 'handle')} as last asked, "
                f"the oldest {time_ago(min(ages))}: `amplify check --online` asks again",
                style="dim",
            )
        return
    if known.limits:
        output.console().print(_table(known))
    found = sum(said.id is not None for said in known.handles.values())
    missing = len(known.handles) - found
    output.console().print(
        f"{output.plural(found, 'handle')} found, {missing} unknown" if known.handles else "no handle was asked"
    )


def complain_of_silence(asked: LookupResult) -> None:
    """Print who could not be asked, and why, on standard error."""
    for account, why in asked.failed.items():
        print_error(why if account in why else f"{account} could not be asked: {why}")
    reasons: dict[str, list[str]] = {}
    for handle, why in asked.unasked.items():
        reasons.setdefault(why, []).append(handle)
    for why, handles in reasons.items():
        print_error(f"{output.plural(len(handles), 'handle')} not asked ({', '.join(handles[:5])}): {why}")


def known_as_json(known: ServerInfo, asked: LookupResult | None) -> dict[str, Any]:
    """The server info as JSON values: instants in UTC, lengths as the platform counts them, sizes in bytes."""
    accounts = {
        name: {**_limits(known, name), "speaks_for": said.whoami.handle if said else None}
        for name in sorted({*known.limits, *known.whoami})
        for said in (known.whoami.get(name),)
    }
    handles = [
        {"platform": platform, "handle": handle, "id": said.id, "asked": said.at.isoformat()}
        for (platform, handle), said in sorted(known.handles.items())
    ]
    failed = {"failed": asked.failed, "not_asked": asked.unasked} if asked is not None else {}
    return {"accounts": accounts, "handles": handles, **failed}


def limits_as_json(known: ServerInfo) -> dict[str, Any]:
    """Account → the limits of its server, and when it reported them."""
    return {account: _limits(known, account) for account in known.limits}


def limit_lines(known: ServerInfo) -> list[str]:
    """A line for every account whose server reports limits."""
    return [
        f"{account}: texts up to {said.limits.text}, asked {time_ago(said.at)}"
        for account, said in known.limits.items()
        if said.limits.text is not None
    ]


def time_ago(at: datetime, now: datetime | None = None) -> str:
    """An age in real time: `3 days ago`."""
    age = max((now or datetime.now(UTC)) - at, timedelta())
    for size, noun in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if age >= size:
            return f"{output.plural(age // size, noun)} ago"
    return "just now"


def _limits(known: ServerInfo, account: str) -> dict[str, Any]:
    said = known.limits.get(account)
    if said is None:
        return {}
    limits = said.limits
    return {
        "text": limits.text,
        "pictures": limits.pictures,
        "picture_bytes": limits.picture_bytes,
        "alt": limits.alt,
        "asked": said.at.isoformat(),
    }


def _table(known: ServerInfo) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("account", "speaks for"):
        table.add_column(title, overflow="fold")
    for title in ("text", "pictures", "megabytes each", "alt text"):
        table.add_column(title, justify="right")
    table.add_column("asked")
    for account, said in known.limits.items():
        who = known.whoami.get(account)
        limits = said.limits
        size = f"{limits.picture_bytes / 1_000_000:.1f}" if limits.picture_bytes is not None else "usual"
        numbers = ["usual" if one is None else str(one) for one in (limits.text, limits.pictures, limits.alt)]
        table.add_row(account, who.whoami.handle if who else "", *numbers[:2], size, numbers[2], time_ago(said.at))
    return table
