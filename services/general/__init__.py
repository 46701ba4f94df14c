"""The letter to the office about anything that has no service of its own."""
