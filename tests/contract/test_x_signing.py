"""X: what a request is signed with is made when its post is prepared, so that at its instant only the call is left."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import oauthlib.oauth1
import pytest
import requests
from ground import Ground

from amplify.platforms.x import signing
from amplify.platforms.x.signing import HOLDS, Signer

URL = "https://api.example.org/2/posts"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds since 1970, as the signer sees them."""
    now = [1_800_000_000.0]
    monkeypatch.setattr(signing.time, "time", lambda: now[0])
    return now


@pytest.fixture
def signer() -> Signer:
    """One whose signatures are numbers."""
    numbers = count(1)

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"signature {next(numbers)}"
        return request

    return Signer(sign)


def signature(signer: Signer, method: str = "POST", url: str = URL) -> str:
    request = requests.Request(method, url, json={"text": "Hello"}, auth=signer).prepare()
    assert request.body == b'{"text": "Hello"}'
    return request.headers["Authorization"]


def test_each_serves_once_in_the_order_of_their_making(signer: Signer) -> None:
    signer.ahead("POST", URL)
    signer.ahead("POST", URL)
    assert [signature(signer) for _ in range(3)] == ["signature 1", "signature 2", "signature 3"]


def test_of_its_own_method_and_address_only(signer: Signer) -> None:
    signer.ahead("POST", URL)
    assert signature(signer, "GET") == "signature 2"
    assert signature(signer, url=f"{URL}/5") == "signature 3"
    assert signature(signer) == "signature 1"


def test_what_is_too_old_is_made_anew(signer: Signer, clock: list[float]) -> None:
    signer.ahead("POST", URL)
    clock[0] += HOLDS / 2
    signer.ahead("POST", URL)
    clock[0] += HOLDS / 2
    assert signature(signer) == "signature 2"
    signer.ahead("POST", URL)
    clock[0] -= 1  # the clock was set back: nobody knows how old it is
    assert signature(signer) == "signature 4"


@pytest.fixture
def signings(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often the library signed something since this was asked last."""
    seen: list[str] = []
    sign = oauthlib.oauth1.Client.sign

    def counted(self: Any, uri: str, *given: Any, **more: Any) -> Any:
        seen.append(uri)
        return sign(self, uri, *given, **more)

    monkeypatch.setattr(oauthlib.oauth1.Client, "sign", counted)

    def since() -> int:
        number = len(seen)
        seen.clear()
        return number

    return since


@pytest.mark.parametrize("ground", ["x@stage"], indirect=True)
def test_a_prepared_post_need_not_be_signed_any_more(ground: Ground, signings: Callable[[], int]) -> None:
    member = ground.member()
    first, second = (member.call(member.message(words)) for words in ("Today", "Tomorrow"))
    assert signings() == 2
    receipts = [member.platform.publish(first), member.platform.publish(second)]
    assert signings() == 0
    assert len({receipt.id for receipt in receipts}) == 2
    member.platform.publish(member.call(member.message("In a week")))
    assert signings() == 1
    member.platform.delete(receipts[0])
    assert signings() == 1
