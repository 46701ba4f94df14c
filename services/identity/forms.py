"""Forms of accounts: those of django-allauth in our words, and the sign-in by login or e-mail."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, cast

from allauth.account import forms as account
from allauth.account.utils import perform_login
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as factor
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as keys
from cryptography.exceptions import InvalidSignature
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from services.identity.base import PASSWORDS, Proof
from services.identity.models import User
from services.identity.programs import LONGEST_DAYS, USUAL_DAYS
from spatial.municipalities.models import Municipality

LABELS = {
    "email": _("Adres e-mail"),
    "password": _("Hasło"),
    "oldpassword": _("Obecne hasło"),
    "password1": _("Nowe hasło"),
    "password2": _("Nowe hasło jeszcze raz"),
    "code": _("Kod"),
    "name": _("Nazwa klucza"),
    "passwordless": _("Chcę logować się samym kluczem, bez hasła"),
}
HINTS = {
    "password1": _("Co najmniej 8 znaków. Nie może być podobne do Twojego imienia, nazwiska ani adresu."),
    "passwordless": _("Klucz poprosi wtedy o odcisk palca, twarz albo PIN."),
}
WRONG = _("Login albo hasło jest błędne. Sprawdź, czy nie masz włączonego Caps Lock, i spróbuj jeszcze raz.")


@contextmanager
def told_as_wrong() -> Iterator[None]:
    """The library lets through what its reader of keys stumbles over; here it is a key that does not fit."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, struct.error, InvalidSignature) as fault:
        raise get_adapter().validation_error("incorrect_code") from fault


class Worded:
    """Our labels and hints in place of the library's, and no placeholders."""

    fields: dict[str, forms.Field]
    labels: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name) or LABELS.get(name, field.label)
            field.help_text = HINTS.get(name, "")
            field.widget.attrs.pop("placeholder", None)


class SignUp(Worded, account.SignupForm):  # type: ignore[misc]
    """Names beside the address and the password: applications begin with them."""

    labels: ClassVar = {"password1": _("Hasło")}
    field_order: ClassVar = ["first_name", "last_name", "email", "password1"]

    first_name = forms.CharField(
        label=_("Imię"), max_length=150, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Nazwisko"), max_length=150, widget=forms.TextInput({"autocomplete": "family-name"})
    )

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        """The account with its address to confirm, or neither: one without is taken for made by the office."""
        user: User = super().save(request)
        return user

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Of a known address no account is made, but the answer takes as long: the password is hashed all the same."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        answer: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return answer


class SignIn(forms.Form):
    """Wrong ones and unknown ones are answered alike."""

    username = forms.CharField(label=_("Login albo adres e-mail"))
    password = forms.CharField(label=_("Hasło"), strip=False)
    proof: Proof | None = None

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean(self) -> dict[str, Any]:
        self.proof = None if self.errors else PASSWORDS.finish(self.request)
        if self.proof is None:
            raise forms.ValidationError(
                _("Login albo hasło jest błędne. Sprawdź, czy nie masz włączonego Caps Lock, i spróbuj jeszcze raz.")
            )
        return self.cleaned_data

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Signs in, or leads to the second factor or to the confirmation of the address first."""
        assert self.proof is not None
        answer: HttpResponse = perform_login(request, self.proof.user, redirect_url=redirect_url)
        return answer


class ResetPassword(Worded, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKey(Worded, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ChangePassword(Worded, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPassword(Worded, account.SetPasswordForm):  # type: ignore[misc]
    pass


class ChangeEmail(Worded, account.AddEmailForm):  # type: ignore[misc]
    labels: ClassVar = {"email": _("Nowy adres e-mail")}


class ProveByPassword(Worded, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class GiveCode(Worded, factor.AuthenticateForm):  # type: ignore[misc]
    pass


class ProveByCode(Worded, factor.ReauthenticateForm):  # type: ignore[misc]
    pass


class SetUpApplication(Worded, ActivateTOTPForm):  # type: ignore[misc]
    pass


class AddKey(Worded, keys.AddWebAuthnForm):  # type: ignore[misc]
    def clean(self) -> dict[str, Any]:
        with told_as_wrong():
            answer: dict[str, Any] = super().clean()
        return answer


class Answered:
    """An answer of a key: whatever it is, it is read or told as wrong."""

    def clean_credential(self) -> Any:
        with told_as_wrong():
            return super().clean_credential()  # type: ignore[misc]


class GiveKey(Answered, keys.AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class EnterByKey(Answered, keys.LoginWebAuthnForm):  # type: ignore[misc]
    pass


class ProveByKey(Answered, keys.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class NewProgramKey(forms.Form):
    """A key of one program; which municipalities there are to choose from, the view says."""

    name = forms.CharField(
        label=_("Program"), max_length=60, help_text=_("Na przykład: QGIS w pokoju 12. Po tej nazwie poznasz klucz.")
    )
    municipality = forms.ModelChoiceField(
        label=_("Gmina"), queryset=Municipality.objects.none(), empty_label=None,
        help_text=_("Program zmieni rejestry tylko tej gminy."),
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("Przez ile dni ma działać"), min_value=1, max_value=LONGEST_DAYS, initial=USUAL_DAYS,
        help_text=_("Najwyżej 365. Napiszemy do Ciebie dwa tygodnie przed końcem."),
    )  # fmt: skip

    def __init__(self, *args: Any, municipalities: QuerySet[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Municipality]", self.fields["municipality"]).queryset = municipalities
