"""News of a case for the people whose case it is."""
