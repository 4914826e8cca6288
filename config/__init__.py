"""What the whole product is told from outside: settings, log, languages, the starter company."""
