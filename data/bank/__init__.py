"""Statements of bank accounts as Polish banks send them; nothing here knows Django, residents or charges."""
