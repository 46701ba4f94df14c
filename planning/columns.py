"""Fields of records and columns of tables that carry one name: "not said" is None in a record, "" in a text column."""

from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import Any

from django.db.models import CharField, Field, Model, TextField


def names_of(record: type, *, without: Collection[str] = ()) -> list[str]:
    """Fields of a record that have a column."""
    return [field.name for field in fields(record) if field.name not in without]


def to_columns(record: Any, names: Iterable[str], model: type[Model]) -> dict[str, Any]:
    """Values for a new row."""
    return {name: _column(getattr(record, name), model._meta.get_field(name)) for name in names}


def from_columns(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """Values for a record."""
    return {name: _value(getattr(row, name), row._meta.get_field(name)) for name in names}


def _column(value: Any, field: Any) -> Any:
    if value is None and _is_text(field):
        return ""
    return list(value) if isinstance(value, tuple) else value


def _value(value: Any, field: Any) -> Any:
    if value == "" and _is_text(field) and field.blank:
        return None
    return tuple(value) if isinstance(value, list) else value


def _is_text(field: Any) -> bool:
    return isinstance(field, Field) and isinstance(field, CharField | TextField) and not field.null
