"""What strangers and programs reach without an account: each door reads a request within bounds and hands it on."""
