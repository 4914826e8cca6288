"""Leads go into the company's CRM, one way: what is set about it, what a lead is there, the jobs that hand it over."""
