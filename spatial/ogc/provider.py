"""Collections of the registry answered from PostGIS: the database writes the geometry, nothing builds objects.

``pages`` are what our own door serves; ``QuerySetProvider`` is the same for pygeoapi.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json import dumps, loads
from typing import Any

from django.contrib.gis.db.models.functions import Transform
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Expression, F, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from pygeoapi.provider.base import BaseProvider, ProviderInvalidQueryError, ProviderItemNotFoundError

from spatial import crs
from spatial.errors import Malformed
from spatial.ogc.questions import DEFAULT_LIMIT, MAX_LIMIT, Question
from spatial.ogc.reference_systems import CRS84, ReferenceSystem, box_of
from spatial.ogc.registry import Collection, collections
from spatial.ogc.values import alias_of, from_text, unknown_property

GEOMETRY_ALIAS = "geojson_text"


@dataclass(frozen=True, slots=True)
class Page:
    """Features as ready JSON texts."""

    features: list[str]
    matched: int


class AsGeoJsonText(Func):
    """ST_AsGeoJSON with an integer precision and without the ``crs`` member that it adds outside EPSG:4326."""

    function = "ST_AsGeoJSON"
    output_field = TextField()


def geojson_of(shape: Combinable, system: ReferenceSystem) -> Expression:
    """GeoJSON text of a geometry in EPSG:2178, in the system's coordinates and order of axes."""
    if system.srid != crs.PL_2000_7:
        shape = Transform(shape, system.srid)
    if system.north_first:
        shape = Func(shape, function="ST_FlipCoordinates")
    return AsGeoJsonText(shape, Value(system.decimals), Value(0))


def matching(collection: Collection, question: Question) -> QuerySet[Any]:
    """Public rows that satisfy the question, with an annotation for each property, unordered."""
    rows = with_properties(served(collection, question), collection)
    if question.area is not None:
        rows = rows.filter(**{f"{collection.geometry}__intersects": question.area})
    if question.is_elsewhere:
        rows = rows.none()
    for name, value in (question.equal or {}).items():
        rows = rows.filter(**{alias_of(name): value})
    return rows.filter(question.condition) if question.condition is not None else rows


def with_properties(rows: QuerySet[Any], collection: Collection) -> QuerySet[Any]:
    properties = {alias_of(name): field.expression for name, field in collection.fields.items()}
    known: QuerySet[Any] = rows.alias(**properties)
    return known


def served(collection: Collection, question: Question) -> QuerySet[Any]:
    """Rows of now, or those whose legal time meets the days asked for."""
    if question.days is None or collection.time is None:
        return collection.public()
    rows = collection.time.ever()
    if question.days.end:
        rows = rows.filter(**{f"{collection.time.start}__lte": question.days.end})
    if question.days.start:
        is_open = Q(**{f"{collection.time.end}__isnull": True})
        rows = rows.filter(is_open | Q(**{f"{collection.time.end}__gt": question.days.start}))
    return rows


def page(collection: Collection, question: Question) -> Page:
    """One or two queries: the page, and the count where the page does not tell it."""
    rows = matching(collection, question)
    if question.hits_only:
        return Page([], rows.count())
    order = [f"{'-' if descending else ''}{alias_of(name)}" for name, descending in question.order]
    ordered = rows.order_by(*order, *collection.order, "pk")
    chosen = ordered[question.offset : question.offset + question.limit]
    if question.offset:
        # PostgreSQL would write the GeoJSON of every row that it skips.
        chosen = with_properties(collection.public().model.objects.filter(pk__in=chosen.values("pk")), collection)
        chosen = chosen.order_by(*order, *collection.order, "pk")
    features = list(features_of(chosen, collection, question))
    is_last = len(features) < question.limit and (features or question.offset == 0)
    return Page(features, question.offset + len(features) if is_last else rows.count())


def item(collection: Collection, identifier: str, system: ReferenceSystem) -> str | None:
    """The feature as JSON text, None where the id is not public."""
    if "\0" in identifier or len(identifier) > 300:
        return None
    question = Question(equal={collection.id_field: identifier}, system=system)
    rows = matching(collection, question)
    if collection.narrow:
        rows = collection.narrow(rows, identifier)
    return next(features_of(rows[:1], collection, question), None)


def features_of(rows: QuerySet[Any], collection: Collection, question: Question) -> Iterator[str]:
    names = tuple(collection.fields) if question.properties is None else question.properties
    columns = [alias_of(name) for name in (collection.id_field, *names)]
    shown: dict[str, Combinable] = {column: F(column) for column in columns}
    if question.geometry:
        shown[GEOMETRY_ALIAS] = geojson_of(collection.outline(of_now=question.days is None), question.system)
    for row in rows.annotate(**shown).values_list(*columns, *([GEOMETRY_ALIAS] if question.geometry else [])):
        values = row[1 : 1 + len(names)]
        geometry = (row[-1] if question.geometry else None) or "null"
        properties = dumps(dict(zip(names, values, strict=True)), ensure_ascii=False, default=str)
        identifier = dumps(row[0], ensure_ascii=False)
        yield f'{{"type":"Feature","id":{identifier},"geometry":{geometry},"properties":{properties}}}'


class QuerySetProvider(BaseProvider):  # type: ignore[misc] # pygeoapi carries no types
    """pygeoapi provider over a queryset; ``data`` names a collection that an app registered."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        collection = collections.get(self.data)
        if collection is None:
            raise ImproperlyConfigured(f"No OGC collection called {self.data!r}.")
        self.collection = collection
        self.id_field = collection.id_field
        self._fields = self.get_fields()

    def get_fields(self) -> dict[str, dict[str, str]]:
        """JSON Schema of each public property."""
        return {name: field.schema() for name, field in self.collection.fields.items()}

    def query(
        self,
        *,
        offset: int = 0,
        limit: int = DEFAULT_LIMIT,
        resulttype: str = "results",
        bbox: Sequence[float] = (),
        properties: Sequence[tuple[str, str]] = (),
        sortby: Sequence[dict[str, str]] = (),
        select_properties: Sequence[str] = (),
        skip_geometry: bool = False,
        filterq: Q | None = None,
        **asked: Any,
    ) -> dict[str, Any]:
        """GeoJSON page in degrees, lon-lat; ``bbox`` too. ``filterq`` is a condition of ``spatial.ogc.cql2``.

        Raises ProviderInvalidQueryError (400) for everything that it does not understand.
        """
        refuse_unsupported(asked)
        fields = self.collection.fields
        try:
            for name in (*select_properties, *(key for key, _ in properties), *(one["property"] for one in sortby)):
                if name not in fields:
                    raise unknown_property(name, fields)
            area = box_of(bbox, CRS84) if bbox else None
            question = Question(
                offset=offset,
                limit=min(limit, MAX_LIMIT),
                hits_only=resulttype == "hits",
                area=area,
                is_elsewhere=bool(bbox) and area is None,
                equal={name: from_text(text, fields[name].type, name=name) for name, text in properties},
                order=tuple((one["property"], one["order"] == "-") for one in sortby),
                properties=tuple(select_properties) or None,
                geometry=not skip_geometry,
                condition=filterq,
            )
        except Malformed as error:
            raise ProviderInvalidQueryError(user_msg=error.message) from error
        found = page(self.collection, question)
        return {
            "type": "FeatureCollection",
            "features": [loads(text) for text in found.features],
            "numberMatched": found.matched,
            "numberReturned": len(found.features),
        }

    def get(self, identifier: str, **asked: Any) -> dict[str, Any]:
        """GeoJSON feature in degrees, lon-lat. Raises ProviderItemNotFoundError (404)."""
        refuse_unsupported(asked)
        text = item(self.collection, identifier, CRS84)
        if text is None:
            raise ProviderItemNotFoundError(user_msg=f"Nie ma obiektu {identifier!r}.")
        feature: dict[str, Any] = loads(text)
        return feature


def refuse_unsupported(asked: dict[str, Any]) -> None:
    """A filter quietly ignored would be a wrong answer; the language changes nothing in the data."""
    unsupported = sorted(name for name, value in asked.items() if name != "language" and value not in (None, (), []))
    if unsupported:
        raise ProviderInvalidQueryError(user_msg=f"Nieobsługiwane / unsupported: {', '.join(unsupported)}.")
