"""What `amplify banner bars` is made of: its template, and the instructions for supporters by language."""
