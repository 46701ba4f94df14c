"""Pictures and tiles of the registers for maps; only public fields, by the registry of collections."""
