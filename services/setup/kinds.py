"""Kinds of settings. An app declares its own in ``setting_kinds.py``, loaded when they are first asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from services.identity.models import StaffRole
from services.setup.forms import SettingForm
from spatial.errors import NotFound
from spatial.municipalities.models import Municipality

type Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something to do with a row beside changing it: "Sprawdź połączenie"."""

    code: str
    label: Text
    done: Text  #: said when it went well
    run: Callable[[Any], object]  #: raises ServiceError
    is_for_proposals: bool = False  #: changes nothing, so it may be done before the approval


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Settings of one kind. Who holds the role proposes; another person approves (``services.APPROVERS``)."""

    code: str  #: in addresses: "rachunki"
    title: Text  #: "Rachunki bankowe"
    add: Text  #: "Dodaj rachunek"
    role: StaffRole.Role
    form: type[SettingForm]
    facts: Callable[[Any], list[tuple[Text, str]]] = lambda row: []  #: what a page says of a row beside its fields
    alone: frozenset[str] = frozenset()  #: fields that one person may change
    fixed: Mapping[str, str] = field(default_factory=dict)  #: columns that are the same in all rows of the kind
    deeds: tuple[Deed, ...] = ()
    is_single: bool = False  #: an office has one at most

    @property
    def model(self) -> type[Model]:
        return self.form._meta.model

    def rows(self, municipality: Municipality) -> "QuerySet[Any]":
        return self.model._default_manager.filter(municipality=municipality, **self.fixed).order_by("pk")

    def fresh(self, municipality: Municipality) -> Any:
        """A new row, not saved."""
        return self.model(municipality=municipality, **self.fixed)

    def deed(self, code: str) -> Deed:
        """Raises NotFound."""
        for one in self.deeds:
            if one.code == code:
                return one
        raise NotFound(_("Nie ma takiego kroku."))


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Two of one code are a mistake of ours."""
    if kind.code in _kinds:
        raise ValueError(f"The kind of settings {kind.code} is declared twice.")
    _kinds[kind.code] = kind
    return kind


@cache
def kinds() -> Mapping[str, Kind]:
    """By the code, in the order of the apps."""
    autodiscover_modules("setting_kinds")
    return _kinds


def kind_of(code: str) -> Kind:
    """Raises NotFound."""
    found = kinds().get(code)
    if found is None:
        raise NotFound(_("Nie ma takich ustawień."))
    return found
