"""The kinds of files in a workspace, as models. JSON Schemas for editors are made from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from amplify.model.account import Account
from amplify.model.action import Action
from amplify.model.banner import Template
from amplify.model.base import FileEntry, FileModel, Id
from amplify.model.campaign import Campaign
from amplify.model.fact import Fact
from amplify.model.local_settings import LocalSettings
from amplify.model.partner import Partner
from amplify.model.person import Person
from amplify.model.picture import PictureMetadata
from amplify.model.post import PostFront
from amplify.model.queue_entry import QueueEntry
from amplify.model.settings import Settings
from amplify.model.statement import StatementHead


class PeopleFile(FileModel):
    """`config/people.yaml`: the persons we speak for."""

    people: tuple[Person, ...]
    """One entry a person."""


class FactsFile(FileModel):
    """`config/facts.yaml`: what was counted, by whom, and until when it may be said."""

    facts: tuple[Fact, ...]
    """One entry a fact."""


class ActionsFile(FileModel):
    """`config/actions.yaml`: calls to action."""

    actions: tuple[Action, ...]
    """One entry a call to action."""


class PartnersFile(FileModel):
    """`config/partners.yaml`: the handle book."""

    partners: tuple[Partner, ...]
    """One entry an organisation."""


class QueueFile(FileModel):
    """`config/queue.yaml`: what goes out when, where, by whom."""

    entries: tuple[QueueEntry, ...]
    """One entry for posts that go out together, or one after the other."""


class AccountsFile(LocalSettings):
    """`config/accounts.yaml`: who we are, and which accounts we hold. Local, never shared."""

    partner: Id
    """The partner of the handle book that we are."""
    accounts: tuple[Account, ...]
    """One entry an account."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file that holds a list of entries under one key."""

    path: str
    key: str
    file: type[FileModel]
    entry: type[FileEntry]


SETTINGS: Final = "config/workspace.yaml"
CAMPAIGNS: Final = "config/campaigns"
SCHEMAS: Final = "config/schema"
BANNERS: Final = "media/banners"
PEOPLE: Final = ListFile("config/people.yaml", "people", PeopleFile, Person)
FACTS: Final = ListFile("config/facts.yaml", "facts", FactsFile, Fact)
ACTIONS: Final = ListFile("config/actions.yaml", "actions", ActionsFile, Action)
QUEUE: Final = ListFile("config/queue.yaml", "entries", QueueFile, QueueEntry)
ACCOUNTS: Final = ListFile("config/accounts.yaml", "accounts", AccountsFile, Account)
LISTS: Final = (
    PEOPLE,
    FACTS,
    ACTIONS,
    ListFile("config/partners.yaml", "partners", PartnersFile, Partner),
    QUEUE,
    ACCOUNTS,
)

FILE_MODELS: Final[dict[str, type[FileModel]]] = {
    "workspace": Settings,
    "campaign": Campaign,
    "people": PeopleFile,
    "facts": FactsFile,
    "actions": ActionsFile,
    "partners": PartnersFile,
    "queue": QueueFile,
    "accounts": AccountsFile,
    "picture": PictureMetadata,
    "banner": Template,
    "post": PostFront,
    "statement": StatementHead,
}
"""Name of a schema → what a file of that kind holds (`post`, `statement`: the front matter)."""
