"""E-services: each is one declaration. From it come its card, its form, its case, its work list, its schema."""
