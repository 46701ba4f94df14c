"""Pictures of collections by Mapnik, from the open tables."""
