"""The commands. One file per family; docs/cli.md documents every flag and field."""
