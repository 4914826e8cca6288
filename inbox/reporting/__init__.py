"""Reports: what is counted (cases), how (tallies), of which days (period), and how it is drawn (charts)."""
