"""Collections of the registry answered from the open views: the database writes the geometry, nothing builds objects.

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
from spatial.ogc.open_data import field_of, key_field, order_field, outline_of, reading
from spatial.ogc.open_data import rows as open_rows
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


def matching(collection: Collection, question: Question, alias: str) -> QuerySet[Any]:
    """Public rows that satisfy the question, with an annotation for each property, unordered."""
    rows = with_properties(served(collection, question, alias), collection)
    if question.area is not None:
        rows = rows.filter(geom__intersects=question.area)
    if question.is_elsewhere:
        rows = rows.none()
    for name, value in (question.equal or {}).items():
        rows = rows.filter(**{alias_of(name): value})
    return rows.filter(question.condition) if question.condition is not None else rows


def with_properties(rows: QuerySet[Any], collection: Collection) -> QuerySet[Any]:
    properties = {alias_of(name): F(field_of(name)) for name in collection.fields}
    known: QuerySet[Any] = rows.alias(**properties)
    return known


def served(collection: Collection, question: Question, alias: str) -> QuerySet[Any]:
    """Rows of now, or those whose legal time meets the days asked for."""
    rows = open_rows(collection, alias, of_now=is_of_now(collection, question))
    if question.days is None or collection.time is None:
        return rows
    if question.days.end:
        rows = rows.filter(row_start__lte=question.days.end)
    if question.days.start:
        rows = rows.filter(Q(row_end__isnull=True) | Q(row_end__gt=question.days.start))
    return rows


def is_of_now(collection: Collection, question: Question) -> bool:
    return question.days is None or collection.time is None


def page(collection: Collection, question: Question) -> Page:
    """One or two queries: the page, and the count where the page does not tell it."""
    with reading() as alias:
        rows = matching(collection, question, alias)
        if question.hits_only:
            return Page([], rows.count())
        order = order_of(collection, question)
        chosen = rows.order_by(*order)[question.offset : question.offset + question.limit]
        if question.offset:
            # PostgreSQL would write the GeoJSON of every row that it skips.
            some = open_rows(collection, alias, of_now=is_of_now(collection, question))
            chosen = with_properties(some.filter(pk__in=chosen.values("pk")), collection).order_by(*order)
        features = list(features_of(chosen, collection, question))
        is_last = len(features) < question.limit and (features or question.offset == 0)
        return Page(features, question.offset + len(features) if is_last else rows.count())


def order_of(collection: Collection, question: Question) -> list[str]:
    """As asked, then as the collection says, then by the row, so that pages follow each other."""
    asked = [f"{'-' if descending else ''}{alias_of(name)}" for name, descending in question.order]
    own = [f"{'-' if path.startswith('-') else ''}{order_field(place)}" for place, path in enumerate(collection.order)]
    return [*asked, *own, "pk"]


def item(collection: Collection, identifier: str, system: ReferenceSystem) -> str | None:
    """The feature as JSON text, None where the id is not public."""
    if "\0" in identifier or len(identifier) > 300:
        return None
    question = Question(equal={collection.id_field: identifier}, system=system)
    with reading() as alias:
        rows = matching(collection, question, alias)
        if collection.narrow:
            rows = rows.filter(**{key_field(path): value for path, value in collection.narrow(identifier).items()})
        return next(features_of(rows[:1], collection, question), None)


def features_of(rows: QuerySet[Any], collection: Collection, question: Question) -> Iterator[str]:
    names = tuple(collection.fields) if question.properties is None else question.properties
    columns = [alias_of(name) for name in (collection.id_field, *names)]
    shown: dict[str, Combinable] = {column: F(column) for column in columns}
    if question.geometry:
        outline = F(outline_of(collection, of_now=is_of_now(collection, question)))
        shown[GEOMETRY_ALIAS] = geojson_of(outline, question.system)
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
