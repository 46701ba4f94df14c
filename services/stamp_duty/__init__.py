"""Opłata skarbowa by itself: what it is for, how much, why not, and the proof that it was paid."""
