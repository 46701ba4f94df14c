"""Figures, not tests: ``make bench`` prints them as a table, each beside a yardstick measured in the same run."""
