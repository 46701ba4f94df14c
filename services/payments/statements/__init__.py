"""Statements of the office's bank accounts: read, kept without doubles, matched with what people owe."""
