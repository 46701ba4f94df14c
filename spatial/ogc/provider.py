"""The registry's collections as a pygeoapi provider."""

from collections.abc import Sequence
from json import loads
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from pygeoapi.provider.base import BaseProvider, ProviderInvalidQueryError, ProviderItemNotFoundError

from spatial.errors import Malformed
from spatial.ogc.conditions import Condition
from spatial.ogc.open_data import reading
from spatial.ogc.pages import item, page
from spatial.ogc.questions import DEFAULT_LIMIT, MAX_LIMIT, Question
from spatial.ogc.reference_systems import CRS84, area_of
from spatial.ogc.registry import collections
from spatial.ogc.values import from_text, unknown_property


class OpenProvider(BaseProvider):  # type: ignore[misc] # pygeoapi carries no types
    """``data`` names a collection that an app registered."""

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
        filterq: Condition | None = None,
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
            area = area_of(bbox, CRS84) if bbox else None
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
        with reading() as ask:
            found = page(self.collection, question, ask)
        return {
            "type": "FeatureCollection",
            "features": [loads(text) for text in found.features],
            "numberMatched": found.matched,
            "numberReturned": len(found.features),
        }

    def get(self, identifier: str, **asked: Any) -> dict[str, Any]:
        """GeoJSON feature in degrees, lon-lat. Raises ProviderItemNotFoundError (404)."""
        refuse_unsupported(asked)
        with reading() as ask:
            text = item(self.collection, identifier, CRS84, ask)
        if text is None:
            raise ProviderItemNotFoundError(user_msg=f"Nie ma obiektu {identifier!r}.")
        feature: dict[str, Any] = loads(text)
        return feature


def refuse_unsupported(asked: dict[str, Any]) -> None:
    """A filter quietly ignored would be a wrong answer; the language changes nothing in the data."""
    unsupported = sorted(name for name, value in asked.items() if name != "language" and value not in (None, (), []))
    if unsupported:
        raise ProviderInvalidQueryError(user_msg=f"Nieobsługiwane / unsupported: {', '.join(unsupported)}.")
