"""Which letters are looked for, and a paper letter as the clerk enters it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.correspondence.models import OrganisationalUnit
from services.correspondence.services import Channel, Direction
from spatial.municipalities.models import Municipality

#: how paper moves; the rest the portal enters by itself
PAPER = (Channel.POST, Channel.IN_PERSON)
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class OwnForm(forms.Form):
    """Which of the own letters."""

    rok = forms.IntegerField(label=_("Rok"), required=False, min_value=2000, max_value=2100)
    sprawa = forms.CharField(label=_("Znak sprawy"), required=False, max_length=60)
    gmina = forms.ModelChoiceField(
        label=_("Urząd"), required=False, queryset=Municipality.objects.order_by("name"), empty_label=_("wszystkie")
    )


class RegisterForm(forms.Form):
    """Which letters of the office."""

    komorka = forms.CharField(label=_("Komórka"), required=False, max_length=12)
    kierunek = forms.ChoiceField(
        label=_("Kierunek"), required=False, choices=[("", _("wszystkie")), *Direction.choices]
    )
    rok = forms.IntegerField(label=_("Rok"), required=False, min_value=2000, max_value=2100)
    szukaj = forms.CharField(label=_("Szukaj"), required=False, max_length=100)


class LetterForm(forms.Form):
    """A letter on paper, in or out."""

    direction = forms.ChoiceField(
        label=_("Co się dzieje z pismem?"),
        widget=forms.RadioSelect,
        choices=[(Direction.IN.value, _("przyszło do urzędu")), (Direction.OUT.value, _("urząd je wysyła"))],
        error_messages={"required": _("Wybierz, czy pismo przyszło, czy wychodzi.")},
    )
    unit = forms.ChoiceField(label=_("Komórka"), error_messages={"required": _("Wybierz komórkę.")})
    channel = forms.ChoiceField(
        label=_("Sposób"), choices=[(one.value, one.label) for one in PAPER], initial=Channel.POST.value
    )
    case_number = forms.CharField(
        label=_("Znak sprawy"),
        help_text=_("Jeśli pismo dotyczy sprawy, na przykład OR.1510.12.2026."),
        max_length=60,
        required=False,
    )
    party_name = forms.CharField(
        label=_("Nadawca lub adresat"),
        help_text=_("Możesz zostawić puste, jeśli to wnioskodawca podanej sprawy."),
        max_length=200,
        required=False,
    )
    subject = forms.CharField(
        label=_("Czego dotyczy?"), max_length=250, error_messages={"required": _("Napisz, czego dotyczy pismo.")}
    )
    written_on = forms.DateField(label=_("Data na piśmie"), required=False, widget=DAY)
    their_mark = forms.CharField(label=_("Znak nadawcy"), max_length=60, required=False)
    attachments = forms.IntegerField(
        label=_("Liczba załączników"), min_value=0, max_value=1000, initial=0, required=False
    )

    def __init__(self, *args: Any, units: Iterable[OrganisationalUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(one.symbol, str(one)) for one in units]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("party_name") and not found.get("case_number"):
            self.add_error("party_name", _("Wpisz, od kogo albo do kogo jest pismo, albo podaj znak sprawy."))
        return found


class DeliveryForm(forms.Form):
    """What the confirmation of receipt says."""

    wynik = forms.ChoiceField(choices=[("doreczono", ""), ("zwrot", "")])
    dnia = forms.DateField(required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("wynik") == "doreczono" and not found.get("dnia"):
            self.add_error("dnia", "")
        return found

    def day(self) -> date | None:
        """Of delivery; None where the letter came back."""
        return self.cleaned_data["dnia"] if self.cleaned_data["wynik"] == "doreczono" else None
