"""Services of others (ULDK, WFS of counties, Rejestr Urbanistyczny): asked politely, believed late, needed never."""
