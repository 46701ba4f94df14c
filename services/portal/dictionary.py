"""docs/data-dictionary.md, made from the models: what stands where, and from which field of the source it comes."""

from collections.abc import Iterator

from django.apps import AppConfig, apps
from django.contrib.gis.db.models import GeometryField
from django.db.models import Field, Model
from django.utils import translation

from spatial.ogc.registry import collections
from spatial.versions import Versioned

INTRODUCTION = """\
# Data dictionary

Made from the models by `manage.py handbook`; a test keeps it true. The names of tables and columns are those of the
database, the labels are Polish as on the pages, the last column is the field of the source (`db_comment`, so that
`\\\\d+` and desktop GIS show it too). Geometry is stored in EPSG:2178, metres, x east.

Registers with versions have these columns besides their own:

| column | meaning |
|---|---|
| `identifier` | identifier of the object; one current version each |
| `valid_from`, `valid_to` | days of the register's state, the end exclusive; null: current |
| `recorded_at`, `closed_at`, `superseded_at` | when we learnt of the version, of its end, and that it had been wrong |
| `snapshot_id`, `closed_by_id` | the delivery that brought it, and the one that closed or withdrew it |
| `municipality_id` | TERYT of the gmina, six digits |
| `fingerprint` | MD5 of what the source said |
"""

_OF_VERSIONS = {field.name for field in Versioned._meta.get_fields()}
_OURS = ("spatial", "planning", "tiles", "services")


def data_dictionary() -> str:
    with translation.override("pl"):  # labels of Django's own models follow the language of the moment
        return "\n".join([INTRODUCTION, *(_app(config) for config in _apps())])


def _apps() -> list[AppConfig]:
    ours = [config for config in apps.get_app_configs() if config.name.split(".")[0] in _OURS and config.models]
    return sorted(ours, key=lambda config: (_OURS.index(config.name.split(".")[0]), config.name))


def _app(config: AppConfig) -> str:
    models = [model for model in config.get_models() if model._meta.managed]
    return "\n".join([f"## {config.name}", "", *(_table(model) for model in models)])


def _table(model: type[Model]) -> str:
    meta = model._meta
    head = f"### `{meta.db_table.replace(chr(34), '')}` – {meta.verbose_name}"
    first = (model.__doc__ or "").strip().splitlines()[0]
    notes = [note for note in (_kind(model), _public(model)) if note]
    rows = "\n".join(_row(field) for field in _fields(model))
    return "\n".join(
        [head, "", " ".join([first, *notes]), "", "| column | type | label | source |", "|---|---|---|---|", rows, ""]
    )


def _fields(model: type[Model]) -> Iterator["Field[object, object]"]:
    is_versioned = issubclass(model, Versioned)
    for field in model._meta.concrete_fields:
        if field.name != "id" and not (is_versioned and field.name in _OF_VERSIONS):
            yield field


def _kind(model: type[Model]) -> str:
    return "Register with versions." if issubclass(model, Versioned) else ""


def _public(model: type[Model]) -> str:
    """Which open collections are made from the table."""
    if '"private"' in model._meta.db_table:
        return "**Private:** in no view, collection, tile, search or log."
    served = [collection.id for collection in collections if collection.public().model is model]
    return f"Open collections: {', '.join(f'`{name}`' for name in served)}." if served else ""


def _row(field: "Field[object, object]") -> str:
    optional = ", may be null" if field.null else ""
    label = str(field.verbose_name) if field.verbose_name != field.name.replace("_", " ") else ""
    source = getattr(field, "db_comment", None) or ""
    return f"| `{field.column}` | {_type(field)}{optional} | {label} | {source} |".replace("  ", " ")


def _type(field: "Field[object, object]") -> str:
    if isinstance(field, GeometryField):
        return f"{field.geom_type} {field.srid}"
    if field.remote_field is not None:
        return f"→ `{field.remote_field.model._meta.db_table.replace(chr(34), '')}`"
    length = f"({field.max_length})" if getattr(field, "max_length", None) else ""
    return f"{field.get_internal_type().removesuffix('Field').lower()}{length}"
