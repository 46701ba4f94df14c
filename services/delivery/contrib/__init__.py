"""Operators of electronic delivery."""
