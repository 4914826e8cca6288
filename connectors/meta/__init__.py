"""Meta's channels, through its Graph API: a folder for each, and here what they have in common."""
