"""Why somebody reads owners, and what of them."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from spatial.owners.grounds import Field, Ground

FIELD_TITLES = {
    Field.NAME: _("imiona, nazwiska, nazwy i udziały"),
    Field.ADDRESS: _("adresy"),
    Field.PARENTS: _("imiona rodziców"),
    Field.PESEL: _("PESEL, NIP i REGON"),
    Field.LAND_BOOK: _("numer księgi wieczystej"),
}


class ReasonForm(forms.Form):
    """Offers only what some ground of the person allows; the pair is checked when the reading is opened."""

    ground = forms.ChoiceField(
        label=_("Na jakiej podstawie?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Wybierz podstawę."), "invalid_choice": _("Wybierz podstawę z listy.")},
    )
    case_number = forms.CharField(
        label=_("Znak sprawy"),
        help_text=_("Na przykład GP.6730.12.2026. Planista podaje go zawsze, gdy ustala strony."),
        max_length=60,
        required=False,
    )
    fields_shown = forms.MultipleChoiceField(
        label=_("Co chcesz zobaczyć?"),
        help_text=_("Zaznacz tylko to, czego potrzebujesz w tej sprawie."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Zaznacz, co chcesz zobaczyć.")},
    )

    def __init__(self, *args: object, grounds: Iterable[Ground], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # a form's own arguments
        offered = list(grounds)
        self.fields["ground"].choices = [(one.code, one.title) for one in offered]  # type: ignore[attr-defined]
        allowed = {field for one in offered for field in one.fields}
        self.fields["fields_shown"].choices = [  # type: ignore[attr-defined]
            (field.value, FIELD_TITLES[field]) for field in Field if field in allowed
        ]

    def wanted(self) -> set[Field]:
        return {Field(name) for name in self.cleaned_data["fields_shown"]}


class LogForm(forms.Form):
    """Which lines of which log."""

    gmina = forms.CharField(required=False, max_length=6)
    dziennik = forms.ChoiceField(choices=[("", _("rejestry właścicieli")), ("sprawy", _("sprawy"))], required=False)
    osoba = forms.CharField(label=_("Kto"), required=False, max_length=100)
    dzialka = forms.CharField(label=_("Działka"), required=False, max_length=80)
    sprawa = forms.CharField(label=_("Znak sprawy"), required=False, max_length=60)
    od = forms.DateField(label=_("Od dnia"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    do = forms.DateField(label=_("Do dnia"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
