from django import template

from services.registers import differences
from spatial.imports import registry
from spatial.imports.models import Change

register = template.Library()


@register.filter
def source_title(code: str) -> str:
    """Title of a source; its code for deliveries that no declared source made."""
    known = registry.source_if_known(code)
    return known.title if known else code


@register.filter
def table_title(table: str) -> str:
    return differences.title_of(table)


@register.filter
def differing(change: Change) -> list[differences.Said]:
    return differences.differing(change)
