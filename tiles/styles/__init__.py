"""How vector maps are drawn: style JSON for MapLibre and OpenLayers, sprites and glyphs, all from the registry."""
