"""How long customers wait: exchanges and hops, told from what happened."""
