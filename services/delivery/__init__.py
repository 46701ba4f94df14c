"""Ways by which letters of the office travel, and what proves their delivery."""
