"""Where a message goes and why: facts, conditions, rules, decisions, and who is told."""
