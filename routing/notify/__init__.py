"""Who is told, by which way and in what words."""
