"""Whoever left a message that somebody wrote down has their number as others have it: it is found by that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hanvisa.policy.messages import number_written
from hanvisa.policy.numbers import NumberPlan
from hanvisa.policy.register import Register
from hanvisa.policy.spelling import plain

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_MESSAGES = sa.table("messages", sa.column("id", sa.Uuid()), sa.column("caller", sa.String()))


def upgrade() -> None:
    """Whole numbers, which no register is needed to read; what has no 0 and no + before it may be an extension."""
    id_, caller = _MESSAGES.c.id, _MESSAGES.c.caller
    for message, written in op.get_bind().execute(sa.select(id_, caller)).all():
        if plain(written).text.startswith(("0", "+")):
            number = number_written(written, None, Register(), NumberPlan())
            op.execute(sa.update(_MESSAGES).where(id_ == message).values(caller=number))
