"""What the clerk brings."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from spatial.municipalities.models import Municipality


class StatementForm(forms.Form):
    """A file of the bank, for one office."""

    gmina = forms.ModelChoiceField(label=_("Urząd"), queryset=Municipality.objects.none(), empty_label=None)
    plik = forms.FileField(
        label=_("Plik z wyciągiem"),
        help_text=_("MT940, camt.053 albo Elixir-O, najwyżej 32 MB. Ten sam plik możesz wczytać ponownie."),
        error_messages={"required": _("Wybierz plik z wyciągiem."), "empty": _("Ten plik jest pusty.")},
    )

    def __init__(self, *args: Any, places: QuerySet[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["gmina"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = places
        if places.count() == 1:
            field.initial, field.widget = places.get().pk, forms.HiddenInput()
