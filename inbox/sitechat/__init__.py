"""The chat on the firm's site: visits, what visitors write and see, and who answers when nobody is there."""
