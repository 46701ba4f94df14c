"""Pages of the catalogue, of filling in, of the resident's home and of the clerk's desk."""
