"""A conversation's lead, as its page shows it."""

from typing import Any

from flask import g
from sqlalchemy.orm import Session

from inbox import access
from inbox.leads import keeping, linking, sources
from inbox.models import Conversation
from inbox.models.user import EXTERNAL
from inbox.web import crm_lead
from inbox.web.lead_form import LeadForm, blank, product_names
from inbox.web.lead_words import source_name


def lead_data(session: Session, found: Conversation, typed: LeadForm | None) -> dict[str, Any]:
    """The lead with what of it is shown and can be changed; `typed`: a form that was not accepted."""
    lead = keeping.of(session, found.id) if found.stage else None
    changes = access.may(g.user, access.CHANGE, found)
    names = sources.names(session)
    if lead is not None:
        _loaded = [lead.owner, lead.contact]
    return {
        "lead": lead,
        "crm": crm_lead.shown(session, lead),
        "lead_form": typed or (blank(session, lead, found) if changes else None),
        "lead_holder": keeping.holder(session, lead) if lead is not None else None,
        # Leads of others are not an external agent's to see.
        "lead_offers": linking.offered(session, found) if changes and lead is None and g.user.role != EXTERNAL else [],
        "lead_source": source_name(names.of(lead.last_source), names) if lead is not None else "",
        "product_names": product_names(session) if changes else [],
    }
