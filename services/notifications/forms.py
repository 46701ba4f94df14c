"""What a clerk composes, and the settings of an office."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.gis.geos import MultiPolygon
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.forms.questions import Wrong, clean
from services.identity.models import User
from services.notifications.endings import Correction
from services.notifications.messages import Words
from services.notifications.models import OUTWARD, Group, Message
from services.notifications.places import area_of
from services.notifications.topics import COMPOSED
from spatial import crs
from spatial.municipalities.models import Municipality

HOUR = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
LONGEST_BODY = 4_000
TOKEN = re.compile(r"[!-~]*")


class WordsForm(forms.Form):
    """What is said, in two languages, and until when."""

    title_pl = forms.CharField(
        label=_("Tytuł"), max_length=160, error_messages={"required": _("Napisz, o co chodzi, w jednym zdaniu.")}
    )
    body_pl = forms.CharField(
        label=_("Treść"), max_length=LONGEST_BODY, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    title_en = forms.CharField(label=_("Tytuł po angielsku"), max_length=160, required=False)
    body_en = forms.CharField(
        label=_("Treść po angielsku"), max_length=LONGEST_BODY, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    expires_at = forms.DateTimeField(
        label=_("Ważna do"), widget=HOUR, error_messages={"required": _("Podaj, do kiedy wiadomość jest ważna.")}
    )

    def clean_title_pl(self) -> str:
        return " ".join(pasted(self.cleaned_data["title_pl"]).split())

    def clean_title_en(self) -> str:
        return " ".join(pasted(self.cleaned_data["title_en"]).split())

    def clean_body_pl(self) -> str:
        return pasted(self.cleaned_data["body_pl"])

    def clean_body_en(self) -> str:
        return pasted(self.cleaned_data["body_en"])


class MessageForm(WordsForm):
    """A message to many or to one."""

    field_order = ("topic", "title_pl", "body_pl", "title_en", "body_en", "severity", "category", "channels",
                   "audience", "group", "area", "person", "send_at", "expires_at", "tells_expiry",
                   "duty_reason")  # fmt: skip

    topic = forms.ChoiceField(label=_("Temat"), choices=[(one.code, one.title) for one in COMPOSED])
    severity = forms.ChoiceField(
        label=_("Waga"), choices=Message.Severity.choices, widget=forms.RadioSelect,
        help_text=_("Duża waga i zagrożenie życia wychodzą także w nocy. Inne czekają od 21 do 7."),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("Rodzaj"), choices=Message.Category.choices)
    channels = forms.MultipleChoiceField(
        label=_("Jak wysłać poza portal?"), required=False, choices=[(one.value, one.label) for one in OUTWARD]
    )
    audience = forms.ChoiceField(label=_("Kto ma dostać?"), choices=Message.Audience.choices, widget=forms.RadioSelect)
    group = forms.ModelChoiceField(
        label=_("Grupa"), queryset=Group.objects.none(), required=False, empty_label=_("żadna")
    )
    area = forms.CharField(
        label=_("Obszar"), required=False, widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("Narysuj na mapie albo wpisz numery działek. Dostaną osoby, które podały miejsce w tym obszarze."),
    )  # fmt: skip
    person = forms.CharField(
        label=_("Login osoby"), required=False, max_length=150,
        help_text=_("Poza portal wyjdzie tylko zdanie, że jest wiadomość."),
    )  # fmt: skip
    send_at = forms.DateTimeField(label=_("Wyślij o"), required=False, widget=HOUR, help_text=_("Puste: od razu."))
    tells_expiry = forms.BooleanField(
        label=_("Powiadom, gdy przestanie obowiązywać"), required=False,
        help_text=_("Tylko ostrzeżenie. Gdy minie jego czas, ci, do których dotarło, dostaną o tym krótką wiadomość."),
    )  # fmt: skip
    duty_reason = forms.CharField(
        label=_("Powód wysłania bez zgód"), required=False, max_length=300,
        help_text=_("Tylko przy zagrożeniu: wiadomość z obowiązku dostaną też osoby, które się nie zgodziły."),
    )  # fmt: skip

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = Group.objects.filter(municipality=municipality).order_by("name")  # type: ignore[attr-defined]

    def clean_area(self) -> MultiPolygon | None:
        text = clean(self.cleaned_data["area"])
        if self.data.get("audience") != Message.Audience.AREA or not text:
            return None
        try:
            return area_of(text)
        except Wrong as error:
            raise forms.ValidationError(error.message) from None

    def clean_send_at(self) -> datetime | None:
        send_at: datetime | None = self.cleaned_data["send_at"]
        if send_at and send_at < timezone.now():
            raise forms.ValidationError(_("Ta godzina już minęła. Podaj późniejszą albo zostaw puste pole: od razu."))
        return send_at

    def clean_person(self) -> User | None:
        login = self.cleaned_data["person"].strip()
        if self.data.get("audience") != Message.Audience.PERSON or not login:
            return None
        person = User.objects.filter(username=login, is_active=True).first()
        if person is None:
            raise forms.ValidationError(_("Nie ma takiego konta. Sprawdź login."))
        return person

    def words(self) -> Words:
        said = dict(self.cleaned_data)
        if said["audience"] != Message.Audience.GROUP:
            said["group"] = None
        return Words(**said)


class CorrectionForm(WordsForm):
    """A warning in other words, for those whom it reached."""

    def words(self) -> Correction:
        return Correction(**self.cleaned_data)


def pasted(text: str) -> str:
    """Without signs that XML and programs of mail cannot hold; lines that a word processor broke stay broken."""
    return clean(text.replace("\v", "\n"))


def initial_of(message: Message) -> dict[str, Any]:
    """What a draft says, for changing it."""
    names = [name for name in MessageForm.base_fields if name not in {"area", "person"}]
    found = {name: getattr(message, name) for name in names}
    area = message.area.transform(crs.WGS84, clone=True).json if message.area else ""
    return {**found, "area": area, "person": message.person.username if message.person else ""}


class SmsForm(forms.Form):
    """The office's account with the operator; a token that is left empty stays as it is."""

    sender = forms.CharField(label=_("Pole nadawcy"), max_length=11, help_text=_("Zarejestrowane u operatora."))
    part_price_gr = forms.IntegerField(label=_("Cena jednej części SMS w groszach"), min_value=0, max_value=1_000)
    token = forms.CharField(
        label=_("Token"), required=False, max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Po zapisaniu nikt go tu nie zobaczy. Puste pole zostawia poprzedni."),
    )  # fmt: skip

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if not TOKEN.fullmatch(token):
            raise forms.ValidationError(_("W tokenie są znaki, których operator nie używa. Skopiuj go jeszcze raz."))
        return token


class GroupForm(forms.Form):
    """A group and its people, one login in a line."""

    name = forms.CharField(label=_("Nazwa grupy"), max_length=100)
    logins = forms.CharField(
        label=_("Loginy osób"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("Każdy w osobnym wierszu."),
    )  # fmt: skip

    def clean_logins(self) -> list[User]:
        asked = set(clean(self.cleaned_data["logins"]).split())
        people = list(User.objects.filter(username__in=asked, is_active=True))
        if unknown := sorted(asked - {one.username for one in people}):
            raise forms.ValidationError(_("Nie ma takich kont: %(logins)s.") % {"logins": shown(unknown)})
        return people


def shown(names: Iterable[str]) -> str:
    return ", ".join(list(names)[:10])
