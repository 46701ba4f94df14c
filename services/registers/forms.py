"""What the keeper of the registers fills in: files with their terms, a decision, where the data come from."""

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from spatial.imports.models import DataSource
from spatial.imports.registry import Argument, Source, Terms

_DAY = {"type": "date", "min": "1990-01-01"}
_FLAGS = ("is_partial", "is_correction", "accept_removals", "skip_refused")


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files of one delivery."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:  # type: ignore[type-arg]
        wanted = data if isinstance(data, (list, tuple)) else [data]
        return [super(FilesField, self).clean(one, initial) for one in wanted or [None]]


class TermsForm(forms.Form):
    """Terms of a delivery in plain words, and the source's own arguments."""

    state_on = forms.DateField(
        label=_("Dzień stanu danych"),
        help_text=_("Zostaw puste, jeśli plik sam go podaje. W przeciwnym razie przyjmiemy dzień wczytania."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs=_DAY),
        required=False,
        error_messages={
            "invalid": _("Nie rozumiemy tej daty. Wpisz ją jako rok-miesiąc-dzień, na przykład 2026-11-23.")
        },
    )
    valid_from = forms.DateField(
        label=_("Pierwsze wersje są ważne od"),
        help_text=_("Tylko przy pierwszej dostawie obrębu: od kiedy na pewno nic się w nim nie zmieniło."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs=_DAY),
        required=False,
        error_messages={
            "invalid": _("Nie rozumiemy tej daty. Wpisz ją jako rok-miesiąc-dzień, na przykład 2026-11-23.")
        },
    )
    is_partial = forms.BooleanField(label=_("To wycinek: czego nie ma w pliku, zostaje w rejestrze"), required=False)
    is_correction = forms.BooleanField(label=_("To poprawka stanu z tego samego dnia"), required=False)
    accept_removals = forms.BooleanField(
        label=_("Wiele obiektów naprawdę zniknęło – usuń je z rejestru"), required=False
    )
    skip_refused = forms.BooleanField(label=_("Opublikuj dobre obiekty, mimo że inne mają błędy"), required=False)

    def __init__(self, source: Source, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        self.asked = [argument for argument in source.arguments if argument.is_for_pages]
        for argument in self.asked:
            self.fields[f"opcja-{argument.name}"] = _field(argument)
        if not source.has_state_day:
            del self.fields["state_on"], self.fields["valid_from"]

    def own(self) -> list[forms.BoundField]:
        """Fields of the source's own arguments."""
        return [self[f"opcja-{argument.name}"] for argument in self.asked]

    def days(self) -> list[forms.BoundField]:
        return [self[name] for name in ("state_on", "valid_from") if name in self.fields]

    def flags(self) -> list[forms.BoundField]:
        return [self[name] for name in _FLAGS]

    def terms(self) -> Terms:
        """Of a valid form."""
        said = self.cleaned_data
        options = {argument.name: said[f"opcja-{argument.name}"] for argument in self.asked}
        return Terms(
            state_on=said.get("state_on"),
            valid_from=said.get("valid_from"),
            options={name: value for name, value in options.items() if value not in (None, "", False)},
            **{name: said[name] for name in _FLAGS},
        )

    @classmethod
    def asking_again(cls, source: Source, terms: Terms) -> "TermsForm":
        """Filled with the terms of the check before."""
        initial: dict[str, Any] = {name: getattr(terms, name) for name in (*_FLAGS, "state_on", "valid_from")}
        initial |= {f"opcja-{name}": value for name, value in terms.options.items()}
        return cls(source, initial=initial)


class BringForm(TermsForm):
    brought = FilesField(
        label=_("Pliki jednej dostawy"),
        help_text=_("Możesz wskazać kilka naraz. Najpierw tylko je sprawdzimy; o publikacji zdecydujesz potem."),
        error_messages={"required": _("Wybierz plik albo pliki."), "empty": _("Wybrany plik jest pusty.")},
    )


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Powód"),
        help_text=_("Zostanie w historii rejestru."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        error_messages={"required": _("Napisz powód.")},
    )


class KeeperForm(forms.ModelForm):  # type: ignore[type-arg]
    """Where the data of a register come from."""

    class Meta:
        model = DataSource
        fields = ("keeper", "licence", "contact", "link", "rhythm_days", "note")
        labels = {
            "keeper": _("Kto prowadzi zbiór"),
            "licence": _("Licencja lub podstawa otrzymania"),
            "contact": _("Kontakt"),
            "link": _("Adres usługi lub strony"),
            "rhythm_days": _("Co ile dni odnawiane"),
            "note": _("Uwagi"),
        }


def _field(argument: Argument) -> forms.Field:
    label = argument.help[:1].upper() + argument.help[1:]
    if argument.is_flag:
        return forms.BooleanField(label=label, required=False)
    if argument.choices:
        return forms.ChoiceField(
            label=label,
            choices=[("", "–"), *((choice, choice) for choice in argument.choices)],
            required=argument.is_required,
            error_messages={"required": _("Wypełnij to pole."), "invalid_choice": _("Wybierz z listy.")},
        )
    kinds: dict[Any, type[forms.Field]] = {int: forms.IntegerField, float: forms.FloatField, date: forms.DateField}
    missing = {"required": _("Wypełnij to pole."), "invalid": _("Wpisz liczbę.")}
    return kinds.get(argument.type, forms.CharField)(label=label, required=argument.is_required, error_messages=missing)
