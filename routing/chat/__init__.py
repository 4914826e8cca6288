"""Colleagues work from their chat: cards with buttons, answers with a preview, commands."""
