"""Run by Alembic inside `storage.database.migrate`, on its connection and in its transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from storage.tables import metadata

_LOCK = 8_121_913
"""Any number: two processes that start together migrate one after the other."""

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    user_module_prefix="sqltypes.",
)
with context.begin_transaction():
    context.run_migrations()
