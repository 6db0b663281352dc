"""A town of partners on the stage whose queue is full: plain posts, threads, pictures and boosts everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crash.child import finish, start
from engine.files import PLATFORMS, Files, handle, variables
from ledger import rows

from amplify.ledger.database import Ledger, set_meta
from amplify.ledger.rows.plan_changes import diff_plan, write_changes
from amplify.model.clock import Timestamp
from amplify.model.message import Attachment, Part
from amplify.model.plan import Planned
from amplify.planning.last_queue import note_key, queued_mark
from amplify.platforms import registry
from amplify.stage.process import Stage
from amplify.workspace.fingerprint import files_fingerprint

LATENESS = timedelta(hours=20)
PICTURE = "open/window.png"
SHORT_LEASES = {
    "AMPLIFY_TIMEOUT": "2s",
    "AMPLIFY_LEASE": "3s",
    "AMPLIFY_BACKOFF": "1s",
    "AMPLIFY_PAUSE": "1s",
}
"""So that what the dead held is soon taken up again."""


class Town:
    """`partners` with an account on each platform, and `deliveries` that are all due."""

    def __init__(
        self,
        root: Path,
        stage: Stage,
        database: str,
        partners: int,
        deliveries: int,
        timings: Mapping[str, str] = SHORT_LEASES,
    ) -> None:
        """`timings`: settings of all processes; empty for the default ones."""
        self.root, self.stage, self.database = root, stage, database
        self.partners = [f"p{number}" for number in range(partners)]
        self._said = iter(range(10**6))
        self.environment = {
            **timings,
            "AMPLIFY_DATABASE_URL": database,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "AMPLIFY_CREDENTIALS": str(root / "no-credentials.yaml"),
        }
        self._write_files()
        self.amplify("check", "--online")  # what servers take; learned later, it would be news, and planned anew
        code, words = self.amplify("queue")  # accounts and gates; rows of no files, which each start would read
        assert code == 0, words
        self.deliveries = list(self._plan(deliveries))
        ledger = Ledger.open(database)
        now = datetime.now(UTC)
        with ledger.write() as connection:
            changes = diff_plan(connection, self.deliveries, now, now + LATENESS)
            write_changes(connection, self.deliveries, changes, Timestamp(now, ledger.real_now(connection)))
            self.keys = {
                (part.delivery, part.number): (part.key, part.record_key)
                for part in connection.execute(rows.select(rows.PART))
            }
            """The keys of every part, as they were before anything was sent."""
        ledger.close()

    def amplify(self, *words: str) -> tuple[int, str]:
        """Run a command in a process of its own; its exit code and what it said."""
        out = self.new_page()
        code = finish(start([*words, "-w", str(self.root)], self.environment, out), seconds=300)
        return code, out.read_text("utf-8")

    def new_page(self) -> Path:
        """Where the next process writes what it says."""
        folder = self.root / "said"
        folder.mkdir(exist_ok=True)
        return folder / f"{next(self._said)}.txt"

    def note_queued(self) -> None:
        """The ledger's rows are what is wanted today, too: midnight must not have them taken off."""
        ledger = Ledger.open(self.database)
        with ledger.write() as connection:
            set_meta(connection, note_key(self.root), queued_mark(files_fingerprint(self.root), datetime.now(UTC)))
        ledger.close()

    def _write_files(self) -> None:
        files = Files(self.root, *self.partners, id="town")
        files.picture(PICTURE)
        accounts = []
        for partner in self.partners:
            for platform in PLATFORMS:
                secrets = self.stage.control.account(platform, handle(partner, platform), partner)
                self.environment |= variables(partner, platform, secrets)
                accounts.append(
                    {
                        "partner": partner,
                        "platform": platform,
                        "credential": f"{partner}_{platform}",
                        "caps": {"per_day": 50, "gap": "0s"},
                        "server": self.stage.url,
                    }
                )
        files.write("config/accounts.yaml", {"partner": self.partners[0], "approvals": 0, "accounts": accounts})

    def _plan(self, deliveries: int) -> Iterator[Planned]:
        accounts = [(partner, platform) for partner in self.partners for platform in PLATFORMS]
        picture = self._picture()
        began = datetime.now(UTC) - timedelta(minutes=5)
        plain: dict[str, Planned] = {}  # platform → a post that can be boosted
        for number in range(deliveries):
            partner, platform = accounts[number % len(accounts)]
            name = f"n{number // len(accounts)}"
            kind = (number // len(accounts) + number) % 10
            due = began + timedelta(milliseconds=number)
            account = f"{partner}/{platform}"
            if kind == 9 and platform in plain and plain[platform].partner != partner:
                yield rows.planned(name, account, due=due, late=LATENESS, boost_of=plain[platform])
                continue
            texts = [f"{partner} says {name} on {platform}, {part}" for part in range(3 if kind == 3 else 1)]
            if kind == 1:
                texts[0] += f" https://example.org/{partner}/{name}"
            one = rows.planned(name, account, due=due, late=LATENESS, texts=texts)
            entities = registry.profile(platform).entities
            parts = tuple(
                Part(text, entities(text), (picture,) if kind in (3, 5) and not at else ())
                for at, text in enumerate(texts)
            )
            message = replace(one.message, parts=parts)
            one = replace(one, message=message, content_hash=message.content_hash())
            if kind == 0:
                plain[platform] = one
            yield one

    def _picture(self) -> Attachment:
        data = (self.root / "media" / PICTURE).read_bytes()
        return Attachment(PICTURE, hashlib.sha256(data).hexdigest(), "image/png", 64, 36, "An open window")
