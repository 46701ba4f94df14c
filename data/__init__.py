"""Files in, records out: readers, demo data. Knows no Django, no law and no money."""
