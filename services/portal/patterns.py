"""The page of all parts (wzornik): what they look like together, and what the browser tests look at."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from spatial.words import polish_money


class SampleForm(forms.Form):
    """One field of each kind; the first is wrong on purpose."""

    parcel = forms.CharField(label="Działka", help_text="Na przykład 120610_5.0007.123/4.")
    scope = forms.ChoiceField(
        label="Co ma zawierać dokument?",
        choices=[("both", "wypis i wyrys"), ("text", "tylko wypis")],
        widget=forms.RadioSelect,
        required=False,
    )
    purpose = forms.CharField(label="Cel (nieobowiązkowe)", widget=forms.Textarea(attrs={"rows": 2}), required=False)


@require_safe
def patterns(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/patterns.html", sample_parts())


def sample_parts() -> dict[str, Any]:
    now = timezone.localtime()
    return {
        "steps": ["Działka", "Zakres", "Opłata", "Sprawdź", "Wyślij"],
        "form": SampleForm({"scope": "both"}),
        "findings": [SimpleNamespace(rule=SimpleNamespace(title="Ścinek"), message="Teren R.1 zajmuje 3 m² działki.")],
        "amount": polish_money(18640),
        "today": now.date(),
        "events": [SimpleNamespace(at=now, text="Wniosek złożony"), SimpleNamespace(at=now, text="Sprawa przyjęta")],
        "document": SimpleNamespace(
            title="Wypis i wyrys", issued_at=now, pages=7, file=SimpleNamespace(size=482_113), code="7K3M-9QXT-2B5H"
        ),
        "columns": ["Symbol", "Przeznaczenie", "Powierzchnia"],
        "rows": [["MN.1", "zabudowa jednorodzinna", "3 000 m²"], ["R.3", "tereny rolnicze", "7 000 m²"]],
    }
