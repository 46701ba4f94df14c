"""What everybody may see of the network: mains in broad strokes, and hydrants.

Valves, wells, pumps and service pipes of critical infrastructure are in no open view (water dossier 6.2).
"""

from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.db.models import Func, QuerySet, Value

from spatial import crs
from spatial.network.models import Medium, NetworkNode, Pipe, Status
from spatial.ogc.drawing import Look, plain
from spatial.ogc.registry import Collection, FieldSpec, Theme, TimeSpan, collections
from spatial.ogc.text import Text

GENERALISED_M = 10  #: mains are drawn as if on a map at 1:25 000
MUNICIPALITY = Text("Gmina (TERYT)", "Municipality (TERYT)")


def mains() -> QuerySet[Any]:
    """Those of now only: rows of other days would be served as they are stored, to the centimetre."""
    kinds = [Pipe.Kind.TRANSMISSION, Pipe.Kind.DISTRIBUTION, Pipe.Kind.GENERAL]
    return Pipe.objects.current().filter(medium=Medium.WATER, kind__in=kinds, status=Status.ACTIVE)


def hydrants_of_all_days() -> QuerySet[Any]:
    return NetworkNode.objects.known().filter(kind=NetworkNode.Kind.HYDRANT, status=Status.ACTIVE)


def hydrants() -> QuerySet[Any]:
    return hydrants_of_all_days().filter(valid_to=None)


def broad_strokes() -> Func:
    """The line on a grid of ten metres, without what is smaller."""
    shape = GeometryField(srid=crs.PL_2000_7)
    simple = Func("geom", Value(GENERALISED_M), function="ST_SimplifyPreserveTopology", output_field=shape)
    coarse = Func(simple, Value(GENERALISED_M), function="ST_SnapToGrid", output_field=shape)
    return Func(coarse, function="ST_Multi", output_field=shape)


collections.register(
    Collection(
        id="water-mains",
        title=Text("Sieć wodociągowa (uproszczona)", "Water mains (generalised)"),
        description=Text(
            "Czynne przewody sieci wodociągowej z dokładnością do kilkunastu metrów, bez przyłączy i urządzeń. Do "
            "projektowania i kopania potrzebna jest mapa z zasobu powiatowego.",
            "Water mains in use, to within some ten metres, without service pipes and devices. Design and digging need "
            "a map of the county's survey office.",
        ),
        keywords=("sieć wodociągowa", "water mains", "utilities"),
        public=mains,
        fields={
            "identifier": FieldSpec("identifier", Text("Identyfikator", "Identifier")),
            "kind": FieldSpec("kind", Text("Rodzaj", "Kind")),
            "municipality": FieldSpec("municipality_id", MUNICIPALITY),
        },
        id_field="identifier",
        geometry_type="MultiLineString",
        shape=broad_strokes,
        tile_fields=("kind",),
        min_zoom=12,
        theme=Theme.UTILITIES,
        # blue, as water is drawn on the map of utilities (GESUT)
        inspire="us",
        drawing=plain(Text("przewód wodociągowy", "water main"), Look(stroke="#0000ff", width=1.6)),
    )
)

collections.register(
    Collection(
        id="hydrants",
        title=Text("Hydranty", "Hydrants"),
        description=Text("Czynne hydranty sieci wodociągowej.", "Hydrants of the water network in use."),
        keywords=("hydranty", "hydrants", "fire protection"),
        public=hydrants,
        fields={
            "identifier": FieldSpec("identifier", Text("Identyfikator", "Identifier")),
            "municipality": FieldSpec("municipality_id", MUNICIPALITY),
        },
        id_field="identifier",
        geometry_type="Point",
        time=TimeSpan("valid_from", "valid_to", hydrants_of_all_days),
        tile_fields=("identifier",),
        min_zoom=13,
        theme=Theme.UTILITIES,
        inspire="us",
        drawing=plain(Text("hydrant", "hydrant"), Look(fill="#d21f1f", stroke="#ffffff", radius=4)),
    )
)
