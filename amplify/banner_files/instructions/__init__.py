"""Files of `amplify banner bars`: its template, and the instructions for supporters by language."""
