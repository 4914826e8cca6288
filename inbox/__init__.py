"""The product: intake, conversations, answers, clocks, pages."""
