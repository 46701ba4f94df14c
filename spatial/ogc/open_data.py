"""Reading the open views: the models over them, and the connection that may read nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.contrib.gis.db.models import GeometryField
from django.db import connections, models
from django.db.models import QuerySet
from psycopg import sql
from psycopg.pq import TransactionStatus

from spatial import crs
from spatial.ogc.open_views import END, GEOMETRY, KEY, SHAPE, START, View, key_column, order_column
from spatial.ogc.registry import Collection, FieldType

FIELDS: "dict[FieldType, type[models.Field[Any, Any]]]" = {
    "string": models.TextField,
    "integer": models.BigIntegerField,
    "number": models.FloatField,
    "date": models.DateField,
}
ROW_KEY, START_FIELD, END_FIELD, SHAPE_FIELD = "row_key", "row_start", "row_end", "row_shape"

_models: dict[tuple[int, bool], tuple[Collection, type[models.Model]]] = {}


class OpenRouter:
    """No migration ever runs on the connection of the open views."""

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        return False if db == "open" else None


@contextmanager
def reading() -> Iterator[str]:
    """Alias of the connection; what is asked on it within the block is asked as the role of the open views.

    An installation has a connection of its own for that. Tests, whose rows no other connection sees, lend their own
    to the role.
    """
    alias, role = settings.OPEN_DATA_ALIAS, settings.OPEN_DATA_ROLE
    if role is None:
        yield alias
        return
    _as_role(alias, sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    try:
        yield alias
    finally:
        if connections[alias].connection.info.transaction_status != TransactionStatus.INERROR:
            _as_role(alias, sql.SQL("RESET ROLE"))


def _as_role(alias: str, statement: sql.Composable) -> None:
    connections[alias].ensure_connection()
    with connections[alias].connection.cursor() as cursor:
        cursor.execute(statement)


def rows(collection: Collection, alias: str, *, of_now: bool = True) -> QuerySet[Any]:
    """Rows of the view; fields are ``field_of(name)``, ``geom`` and those named above."""
    found: QuerySet[Any] = model_of(collection, of_now=of_now)._default_manager.using(alias)
    return found


def model_of(collection: Collection, *, of_now: bool) -> type[models.Model]:
    """A model over the view, in a registry of its own: no migration, relation or page of models knows it."""
    held = _models.get((id(collection), of_now))
    if held is None:
        held = _models[id(collection), of_now] = collection, _made(View(collection, of_now))
    return held[1]


def _made(view: View) -> type[models.Model]:
    collection = view.collection
    fields: dict[str, Any] = {
        field_of(name): FIELDS[spec.type](db_column=name) for name, spec in collection.fields.items()
    }
    fields[ROW_KEY] = _key(view.rows().model)
    fields[GEOMETRY] = GeometryField(srid=crs.PL_2000_7, db_column=GEOMETRY)
    for place in range(len(collection.order)):
        fields[order_field(place)] = models.TextField(db_column=order_column(place))
    for path in collection.narrow("") if collection.narrow else ():
        fields[key_field(path)] = models.TextField(db_column=key_column(path))
    if view.of_now and collection.shape:
        fields[SHAPE_FIELD] = GeometryField(srid=crs.PL_2000_7, db_column=SHAPE)
    if not view.of_now:
        fields |= {START_FIELD: models.DateField(db_column=START), END_FIELD: models.DateField(db_column=END)}
    meta = type("Meta", (), {"apps": Apps(), "app_label": "ogc", "managed": False, "db_table": view.table})
    return type("OpenRow", (models.Model,), {"__module__": __name__, "Meta": meta, **fields})


def _key(model: type[models.Model]) -> "models.Field[Any, Any]":
    kind = models.BigIntegerField if isinstance(model._meta.pk, models.IntegerField) else models.TextField
    return kind(db_column=KEY, primary_key=True)


def field_of(name: str) -> str:
    """Field of the model that holds a public property."""
    return f"said_{name}"


def order_field(place: int) -> str:
    return f"order{place}"


def key_field(path: str) -> str:
    return f"by_{path.replace('__', '_')}"


def outline_of(collection: Collection, *, of_now: bool) -> str:
    """Field of the geometry to serve; rows of other days are served as stored."""
    return SHAPE_FIELD if collection.shape and of_now else GEOMETRY
