"""Nothing is forgotten that is planned, nothing is kept whose time is over"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEPT = ("id", "district", "case_id", "at", "act", '"by"', "status")
"""What no change of a line of history may touch."""


def upgrade() -> None:
    op.add_column("cases", sa.Column("blanked_at", sqltypes.UTCDateTime(), nullable=True))
    _let_notes_be_blanked()
    _plan_what_was_forgotten()
    _plan_for_conversations()


def _is_a_blank(same: str) -> str:
    """SQL: the note becomes empty, nothing else changes, and the case itself has been blanked."""
    kept = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in _KEPT)
    blanked = "EXISTS (SELECT 1 FROM cases WHERE cases.id = OLD.case_id AND cases.blanked_at IS NOT NULL)"
    return f"NEW.note = '' AND {kept} AND {blanked}"


def _let_notes_be_blanked() -> None:
    if op.get_bind().dialect.name != "postgresql":
        op.execute("DROP TRIGGER case_history_no_update")
        op.execute(
            f"CREATE TRIGGER case_history_no_update BEFORE UPDATE ON case_history WHEN NOT ({_is_a_blank('IS')}) "
            "BEGIN SELECT RAISE(ABORT, 'case_history is append-only'); END"
        )
        return
    op.execute("DROP TRIGGER case_history_append_only ON case_history")
    op.execute(
        "CREATE TRIGGER case_history_append_only BEFORE DELETE OR TRUNCATE ON case_history "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE FUNCTION refuse_all_but_a_blank() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {_is_a_blank('IS NOT DISTINCT FROM')} THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION 'case_history is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER case_history_no_update BEFORE UPDATE ON case_history "
        "FOR EACH ROW EXECUTE FUNCTION refuse_all_but_a_blank()"
    )


_FALLS_DUE = {
    "open": "offer_unclaimed",
    "offered": "offer_unclaimed",
    "reopened": "offer_unclaimed",
    "escalated": "undecided",
    "claimed": "claim_unworked",
    "waiting": "resident_silent",
    "submitted": "result_missing",
}
"""Status of an unfinished case -> what is planned for it."""


def _plan_what_was_forgotten() -> None:
    """Unfinished cases for which nothing was planned any more fall due at once."""
    plan = sa.text(
        "INSERT INTO followups (district, kind, case_id, due_at, state, error) "
        "SELECT district, :kind, id, opened_at, 'waiting', '' FROM cases WHERE status = :status AND NOT EXISTS "
        "(SELECT 1 FROM followups WHERE followups.case_id = cases.id AND followups.state = 'waiting' "
        "AND followups.kind NOT IN ('promise_near', 'visit_tomorrow'))"
    )
    for status, kind in _FALLS_DUE.items():
        op.get_bind().execute(plan, {"status": status, "kind": kind})


_OF_CONVERSATION = "state = 'waiting' AND conversation_id IS NOT NULL"


def _plan_for_conversations() -> None:
    """A silence is one conversation's. What waits is given to the last one of its person."""
    reference = "CONSTRAINT fk_followups_conversation_id REFERENCES conversations (id)"
    op.execute(f"ALTER TABLE followups ADD COLUMN conversation_id INTEGER {reference}")
    op.create_index(
        "uq_followups_conversation",
        "followups",
        ["district", "kind", "conversation_id"],
        unique=True,
        sqlite_where=sa.text(_OF_CONVERSATION),
        postgresql_where=sa.text(_OF_CONVERSATION),
    )
    op.execute(
        "UPDATE followups SET conversation_id = "
        "(SELECT max(id) FROM conversations WHERE conversations.person_id = followups.person_id), person_id = NULL "
        "WHERE kind = 'silence' AND state = 'waiting'"
    )


def downgrade() -> None:
    op.drop_index("uq_followups_conversation", "followups")
    op.execute("DELETE FROM followups WHERE conversation_id IS NOT NULL")
    with op.batch_alter_table("followups") as batch_op:
        batch_op.drop_column("conversation_id")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER case_history_no_update ON case_history")
        op.execute("DROP FUNCTION refuse_all_but_a_blank")
        op.execute("DROP TRIGGER case_history_append_only ON case_history")
        op.execute(
            "CREATE TRIGGER case_history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON case_history "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    else:
        op.execute("DROP TRIGGER case_history_no_update")
        op.execute(
            "CREATE TRIGGER case_history_no_update BEFORE UPDATE ON case_history "
            "BEGIN SELECT RAISE(ABORT, 'case_history is append-only'); END"
        )
    op.drop_column("cases", "blanked_at")
