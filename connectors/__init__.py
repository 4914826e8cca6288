"""What talks to networks. A connector knows nothing of the product: no database, no rules, no pages."""
