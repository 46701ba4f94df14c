"""The office's mailbox for e-Doręczenia, as the office sets it up by itself."""

from typing import Any

import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from services.delivery import ade
from services.delivery.contrib.sign_in import forget
from services.delivery.contrib.user_agent import UserAgent
from services.delivery.models import Mailbox
from services.delivery.views import callback_path
from services.identity.models import StaffRole
from services.setup.forms import SECRET, SettingForm, Values
from services.setup.kinds import Deed, Kind, register
from spatial.errors import Conflict

LARGEST_KEY = 20_000  #: characters of a PEM file
SHORTEST_KEY = 2048  #: bits
ADDRESSES = ("api_url", "token_url")  #: of the operator


class MailboxForm(SettingForm):
    """The operator's addresses must be https; one inside the office's network is given by the command only."""

    secret = forms.CharField(
        label=_("Hasło systemu (client_secret)"), max_length=LARGEST_KEY, required=False, widget=SECRET,
        help_text=_("Po zapisaniu nikt go tu nie zobaczy. Puste pole zostawia poprzednie."),
    )  # fmt: skip
    key_file = forms.FileField(
        label=_("Albo klucz systemu"),
        required=False,
        help_text=_("Plik PEM z kluczem prywatnym RSA bez hasła, gdy system loguje się kluczem."),
    )

    class Meta:
        model = Mailbox
        fields = ("address", "api_url", "token_url", "client_id", "unit_symbol", "has_hybrid", "is_active")
        labels = {
            "address": _("Adres do doręczeń elektronicznych"), "api_url": _("Adres API operatora"),
            "token_url": _("Adres logowania systemu"), "client_id": _("Identyfikator systemu (client_id)"),
            "unit_symbol": _("Komórka pism bez sprawy"), "has_hybrid": _("Listy papierowe przez operatora"),
            "is_active": _("Czynna"),
        }  # fmt: skip
        help_texts = {"address": _("Na przykład AE:PL-55754-97181-CHDVR-19.")}

    def secret_fields(self) -> dict[str, forms.Field]:
        return {"secret": self.fields["secret"]}

    def clean_address(self) -> str:
        address = ade.normal(self.cleaned_data["address"])
        if not ade.is_address(address):
            raise forms.ValidationError(_("Adres ma postać AE:PL-00000-00000-AAAAA-00. Sprawdź, czy jest cały."))
        return address

    def clean_key_file(self) -> str:
        """What the file holds; "" where there is none."""
        file = self.cleaned_data["key_file"]
        try:
            return file.read(LARGEST_KEY).decode("ascii").strip() if file else ""
        except UnicodeDecodeError:
            raise forms.ValidationError(_("To nie jest klucz RSA w pliku PEM bez hasła.")) from None

    def clean(self) -> Values:
        said = super().clean()
        self.check_addresses(said)
        secret = said["secret"] = said.get("key_file") or said.get("secret") or ""
        if not secret and self.instance.pk is None and "key_file" not in self.errors:
            self.add_error("secret", _("Podaj hasło albo klucz systemu."))
        elif not secret and self.is_moved:
            self.add_error("secret", _("Przy zmianie adresu operatora podaj też hasło albo klucz systemu."))
        elif "PRIVATE KEY" in secret and not is_good_key(secret):
            self.add_error("key_file", _("To nie jest klucz RSA w pliku PEM bez hasła."))
        elif secret:
            self.instance.secret = secret
            is_key = "PRIVATE KEY" in secret
            self.instance.sign_in = Mailbox.SignIn.KEY if is_key else Mailbox.SignIn.SECRET
        return said

    @property
    def is_moved(self) -> bool:
        """The secret that we hold goes to the addresses that two people approved: a proposal is tried by one."""
        return self.instance.pk is not None and bool(set(ADDRESSES) & set(self.changed_data))

    def check_addresses(self, said: Values) -> None:
        """Requests into the office's own network are opened by whoever has the shell."""
        if not self.instance.private_network:
            for name in ADDRESSES:
                if name in said and not is_public(said[name]):
                    self.add_error(name, _("Adres musi zaczynać się od https:// i nie może zawierać hasła."))
        elif not self.by_shell and self.is_moved:
            self.add_error(None, _("Operator jest w sieci urzędu. Jego adres zmienia administrator serwera."))

    def consequences(self) -> list[str]:
        if ade.is_sure(self.cleaned_data["address"]):
            return []
        return [say("Końcówka adresu nie zgadza się z jego cyframi. Sprawdź, czy nie ma pomyłki.")]

    def save(self, commit: bool = True) -> Any:
        """Another address is read from its beginning; a token of the old settings is used no more."""
        if "address" in self.changes:
            self.instance.read_until = None
        forget(self.instance)
        return super().save(commit)


def is_public(url: str) -> bool:
    """https, without a password, with a host whose name can be read."""
    try:
        address = httpx.URL(url)
        return address.scheme == "https" and bool(address.host) and not address.userinfo
    except (httpx.InvalidURL, UnicodeError):
        return False


def is_good_key(pem: str) -> bool:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return isinstance(key, RSAPrivateKey) and key.key_size >= SHORTEST_KEY


def check(mailbox: Mailbox) -> None:
    """Signs in anew and asks for letters of this moment. Raises OperatorFailed."""
    forget(mailbox)
    next(UserAgent(mailbox).inbox(since=timezone.now()), None)


def subscribe(mailbox: Mailbox) -> None:
    """Tells the operator where to call. Raises Conflict without the public address, OperatorFailed."""
    if not settings.SITE:
        raise Conflict(say("Administrator musi ustawić publiczny adres portalu (MIEDZA_SITE)."))
    UserAgent(mailbox).subscribe(settings.SITE + callback_path(mailbox))


MAILBOX = register(Kind(
    code="e-doreczenia", title=_("Skrzynka e-Doręczeń"), add=_("Dodaj skrzynkę"), role=StaffRole.Role.CLERK,
    form=MailboxForm, alone=frozenset({"unit_symbol", "has_hybrid", "is_active"}), is_single=True,
    deeds=(
        Deed(
            code="sprawdz", label=_("Sprawdź połączenie"), done=_("Operator odpowiada i przyjął logowanie systemu."),
            run=check, is_for_proposals=True,
        ),
        Deed(
            code="powiadamianie", label=_("Zamów powiadamianie"), done=_("Operator będzie powiadamiać portal."),
            run=subscribe,
        ),
    ),
))  # fmt: skip
