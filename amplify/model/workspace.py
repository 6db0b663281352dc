"""The workspace: all models read from its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from amplify.model.account import Account
from amplify.model.action import Action
from amplify.model.banner import Template
from amplify.model.campaign import Campaign
from amplify.model.fact import Fact
from amplify.model.local_settings import LocalSettings
from amplify.model.partner import Partner
from amplify.model.person import Person
from amplify.model.picture import Picture
from amplify.model.post import Post
from amplify.model.problem import Problem
from amplify.model.queue_entry import QueueEntry
from amplify.model.settings import Settings
from amplify.model.statement import Statement

UNNAMED: Final = "*"
"""Stands among faulty posts for one whose file does not tell its id."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """All models of a workspace. Mappings keep the files' order; keys are ids (pictures: paths under `media/`)."""

    root: Path
    settings: Settings
    campaigns: Mapping[str, Campaign]
    people: Mapping[str, Person]
    facts: Mapping[str, Fact]
    actions: Mapping[str, Action]
    partners: Mapping[str, Partner]
    posts: Mapping[str, Post]
    queue: Mapping[str, QueueEntry]
    pictures: Mapping[str, Picture]
    accounts: Mapping[str, Account]
    """By `partner/platform`; empty where there is no `accounts.yaml`."""
    us: str | None
    """The partner we are; None where there is no `accounts.yaml`, as in a pull request."""
    banners: Mapping[str, Template] = field(default_factory=dict)
    """Templates in `media/banners/`."""
    statements: Mapping[str, Statement] = field(default_factory=dict)
    """Joint statements in `statements/`."""
    problems: tuple[Problem, ...] = ()
    """Errors of what was left out, so that the rest can go on; whoever plans tells of them."""
    faulty_posts: Mapping[str, Problem] = field(default_factory=dict)
    """Posts that were left out for an error; `*` where a file does not even tell its post's id."""
    faulty_entries: Mapping[str, Problem] = field(default_factory=dict)
    """Queue entries that were left out for an error."""
    silent_entries: tuple[QueueEntry, ...] = ()
    """The same, as far as they could be read: their partners keep their variants."""
    local: LocalSettings = field(default_factory=LocalSettings)
    """What we decided for ourselves on this machine."""
    shared: bool = False
    """Whether others can change the files: a git remote, or more partners than one."""
