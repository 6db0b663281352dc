"""A YAML file written anew with its comments, for the rare file to which no line can simply be added."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import Any


def rewritten(text: str, key: str, entries: Sequence[Any]) -> str:
    """The file with `entries` added to the list under `key`; comments, order and quoting are kept.

    Gives the text back unchanged where ruamel.yaml cannot read it.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedSeq
    from ruamel.yaml.error import YAMLError

    yaml = YAML(typ="rt")
    yaml.version = (1, 2)
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        whole = yaml.load(text)
        if whole.get(key) is None:
            whole[key] = CommentedSeq()
        if not whole[key]:
            whole[key].fa.set_block_style()  # `[]` opens up
        whole[key].extend(entries)
        out = StringIO()
        yaml.version = None
        yaml.dump(whole, out)
    except (YAMLError, AttributeError, TypeError):
        return text
    return out.getvalue()
