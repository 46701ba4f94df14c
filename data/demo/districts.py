"""Cadastral districts: the land nearest to the seeds of each village, clipped to the outline."""

import shapely
from shapely import MultiPoint, Point
from shapely.geometry.base import BaseGeometry

from data.demo.outlines import MUNICIPALITIES, at
from data.demo.places import VILLAGES

UNIT_NAMES = {"120610_4": "Skała - miasto", "120610_5": "Skała - obszar wiejski", "120613_2": "Sułoszowa"}


def straight_districts(teryt: str) -> dict[str, BaseGeometry]:
    """District id to its area, before the ground is bent."""
    seeds = [(v.district, Point(at([pair])[0])) for v in VILLAGES[teryt] for pair in v.seeds or (v.centre,)]
    outline = MUNICIPALITIES[teryt].outline
    cells = shapely.get_parts(
        shapely.voronoi_polygons(MultiPoint([point for _, point in seeds]), extend_to=outline, ordered=True)
    )
    districts: dict[str, list[BaseGeometry]] = {}
    for (district, _), cell in zip(seeds, cells, strict=True):
        districts.setdefault(district, []).append(cell)
    return {name: shapely.intersection(shapely.union_all(own), outline) for name, own in districts.items()}
