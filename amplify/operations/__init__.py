"""Looking after an installation: backup, restore, rehearsal, doctor."""
