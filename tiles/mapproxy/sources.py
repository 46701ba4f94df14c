"""What MapProxy asks: a picture of a collection, what lies at a point, its legend."""

from collections.abc import Iterable
from html import escape
from io import BytesIO
from json import dumps, loads
from typing import Any

from mapproxy.config.configuration.source import SourceConfiguration, source_configuration_types
from mapproxy.extent import MapExtent
from mapproxy.featureinfo import FeatureInfoDoc, JSONFeatureInfoDoc, TextFeatureInfoDoc
from mapproxy.image import ImageResult
from mapproxy.image.opts import ImageOptions
from mapproxy.layer.map_layer import MapLayer
from mapproxy.query import InfoQuery, LegendQuery, MapQuery
from mapproxy.source import InfoSource, LegendSource
from mapproxy.srs import SRS

from spatial import crs
from spatial.ogc.open_data import Ask
from spatial.ogc.open_tables import MERCATOR, TEXT
from spatial.ogc.open_views import SCHEMA
from spatial.ogc.pages import as_bytes
from spatial.ogc.reference_systems import METRES_PER_DEGREE, SYSTEMS
from spatial.ogc.registry import Collection
from tiles.pictures.legend import legend
from tiles.pictures.renderer import Picture, Renderer
from tiles.pictures.stylesheet import GROUND

#: pixels round a click
TOUCH = 4
#: features told of each collection
MOST = 50
#: where the projections make sense, x first, by SRID
AREAS = {system.srid: system.area for system in SYSTEMS.values()}
#: metres of EPSG:3857 in a unit of the system, by SRID
STRETCH = {crs.WEB_MERCATOR: 1.0, crs.WGS84: METRES_PER_DEGREE, crs.PL_1992: 1 / GROUND, crs.PL_2000_7: 1 / GROUND}
EXTENT = MapExtent((13.5, 48.8, 24.6, 55.2), SRS(4326))


def srid_of(srs: Any) -> int:
    return crs.WGS84 if srs.srs_code == "CRS:84" else int(srs.srs_code.removeprefix("EPSG:"))


class PictureSource(MapLayer):  # type: ignore[misc] # MapProxy carries no types
    """A picture for the tile caches, transparent."""

    supports_meta_tiles = True

    def __init__(self, collections: tuple[Collection, ...], renderer: Renderer) -> None:
        super().__init__(image_opts=ImageOptions(transparent=True, format="image/png"))
        self.collections, self.renderer = collections, renderer
        self.extent = EXTENT

    def get_map(self, query: MapQuery) -> ImageResult:
        """Raises PictureFailed, which MapProxy does not take for a fault of the client."""
        width, height = query.size
        picture = Picture(
            collections=self.collections, srid=srid_of(query.srs), box=tuple(query.bbox), width=width, height=height
        )
        return ImageResult(BytesIO(self.renderer.draw(picture)), size=query.size, image_opts=self.image_opts)


class CollectionInfo(InfoSource):  # type: ignore[misc]
    """Features within a few pixels of a click."""

    def __init__(self, collection: Collection, ask: Ask) -> None:
        self.collection, self.ask = collection, ask

    def get_info(self, query: InfoQuery) -> FeatureInfoDoc | None:
        found = [loads(text) for text in self.features(query)]
        if query.info_format == "application/json":
            return JSONFeatureInfoDoc(dumps({"type": "FeatureCollection", "features": found}, ensure_ascii=False))
        if not found:
            return None
        if query.info_format == "text/html":
            return HtmlDoc(self.as_html(found))
        return TextFeatureInfoDoc(self.as_text(found))

    def features(self, query: InfoQuery) -> list[bytes]:
        east, north = query.coord
        west, south, far_east, far_north = AREAS[srid_of(query.srs)]
        if not (west <= east <= far_east and south <= north <= far_north):
            return []  # no projection is asked about other places
        reach = TOUCH * (query.bbox[2] - query.bbox[0]) / query.size[0] * STRETCH[srid_of(query.srs)]
        most = min(int(query.feature_count or 1), MOST)
        here = f"ST_Transform(ST_SetSRID(ST_MakePoint(%s, %s), {srid_of(query.srs)}), {crs.WEB_MERCATOR})"
        table = f'"{SCHEMA}"."{self.collection.id}"'
        statement = (
            f"WITH at AS MATERIALIZED (SELECT {here} AS spot, %s::float8 AS reach) "  # noqa: S608 - names of the registry
            f"SELECT {TEXT} FROM at, {table} WHERE {MERCATOR} && ST_Expand(spot, reach) "
            f"AND ST_DWithin({MERCATOR}, spot, reach) LIMIT %s"
        )
        if self.collection.geometry_type == "MultiPolygon":
            reach = 0.0  # a click is in an area or it is not
        return [as_bytes(text) for (text,) in self.ask(statement, [east, north, reach, most])]

    def as_html(self, features: Iterable[dict[str, Any]]) -> str:
        rows = "".join(
            f"<tr><th>{escape(title)}</th><td>{escape(value)}</td></tr>"
            for feature in features
            for title, value in self.told(feature)
        )
        return f"<h2>{escape(self.collection.title.pl)}</h2><table>{rows}</table>"

    def as_text(self, features: Iterable[dict[str, Any]]) -> str:
        lines = [f"{title}: {value}" for feature in features for title, value in self.told(feature)]
        return "\n".join([self.collection.title.pl, *lines])

    def told(self, feature: dict[str, Any]) -> list[tuple[str, str]]:
        fields = self.collection.fields
        return [
            (fields[name].title.pl, str(value)) for name, value in feature["properties"].items() if value is not None
        ]


class HtmlDoc(TextFeatureInfoDoc):  # type: ignore[misc]
    """Parts of one page; MapProxy's own way of joining wants whole documents from elsewhere."""

    info_type = "html"

    @classmethod
    def combine(cls, docs: list[FeatureInfoDoc]) -> "HtmlDoc":
        parts = "".join(doc.as_string() for doc in docs)
        return cls(f'<!doctype html><html lang="pl"><meta charset="utf-8"><title>Informacje</title>{parts}</html>')


class CollectionLegend(LegendSource):  # type: ignore[misc]
    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.size = legend(collection).size

    def get_legend(self, query: LegendQuery) -> ImageResult:
        return ImageResult(legend(self.collection), image_opts=ImageOptions(format="image/png"))


class CollectionSource(SourceConfiguration):  # type: ignore[misc]
    """Source ``type: collections`` of the configuration; ``collections`` holds the registry's own objects."""

    source_type = ("collections",)

    def source(self, params: Any = None) -> PictureSource:
        return PictureSource(tuple(self.conf["collections"]), self.conf["renderer"])

    def fi_source(self, params: Any = None) -> CollectionInfo | None:
        only = self.only()
        return CollectionInfo(only, self.conf["ask"]) if only else None

    def lg_source(self, params: Any = None) -> CollectionLegend | None:
        only = self.only()
        return CollectionLegend(only) if only else None

    def only(self) -> Collection | None:
        """The collection of a source of one; groups answer through their parts."""
        return self.conf["collections"][0] if len(self.conf["collections"]) == 1 else None


source_configuration_types["collections"] = CollectionSource
