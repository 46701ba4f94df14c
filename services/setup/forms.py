"""The form of one setting. The page, the command and the approval fill the same one, so its rules hold for all."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import ForeignObjectRel, Model
from django.utils.translation import gettext_lazy as _

type Values = dict[str, Any]  #: of fields, as JSON holds them

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
SECRET = forms.PasswordInput(attrs={"autocomplete": "off"})


class SettingForm(forms.ModelForm):  # type: ignore[type-arg]
    """``Meta.fields`` are what a change keeps and shows; secrets stand beside them and are shown to nobody."""

    kept: ClassVar[tuple[str, ...]] = ()  #: fields that change no more once something refers to the row

    ground = forms.CharField(
        label=_("Podstawa zmiany"), max_length=300,
        help_text=_("Na przykład umowa i jej data. Zobaczy to osoba, która zatwierdza zmianę."),
        error_messages={"required": _("Napisz, z czego wynika zmiana.")},
    )  # fmt: skip

    def __init__(self, *args: Any, by_shell: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self.by_shell = by_shell
        first = {name: field.prepare_value(self.get_initial_for_field(field, name)) for name, field in self.shown}
        self.before = as_json(first)
        secrets = self.secret_fields()
        self.secrets = tuple(secrets)
        ground = self.fields.pop("ground")
        self.fields |= secrets if by_shell else secrets | {"ground": ground}
        self.is_used = is_used(self.instance)
        for name in self.kept if self.is_used else ():
            self.fields[name].widget = forms.HiddenInput()

    def secret_fields(self) -> dict[str, forms.Field]:
        """Left empty, a secret stays as it is."""
        return {}

    def consequences(self) -> list[str]:
        """What else the change of a valid form does, for the person who approves it."""
        return []

    def clean(self) -> Values:
        said: Values = super().clean() or {}
        if self.is_used and any(self.before[name] != value for name, value in self.values.items() if name in self.kept):
            raise forms.ValidationError(_("To ustawienie jest już używane i tego w nim nie można zmienić."))
        return said

    @property
    def shown(self) -> list[tuple[str, forms.Field]]:
        return [(name, self.fields[name]) for name in self._meta.fields or () if name in self.fields]

    @property
    def values(self) -> Values:
        """What was typed well, without secrets."""
        said = self.cleaned_data
        return as_json({name: field.prepare_value(said[name]) for name, field in self.shown if name in said})

    @property
    def changes(self) -> set[str]:
        """Names of fields whose value is another than it was."""
        return {name for name, value in self.values.items() if self.before[name] != value} | set(self.given_secrets)

    @property
    def given_secrets(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.secrets if self.cleaned_data.get(name)}


def as_json(values: Mapping[str, Any]) -> Values:
    found: Values = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return found


def is_used(row: Model) -> bool:
    """Whether a row of any table refers to it."""
    if row.pk is None:
        return False
    relations = (one for one in row._meta.get_fields(include_hidden=True) if isinstance(one, ForeignObjectRel))
    return any(one.related_model._base_manager.filter(**{one.field.name: row}).exists() for one in relations)
