"""What `amplify plan` says of a text that was taken by fallback."""

from __future__ import annotations

import json

from engine.files import Files, soon

from cli.conftest import Amplify


def test_the_plan_says_who_speaks_another_language(amplify: Amplify, files: Files) -> None:
    partner = files.partners[0]
    book = json.loads((files.root / "config" / "partners.yaml").read_text("utf-8"))
    book["partners"][0]["languages"] = ["be-tarask"]
    files.write("config/partners.yaml", book)
    files.post("hello", "Вітаем")
    files.queue("hello", at=soon(3600), platforms=["x"])
    said = amplify("plan", "-w", files.root)
    assert "no variant in be-tarask, be" in said.words
    settings = json.loads((files.root / "config" / "workspace.yaml").read_text("utf-8"))
    files.write("config/workspace.yaml", settings | {"fallback": {"be-tarask": ["be", "en"]}})
    said = amplify("plan", "-w", files.root)
    assert f"by fallback: hello on {partner}/x in en; it speaks be-tarask" in said.words
    (one,) = json.loads(amplify("plan", "--json", "-w", files.root).out)["deliveries"]
    assert (one["variant"], one["lang"]) == ("default", "en")
