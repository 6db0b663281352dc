"""Alembic's environment script: runs migrations, always on a connection that `amplify.ledger.migrate` hands over."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from amplify.ledger import indexes  # noqa: F401  (fills the metadata)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transactional_ddl=False,  # the caller's transaction holds everything
    render_as_batch=True,
)
context.run_migrations()
