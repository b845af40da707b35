"""What this step did step 0026 does: it left numbers that are written with a slash as they were."""

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing: there are databases at this step."""
