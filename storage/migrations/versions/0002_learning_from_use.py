"""Learning from use"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "learned_phrases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district", sqltypes.AutoString(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("entry_id", sqltypes.AutoString(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("undone_at", sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["persons.id"], name=op.f("fk_learned_phrases_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned_phrases")),
    )
    op.create_index(op.f("ix_learned_phrases_district_state_at"), "learned_phrases", ["district", "state", "at"])
    op.create_table(
        "lessons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district", sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("entry_id", sqltypes.AutoString(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("phrase_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_lessons_case_id")),
        sa.ForeignKeyConstraint(["phrase_id"], ["learned_phrases.id"], name=op.f("fk_lessons_phrase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
    )
    op.create_index(op.f("ix_lessons_district_state_at"), "lessons", ["district", "state", "at"])
    op.create_index(op.f("ix_lessons_district_folded"), "lessons", ["district", "folded"])
    op.create_table(
        "admissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district", sqltypes.AutoString(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_by", sqltypes.AutoString(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("approved_by", sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqltypes.AutoString(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["proposed_by"], ["persons.id"], name=op.f("fk_admissions_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admissions")),
    )
    op.create_index(op.f("ix_admissions_district_at"), "admissions", ["district", "at"])


def downgrade() -> None:
    for name in ("admissions", "lessons", "learned_phrases"):
        op.drop_table(name)
