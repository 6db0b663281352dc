"""The lint rules of `docs/rules.md`: one plain function each, in a list. A new rule is one function and one line."""
