"""Whole municipalities to take away: a GeoPackage of all collections and a PMTiles of all tiles, made at night."""
