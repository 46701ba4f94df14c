"""What the map portal stands on: its catalogue of layers, its grounds, its prints."""
