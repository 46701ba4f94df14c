"""Cells of tables that people open in a spreadsheet."""

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula (CSV injection)."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text
