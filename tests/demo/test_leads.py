"""The demo's leads give its pages life."""

from collections import Counter

from sqlalchemy import select

from inbox.app import App
from inbox.models import Lead, LeadCost


def test_quotes_sales_losses_and_fairs(app: App) -> None:
    with app.database.reading() as session:
        leads = session.scalars(select(Lead)).all()
        stages = Counter(lead.stage for lead in leads)
        assert {"quoted", "won", "lost"} <= stages.keys()
        assert sum(lead.entered == "hand" for lead in leads) == 2
        assert all(lead.value_cents for lead in leads if lead.stage in ("quoted", "won"))
        assert session.scalars(select(LeadCost)).all()
