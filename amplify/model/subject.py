"""A subject: somebody or something a delivery speaks of, written `kind:name`. A gate answers for each (`model.gate`).

| subject | speaks of |
|---|---|
| `person:anna` | somebody it names: as listed, by template, or in words |
| `person:anna@died` | the same, in a post that declares `for_states: [died]` for her |
| `consent:anna/portrait` | a use of her picture, health or family that her consent must cover |
| `consent:anna/be` | a text in a language that her consent must cover |
| `fact:prisoners`, `action:petition` | a fact, a call to action |
| `campaign:free_anna`, `account:press_union/x` | whose it is, who says it |
| `partner:press_union` | whom it mentions or boosts |
| `statement:words-are-not-crimes` | a joint statement whose words or names it uses |
| `signatory:words-are-not-crimes/press_union` | an organisation that it names as one that signed |
| `risk:action/donate`, `risk:link/host.example`, `risk:partner/radio` | what readers at risk are not given |
| `quiet:be` | a language for which the workspace knows quiet periods |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def kind_and_name(subject: str) -> tuple[str, str]:
    """`person:anna@died` → `("person", "anna@died")`: the gate that answers for it."""
    kind, _, name = subject.partition(":")
    return kind, name


def person_in(subject: str) -> str | None:
    """The person of a `person:` subject, whatever state it is for; None for other kinds."""
    kind, name = kind_and_name(subject)
    return name.partition("@")[0] if kind == "person" else None


def people_in(subjects: Iterable[str]) -> Iterator[str]:
    """Every person spoken of, in order."""
    return (person for subject in subjects if (person := person_in(subject)) is not None)


def declared_state(subject: str) -> str | None:
    """The state that a post was written for, where it says so of this person."""
    kind, name = kind_and_name(subject)
    return (name.partition("@")[2] or None) if kind == "person" else None
