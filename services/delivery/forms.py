"""How a person wants letters, and what a confirmation of receipt says."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.correspondence.forms import DAY
from services.delivery import ade
from services.delivery.models import Addressee
from services.delivery.paper import Confirmation, Outcome


class AddressForm(forms.Form):
    """An address for electronic delivery, an address on paper."""

    ade = forms.CharField(
        label=_("Adres do doręczeń elektronicznych"), required=False, max_length=40,
        help_text=_("Znajdziesz go w swojej skrzynce e-Doręczeń, na przykład AE:PL-55754-97181-CHDVR-19."),
    )  # fmt: skip
    street = forms.CharField(
        label=_("Ulica i numer"), help_text=_("Na wsi bez ulic: nazwa wsi i numer."), required=False, max_length=100
    )
    postal_code = forms.RegexField(
        r"^[0-9]{2}-[0-9]{3}$", label=_("Kod pocztowy"), required=False,
        error_messages={"invalid": _("Podaj kod pocztowy jako 00-000.")},
    )  # fmt: skip
    city = forms.CharField(label=_("Miejscowość"), required=False, max_length=60)

    def clean_ade(self) -> str:
        address = ade.normal(self.cleaned_data["ade"])
        if address and not ade.is_address(address):
            raise forms.ValidationError(_("Adres ma postać AE:PL-00000-00000-AAAAA-00. Sprawdź, czy jest cały."))
        return address

    def refuse_partial(self, found: dict[str, Any]) -> None:
        """Adds what a letter on paper lacks."""
        for name in ("street", "postal_code", "city"):
            if not found.get(name) and name not in self.errors:
                self.add_error(name, _("Podaj cały adres pocztowy."))


class AddresseeForm(AddressForm):
    """Where letters of offices go."""

    field_order = ["way"]

    way = forms.ChoiceField(
        label=_("Jak chcesz dostawać pisma?"), choices=Addressee.Way.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Wybierz, jak chcesz dostawać pisma.")},
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("way") == Addressee.Way.ADE and not found.get("ade") and "ade" not in self.errors:
            self.add_error("ade", _("Podaj adres do doręczeń elektronicznych."))
        if found.get("way") == Addressee.Way.PAPER:
            self.refuse_partial(found)
        return found


class PartyAddressForm(AddressForm):
    """Where the office writes to a party without an account: one of the two at least, an address on paper whole."""

    ade = forms.CharField(
        label=_("Adres do doręczeń elektronicznych"), required=False, max_length=40,
        help_text=_("Z bazy adresów elektronicznych, na przykład AE:PL-55754-97181-CHDVR-19."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        is_on_paper = any(found.get(name) for name in ("street", "postal_code", "city"))
        if is_on_paper or not (found.get("ade") or self.errors):
            self.refuse_partial(found)
        return found


class PostingDayForm(forms.Form):
    """The day on the stamp of the post office."""

    dnia = forms.DateField(
        label=_("Dzień nadania"), widget=DAY, help_text=_("Ze stempla poczty w książce nadawczej."),
        error_messages={"required": _("Podaj dzień nadania.")},
    )  # fmt: skip


OUTCOMES = (
    (Outcome.DELIVERED.value, _("doręczono")),
    (Outcome.AFTER_NOTICE.value, _("doręczono na poczcie po zawiadomieniu")),
    (Outcome.RETURNED_AFTER_NOTICE.value, _("wróciło po dwóch zawiadomieniach")),
    (Outcome.RETURNED.value, _("wróciło z innej przyczyny")),
)


class ConfirmationForm(forms.Form):
    """A confirmation of receipt as it came back."""

    outcome = forms.ChoiceField(
        label=_("Co stało się z listem?"), choices=OUTCOMES, widget=forms.RadioSelect,
        error_messages={"required": _("Wybierz, co stało się z listem.")},
    )  # fmt: skip
    on = forms.DateField(label=_("Dzień doręczenia albo zwrotu"), required=False, widget=DAY)
    first_notice_on = forms.DateField(label=_("Pierwsze zawiadomienie"), required=False, widget=DAY)
    second_notice_on = forms.DateField(label=_("Drugie zawiadomienie"), required=False, widget=DAY)
    received_by = forms.CharField(
        label=_("Kto odebrał"), help_text=_("Imię i nazwisko oraz kim jest, na przykład dorosły domownik."),
        required=False, max_length=200,
    )  # fmt: skip
    reason = forms.CharField(label=_("Przyczyna zwrotu"), required=False, max_length=150)

    def confirmation(self) -> Confirmation:
        said = self.cleaned_data
        return Confirmation(**said | {"outcome": Outcome(said["outcome"])})
