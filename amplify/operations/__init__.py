"""Operations of an installation: backup, restore, rehearsal, doctor."""
