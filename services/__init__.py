"""E-services and what they share; the portal assembles them."""
