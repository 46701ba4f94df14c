"""What the resident and the planner type."""

import re
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from services.extracts.models import ExtractApplication

_SEPARATORS = re.compile(r"[\s,;]+")


class LandForm(forms.Form):
    """Which land, which part of the plan, which day; errors of the land itself come from the service."""

    parcels = forms.CharField(
        label=_("Działki"),
        help_text=_("Pełne identyfikatory, każdy w osobnym wierszu. Znajdziesz je na mapie, na karcie działki."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        max_length=2000,
        error_messages={"required": _("Podaj co najmniej jedną działkę, na przykład 120610_5.0007.123/4.")},
    )
    scope = forms.ChoiceField(
        label=_("Co ma zawierać dokument?"),
        choices=ExtractApplication.Scope.choices,
        initial=ExtractApplication.Scope.BOTH,
        widget=forms.RadioSelect,
        error_messages={"required": _("Wybierz, co ma zawierać dokument.")},
    )
    as_of = forms.DateField(
        label=_("Stan prawny na dzień"),
        help_text=_("Zwykle dzisiaj. Wcześniejszy dzień wybierz, gdy potrzebujesz planu, który obowiązywał wtedy."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": "1990-01-01"}),
        error_messages={
            "required": _("Podaj dzień, na przykład 2026-11-23."),
            "invalid": _("Nie rozumiemy tej daty. Wpisz ją jako rok-miesiąc-dzień, na przykład 2026-11-23."),
        },
    )

    def identifiers(self) -> list[str]:
        """Parcels as typed, one by one."""
        return [word for word in _SEPARATORS.split(self.cleaned_data["parcels"]) if word]

    def clean_as_of(self) -> date:
        day: date = self.cleaned_data["as_of"]
        if day.year < 1990:
            raise forms.ValidationError(_("Najwcześniejszy dzień, o który można zapytać, to 1 stycznia 1990."))
        return day


class ApplicationForm(LandForm):
    """Wniosek o wypis i wyrys."""

    purpose = forms.CharField(
        label=_("Do czego potrzebujesz dokumentu? (nieobowiązkowe)"),
        help_text=_("Na przykład: sprzedaż działki, kredyt, pozwolenie na budowę."),
        required=False,
        max_length=300,
    )


class CorrectionForm(LandForm):
    """The planner mends an application, for example a wrong district; the applicant sees that and why."""

    note = forms.CharField(
        label=_("Co i dlaczego poprawiasz?"),
        help_text=_("Przeczyta to wnioskodawca."),
        max_length=1000,
        error_messages={"required": _("Napisz, co i dlaczego poprawiasz.")},
    )


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=_("Przyczyna odmowy"),
        help_text=_("Przeczyta ją wnioskodawca. Napisz, co się stało i co może zrobić."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        error_messages={"required": _("Napisz, dlaczego odmawiasz.")},
    )
