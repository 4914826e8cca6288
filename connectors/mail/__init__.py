"""Mail as a channel: IMAP in, SMTP out, and a reader that never fails."""
