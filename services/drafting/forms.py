"""What a planner fills in: a plan's own data, its acts, attributes of zones, units of its text, sheets, files."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.models import LocalPlan, PlanAct, PlanRelation, Provision

_DAY = {"type": "date", "min": "1900-01-01"}
_REQUIRED = {"required": _("Wypełnij to pole.")}
_NUMBER = {
    "invalid": _("Wpisz liczbę."),
    "min_value": _("Wpisz większą liczbę."),
    "max_value": _("Wpisz mniejszą liczbę."),
}
_BAD_DAY = {"invalid": _("Nie rozumiemy tej daty. Wpisz ją jako rok-miesiąc-dzień, na przykład 2026-11-23.")}


def day(label: Any, *, help_text: Any = "", is_required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs=_DAY),
        required=is_required,
        error_messages=_BAD_DAY | _REQUIRED,
    )


class NewPlanForm(forms.Form):
    code = forms.RegexField(
        r"[0-9A-Za-zŁŚŻŹĆŃÓĄĘłśżźćńóąę][\w.-]{0,78}",
        label=_("Oznaczenie"),
        help_text=_("Numer uchwały z łącznikami zamiast ukośników, na przykład XXIV-186-2012; plan ogólny: 1POG."),
        error_messages=_REQUIRED | {"invalid": _("Użyj liter, cyfr, kropek i łączników.")},
    )
    title = forms.CharField(label=_("Tytuł"), widget=forms.Textarea(attrs={"rows": 2}), error_messages=_REQUIRED)
    kind = forms.ChoiceField(label=_("Rodzaj"), choices=LocalPlan.Kind.choices)


class DataForm(forms.Form):
    """The plan's own data; fields are those of ``PlanRecord``."""

    title = forms.CharField(label=_("Tytuł"), widget=forms.Textarea(attrs={"rows": 3}), error_messages=_REQUIRED)
    drawing_scale = forms.IntegerField(
        label=_("Skala rysunku 1:"), min_value=100, max_value=100_000, error_messages=_REQUIRED | _NUMBER
    )
    base_map_on = day(_("Stan mapy podkładowej"))
    in_force_from = day(_("Obowiązuje od"), help_text=_("Zostaw puste, dopóki plan nie wszedł w życie."))
    in_force_to = day(_("Przestał obowiązywać"), help_text=_("Pierwszy dzień, w którym już nie obowiązuje."))
    planned_from = day(_("Ma obowiązywać od"), help_text=_("Tylko dla projektu; nie czyni planu prawem."))
    namespace = forms.RegexField(
        r"PL\.ZIPPZP\.[0-9]+/[0-9]{2,6}-(MPZP|POG|SUIKZP|PZPW)",
        label=_("Przestrzeń nazw zbioru APP"),
        help_text=_("Z ewidencji zbiorów, na przykład PL.ZIPPZP.1234/120610-MPZP. Można uzupełnić później."),
        required=False,
        error_messages={"invalid": _("Wpisz ją w postaci PL.ZIPPZP.1234/120610-MPZP.")},
    )


class ActForm(forms.Form):
    """One document; fields are those of ``ActRecord``."""

    role = forms.ChoiceField(label=_("Rola"), choices=PlanAct.Role.choices)
    title = forms.CharField(label=_("Tytuł"), widget=forms.Textarea(attrs={"rows": 2}), error_messages=_REQUIRED)
    number = forms.CharField(label=_("Numer"), max_length=60, required=False)
    issuer = forms.CharField(label=_("Organ"), max_length=200, required=False)
    adopted_on = day(_("Z dnia"))
    in_force_on = day(_("Wejście w życie"))
    journal_year = forms.IntegerField(
        label=_("Dz. Urz., rok"), min_value=1990, max_value=2100, required=False, error_messages=_NUMBER
    )
    journal_position = forms.IntegerField(label=_("Poz."), min_value=1, required=False, error_messages=_NUMBER)
    link = forms.URLField(
        label=_("Łącze"), max_length=500, required=False, assume_scheme="https",
        error_messages={"invalid": _("Wpisz pełny adres, na przykład https://edziennik.malopolska.uw.gov.pl/")},
    )  # fmt: skip


ActFormSet = forms.formset_factory(ActForm, extra=0, can_delete=True, max_num=100)


class RelationForm(forms.Form):
    """What the plan does to another one; fields are those of ``RelationRecord``, its area stays as it was."""

    kind = forms.ChoiceField(label=_("Co robi ten plan"), choices=PlanRelation.Kind.choices)
    target = forms.CharField(
        label=_("Oznaczenie drugiego planu"), max_length=80, help_text=_("Na przykład XXIV-186-2012."),
        error_messages=_REQUIRED,
    )  # fmt: skip
    on = day(_("Od dnia"), is_required=True)
    note = forms.CharField(label=_("Uwaga"), max_length=500, required=False)


RelationFormSet = forms.formset_factory(RelationForm, extra=0, can_delete=True, max_num=50)


class ZoneForm(forms.Form):
    """Attributes of a zone; its shape is changed on the map."""

    symbol = forms.CharField(label=_("Symbol"), max_length=30, strip=True, error_messages=_REQUIRED)
    name = forms.CharField(label=_("Przeznaczenie"), max_length=1000, required=False)
    class_2021 = forms.CharField(label=_("Klasa 2021"), max_length=10, required=False)
    planning_fee_percent = forms.IntegerField(
        label=_("Stawka opłaty"), min_value=0, max_value=30, required=False, error_messages=_NUMBER
    )


ZoneFormSet = forms.formset_factory(ZoneForm, extra=0, can_delete=True, max_num=5_000, absolute_max=5_000)


class FileForm(forms.Form):
    """A file of shapes or of text."""

    brought = forms.FileField(
        label=_("Plik"), error_messages={"required": _("Wybierz plik."), "empty": _("Wybrany plik jest pusty.")}
    )


class UnitForm(forms.Form):
    """One unit of the text; fields are those of ``ProvisionRecord``."""

    kind = forms.ChoiceField(label=_("Jednostka"), choices=Provision.Kind.choices)
    number = forms.CharField(label=_("Numer"), max_length=10, required=False)
    heading = forms.CharField(label=_("Tytuł"), max_length=1000, required=False)
    text = forms.CharField(label=_("Treść"), widget=forms.Textarea(attrs={"rows": 6}), required=False)
    binds_whole_plan = forms.BooleanField(label=_("Ustalenie ogólne, cytowane w każdym wypisie"), required=False)
    zones = forms.CharField(
        label=_("Tereny, których dotyczy"), help_text=_("Symbole oddzielone przecinkami."), required=False
    )
    overlays = forms.CharField(
        label=_("Strefy, których dotyczy"), help_text=_("Oznaczenia oddzielone przecinkami."), required=False
    )
    annulled_on = day(_("Nieważne od"))
    annulled_by = forms.CharField(label=_("Podstawa nieważności"), max_length=1000, required=False)

    def clean_zones(self) -> tuple[str, ...]:
        return _parts(self.cleaned_data["zones"])

    def clean_overlays(self) -> tuple[str, ...]:
        return _parts(self.cleaned_data["overlays"])


def _parts(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


class TextForm(forms.Form):
    """A resolution's text, brought or pasted."""

    brought = forms.FileField(
        label=_("Plik uchwały"),
        help_text=_("DOCX, PDF z tekstem, TXT albo HTML."),
        required=False,
        error_messages={"empty": _("Wybrany plik jest pusty.")},
    )
    pasted = forms.CharField(label=_("albo wklejony tekst"), widget=forms.Textarea(attrs={"rows": 10}), required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("brought") and not (said.get("pasted") or "").strip():
            raise forms.ValidationError(_("Wybierz plik albo wklej tekst uchwały."))
        return said


class SheetForm(forms.Form):
    """A drawing: a GeoTIFF, or a scan with points."""

    number = forms.CharField(label=_("Numer arkusza"), max_length=10, initial="1", error_messages=_REQUIRED)
    scale = forms.IntegerField(
        label=_("Skala 1:"), min_value=100, max_value=100_000, initial=1000, error_messages=_REQUIRED | _NUMBER
    )
    brought = forms.FileField(
        label=_("Plik rysunku"),
        help_text=_("GeoTIFF w układzie EPSG:2178. Ze skanem (TIFF, PNG, JPEG) podaj punkty dostosowania."),
        error_messages={"required": _("Wybierz plik."), "empty": _("Wybrany plik jest pusty.")},
    )
    points = forms.CharField(
        label=_("Punkty dostosowania"),
        help_text=_(
            "Co najmniej cztery, po jednym w wierszu: kolumna; wiersz; wschód; północ (piksele od lewego górnego rogu, "
            "metry w EPSG:2178). Możesz wkleić plik .points z QGIS."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "class": "numbers"}),
        required=False,
    )
    rmse = forms.FloatField(
        label=_("Błąd georeferencji [m]"),
        help_text=_("Jeśli jest znany. Przy punktach dostosowania obliczymy go sami."),
        min_value=0,
        required=False,
        error_messages=_NUMBER,
    )
    is_trial = forms.BooleanField(label=_("Tylko pokaż odchyłki punktów, nie dodawaj arkusza"), required=False)
