"""A mandate as a resident asks for it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.catalogue.declaration import eservices
from services.catalogue.forms import PERSON, PrincipalForm
from services.documents.uploads import LARGEST, Checked, checked
from services.forms.questions import spoken
from services.parties.mandates import ASKED_FOR, Wish
from services.parties.models import PartyLink
from services.parties.people import Known
from spatial.errors import Malformed
from spatial.municipalities.models import Municipality

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class WishForm(PrincipalForm):
    """For whom, on what ground, before which office, until when, in what; with the document."""

    field_order = ["municipality", "kind", "pesel", "first_name", "nip", "name"]

    municipality = forms.ModelChoiceField(
        label=_("Który urząd ma zatwierdzić umocowanie?"), queryset=Municipality.objects.order_by("name"),
        empty_label=_("wybierz urząd"),
        help_text=_("Umocowanie działa tylko w sprawach tego urzędu."),
        error_messages={"required": _("Wybierz urząd.")},
    )  # fmt: skip
    basis = forms.ChoiceField(
        label=_("Na jakiej podstawie działasz?"), widget=forms.RadioSelect,
        choices=[(one.value, one.label) for one in ASKED_FOR],
        error_messages={"required": _("Wybierz podstawę.")},
    )  # fmt: skip
    duty_free = forms.ChoiceField(
        label=_("Czy pełnomocnictwo jest zwolnione z opłaty skarbowej?"), required=False,
        choices=[("", _("nie")), *(one for one in PartyLink.DutyFree.choices if one[0] != PartyLink.DutyFree.FAMILY)],
        help_text=_("Mocodawca to osoba albo firma, w której imieniu działasz. Zwolnienie sprawdzi urząd."),
    )  # fmt: skip
    valid_from = forms.DateField(
        label=_("Od dnia"), widget=DAY, initial=timezone.localdate, error_messages={"required": _("Podaj dzień.")}
    )
    valid_to = forms.DateField(
        label=_("Do dnia"), help_text=_("Zostaw puste, jeśli obowiązuje do odwołania."), required=False, widget=DAY
    )
    scope = forms.MultipleChoiceField(
        label=_("Tylko w tych sprawach"), help_text=_("Nie zaznaczaj nic, jeśli obejmuje wszystkie."), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    document = forms.FileField(
        label=_("Dokument"), help_text=_("Pełnomocnictwo, odpis z KRS albo postanowienie sądu. Do 10 MB."),
        error_messages={"required": _("Dołącz dokument."), "empty": _("Ten plik jest pusty.")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = [(one.code, spoken(one.card.title)) for one in eservices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("kind") == PERSON and not said.get("pesel") and "pesel" not in self.errors:
            self.add_error("pesel", _("Wpisz PESEL osoby, w której imieniu działasz."))
        if said.get("kind") and said["kind"] != PERSON and not said.get("nip") and "nip" not in self.errors:
            self.add_error("nip", _("Wpisz NIP firmy albo instytucji."))
        if said.get("kind") == PERSON and said.get("basis") == PartyLink.Basis.REPRESENTATION:
            self.add_error("basis", _("Według KRS reprezentuje się firmę albo instytucję, nie osobę."))
        return said

    def clean_document(self) -> Checked:
        """Told by its content, scanned; a picture is drawn anew."""
        file = self.cleaned_data["document"]
        try:
            return checked(str(file.name or ""), file.read(LARGEST + 1))
        except Malformed as fault:
            raise forms.ValidationError(fault.message) from None

    def wish(self) -> Wish:
        said = self.cleaned_data
        return Wish(
            principal=Known(name=said["name"], first_name=said["first_name"], pesel=said["pesel"], nip=said["nip"]),
            municipality=said["municipality"], basis=PartyLink.Basis(said["basis"]), valid_from=said["valid_from"],
            valid_to=said["valid_to"], scope=said["scope"], duty_free=said["duty_free"],
        )  # fmt: skip
