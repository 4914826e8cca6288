"""Forms of the firm's site that post to us."""
