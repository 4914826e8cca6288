"""Consent to marketing: asked for, confirmed by mail, kept, taken back."""
