"""Whose working hours count when: weeks, holidays, absences, duty."""
