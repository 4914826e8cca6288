"""Leads: possible sales from the first contact on, where they came from and what became of them."""
