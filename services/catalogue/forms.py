"""A party as a clerk enters it, with its key in a register of the office."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.parties import numbers
from services.parties.models import ExternalRef
from services.parties.people import Known
from spatial.errors import Malformed
from spatial.municipalities.models import Municipality

PERSON, ORGANISATION = "person", "organisation"
KINDS = [(PERSON, _("osoba")), (ORGANISATION, _("firma albo instytucja"))]
NO_SPELLING = {"autocomplete": "off", "spellcheck": "false"}


class PrincipalForm(forms.Form):
    """Who it is: a person by a PESEL, or an organisation by a NIP."""

    kind = forms.ChoiceField(
        label=_("Kto to jest?"), widget=forms.RadioSelect, choices=KINDS,
        error_messages={"required": _("Wybierz, czy to osoba, czy firma.")},
    )  # fmt: skip
    pesel = forms.CharField(
        label=_("PESEL"), help_text=_("Tylko dla osoby."), required=False, max_length=20,
        widget=forms.TextInput(attrs={**NO_SPELLING, "inputmode": "numeric"}),
    )  # fmt: skip
    first_name = forms.CharField(label=_("Imię"), help_text=_("Tylko dla osoby."), required=False, max_length=100)
    nip = forms.CharField(
        label=_("NIP"), help_text=_("Tylko dla firmy albo instytucji."), required=False, max_length=20,
        widget=forms.TextInput(attrs={**NO_SPELLING, "inputmode": "numeric"}),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Nazwisko albo nazwa"), max_length=150, error_messages={"required": _("Wpisz nazwisko albo nazwę.")}
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") == PERSON:
            said["nip"] = ""
            self.check("pesel", numbers.pesel)
            if not said.get("first_name"):
                self.add_error("first_name", _("Wpisz imię."))
        elif said.get("kind") == ORGANISATION:
            said["pesel"] = said["first_name"] = ""
            self.check("nip", numbers.nip)
        return said

    def check(self, name: str, rule: Callable[[str], str]) -> None:
        """By its own rule, where something was typed."""
        try:
            self.cleaned_data[name] = numbers.optional(rule, self.cleaned_data.get(name) or "")
        except Malformed as fault:
            self.add_error(name, fault.message)


class PartyForm(PrincipalForm):
    """With its key; numbers may be unknown, then names that are alike are shown first."""

    regon = forms.CharField(label=_("REGON"), required=False, max_length=20)
    krs = forms.CharField(label=_("KRS"), required=False, max_length=20)
    address = forms.CharField(label=_("Adres"), required=False, max_length=300)
    municipality = forms.ModelChoiceField(
        label=_("Gmina"),
        queryset=Municipality.objects.none(),
        empty_label=_("wybierz gminę"),
        error_messages={"required": _("Wybierz gminę.")},
    )
    register = forms.ChoiceField(label=_("Rejestr"), choices=ExternalRef.Register)
    key = forms.CharField(
        label=_("Numer w rejestrze"), help_text=_("Na przykład numer odbiorcy wody albo konta podatkowego."),
        max_length=60, error_messages={"required": _("Wpisz numer z rejestru.")},
    )  # fmt: skip

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["municipality"].queryset = places.order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        self.check("regon", numbers.regon)
        self.check("krs", numbers.krs)
        return said

    def known(self) -> Known:
        said = self.cleaned_data
        names = ("name", "first_name", "pesel", "nip", "regon", "krs", "address")
        return Known(**{name: said[name] for name in names}, is_confirmed=True)
