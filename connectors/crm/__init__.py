"""CRMs that leads are handed over to, each behind the small interface of connectors.crm.base."""
