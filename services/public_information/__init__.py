"""Public information on request (act of 6.09.2001)."""
