"""Views of the map that people give each other: short addresses, QR codes, drawings."""
