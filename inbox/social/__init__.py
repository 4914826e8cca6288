"""Channels by which customers write from an account elsewhere: what each kind asks for, how it is tried, what arrives,
how long it may be answered."""
