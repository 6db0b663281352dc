"""mastodon_mock: a third party's stateful Mastodon API, in a thread of this process."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mastodon_mock.testing.server import MockServer

PEOPLE = 120


def installed() -> bool:
    """Whether the package is here."""
    return find_spec("mastodon_mock") is not None


class MastodonServer:
    """One server with many accounts, handed out one at a time so that no test sees another's posts."""

    def __init__(self) -> None:
        from mastodon_mock.config import SeedAccount, SeedConfig
        from mastodon_mock.testing.server import MockServer

        names = [f"member{number}" for number in range(PEOPLE)]
        people = [SeedAccount(username=name, display_name=name.title(), access_token=f"token-{name}") for name in names]
        self._server: MockServer = MockServer(seed=SeedConfig(accounts=people))
        self._names = iter(names)

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        return str(self._server.base_url)

    def member(self) -> tuple[str, str]:
        """The name and the access token of an account nobody has used yet."""
        name = next(self._names)
        return name, f"token-{name}"

    def fault(self, **rule: Any) -> Any:
        """A context in which matching requests fail, as mastodon_mock describes it."""
        return self._server.fault(**rule)
