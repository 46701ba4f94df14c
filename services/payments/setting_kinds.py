"""Bank accounts, masks of individual accounts and contracts with operators, as an office sets them up by itself."""

import json
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from schwifty import IBAN

from data.bank.nrb import is_bank, is_mask, nrb_of, room_of, virtual_nrb
from services.identity.models import StaffRole
from services.identity.protected import opened
from services.payments.ledger.models import BankAccount, BankAccountQuerySet, grouped
from services.payments.models import Merchant
from services.payments.operators import OPERATORS
from services.payments.operators.payu import PayU
from services.payments.statements.models import AccountMask
from services.setup.forms import DAY, SECRET, SettingForm, Values
from services.setup.kinds import Deed, Kind, Text, register
from spatial.words import polish_date, polish_number

#: ``BankAccount.purpose``, which is ``Charge.kind``
PURPOSES = {
    "stamp-duty": _("opłata skarbowa"),
    "local-tax": _("podatki lokalne"),
    "waste": _("gospodarowanie odpadami"),
    "water": _("woda i ścieki"),
    "other": _("inne wpłaty"),
}
#: labels of ``Operator.secrets``
SECRETS = {
    "api_key": _("Klucz API (do raportów)"),
    "crc": _("Klucz CRC"),
    "client_secret": _("Klucz OAuth (client_secret)"),
    "second_key": _("Drugi klucz (second key)"),
}


class NrbField(forms.CharField):
    """26 digits; shown in groups, which a person compares with the contract."""

    def prepare_value(self, value: Any) -> Any:
        return grouped(value) if nrb_of(str(value)) == value else value

    def clean(self, value: Any) -> str:
        found = nrb_of(super().clean(value))
        if not found:
            raise forms.ValidationError(_("To nie jest numer rachunku bankowego. Sprawdź 26 cyfr."))
        return found


class BankAccountForm(SettingForm):
    """Periods of one purpose do not overlap: a new account from a day ends the one before it on that day."""

    kept = ("nrb", "purpose", "valid_from")

    nrb = NrbField(
        label=_("Numer rachunku"), max_length=40, help_text=_("26 cyfr, mogą być odstępy i PL na początku."),
        error_messages={"required": _("Podaj numer rachunku.")},
    )  # fmt: skip
    purpose = forms.ChoiceField(label=_("Przeznaczenie"), choices=PURPOSES)

    class Meta:
        model = BankAccount
        fields = ("title", "nrb", "purpose", "valid_from", "valid_to")
        labels = {"title": _("Nazwa"), "valid_from": _("Przyjmuje wpłaty od"), "valid_to": _("Przyjmuje wpłaty do")}
        help_texts = {
            "title": _("Zobaczą ją osoby, które płacą."),
            "valid_to": _("Pierwszy dzień, w którym już nie przyjmuje. Puste: bez końca."),
        }
        widgets = {"valid_from": DAY, "valid_to": DAY}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own = self.instance.purpose
        if own and own not in PURPOSES:
            self.fields["purpose"].choices = [(own, own), *PURPOSES.items()]  # type: ignore[attr-defined]

    def clean(self) -> Values:
        said = super().clean()
        if not {"purpose", "valid_from"} <= said.keys() or "valid_to" in self.errors:
            return said
        since, until, today = said["valid_from"], said.get("valid_to"), timezone.localdate()
        if until and until <= since:
            self.add_error("valid_to", _("Koniec musi być później niż początek."))
        elif self.is_used and "valid_to" in self.changed_data and until and self.is_gap(until):
            self.add_error("valid_to", _("Rachunku, który przyjmował wpłaty, nie można zakończyć wstecz."))
        if self.others().filter(Q(valid_from__lt=until) if until else Q(), valid_from__gte=since).exists():
            self.add_error("valid_from", _("Od tego dnia albo później zaczyna się inny rachunek o tym przeznaczeniu."))
        elif self.is_moved and since < today and self.before_it():
            self.add_error("valid_from", _("Do dzisiaj wpłaty przyjmuje inny rachunek. Podaj dzień od dzisiaj."))
        return said

    @property
    def is_moved(self) -> bool:
        """Whether it begins on another day, or for another purpose, than before."""
        return self.instance.pk is None or bool({"valid_from", "purpose"} & set(self.changed_data))

    def is_gap(self, until: date) -> bool:
        """Whether an end in the past would leave days on which money came and no account took it."""
        return until < timezone.localdate() and not self.others().valid(until).exists()

    def others(self) -> BankAccountQuerySet:
        rows = BankAccount.objects.filter(municipality=self.instance.municipality_id)
        return rows.filter(purpose=self.cleaned_data["purpose"]).exclude(pk=self.instance.pk)

    def before_it(self) -> BankAccountQuerySet:
        """Which take money on the day on which this one begins."""
        return self.others().valid(self.cleaned_data["valid_from"])

    def left_before_it(self) -> list[BankAccount]:
        """Which ended on the day on which this one was to begin, and go on now until the next one."""
        was = self.before
        if self.instance.pk is None or not self.is_moved:
            return []
        rows = BankAccount.objects.filter(municipality=self.instance.municipality_id, purpose=was["purpose"])
        return list(rows.filter(valid_to=was["valid_from"]).exclude(pk__in=self.before_it()))

    def nobody_after_it(self) -> list[str]:
        until, others = self.cleaned_data.get("valid_to"), self.others().exclude(pk__in=self.before_it())
        if until is None or others.valid(until).exists():
            return []
        told = gettext("Od %(day)s żaden rachunek nie przyjmuje wpłat o tym przeznaczeniu.")
        return [told % {"day": polish_date(until)}]

    def consequences(self) -> list[str]:
        day = self.cleaned_data["valid_from"]
        longer = [
            gettext("Rachunek „%(title)s” przyjmuje wpłaty dłużej: do dnia, w którym zaczyna się następny.")
            % {"title": str(one)}
            for one in self.left_before_it()
        ]
        ended = [
            gettext("Od %(day)s rachunek „%(title)s” nie przyjmuje wpłat.")
            % {"day": polish_date(day), "title": str(one)}
            for one in self.before_it()
        ]
        contracts = Merchant.objects.filter(bank_account__in=self.before_it(), is_active=True)
        return [*longer, *ended, *self.nobody_after_it()] + [
            gettext(
                "%(operator)s wypłaca na poprzedni rachunek. Zmień też umowę, inaczej nikt nie zapłaci w internecie."
            )
            % {"operator": one.title}
            for one in contracts.exclude(bank_account__nrb=self.cleaned_data["nrb"])
        ]

    def save(self, commit: bool = True) -> Any:
        longer = self.left_before_it()
        for one in self.before_it():
            one.valid_to = self.cleaned_data["valid_from"]
            one.save(update_fields=["valid_to"])
        made = super().save(commit)
        for one in longer:
            rows = BankAccount.objects.filter(municipality=one.municipality_id, purpose=one.purpose)
            later = rows.filter(valid_from__gt=one.valid_from).order_by("valid_from").first()
            one.valid_to = later.valid_from if later else None
            one.save(update_fields=["valid_to"])
        return made


def offer_accounts(form: SettingForm) -> None:
    """Those of the office."""
    field = form.fields["bank_account"]
    assert isinstance(field, forms.ModelChoiceField)
    rows = BankAccount.objects.filter(municipality=form.instance.municipality_id)
    field.queryset, field.empty_label = rows.order_by("title", "-valid_from"), str(_("Wybierz rachunek"))


class AccountMaskForm(SettingForm):
    """Numbers of two masks must not meet, or a payment would belong to two people."""

    kept = ("bank_account", "mask")

    mask = forms.CharField(
        label=_("Początek numerów"), max_length=40,
        help_text=_("Z umowy z bankiem, bez cyfr kontrolnych: 8 cyfr banku i od 2 do 14 cyfr kodu urzędu."),
        error_messages={"required": _("Podaj początek numerów.")},
    )  # fmt: skip

    class Meta:
        model = AccountMask
        fields = ("bank_account", "mask")
        labels = {"bank_account": _("Rachunek, na który trafiają wpłaty")}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer_accounts(self)

    def clean_mask(self) -> str:
        mask = "".join(self.cleaned_data["mask"].split())
        if not is_mask(mask):
            raise forms.ValidationError(_("Podaj od 10 do 22 cyfr: numer banku i kod nadany przez bank."))
        if not is_bank(mask[:8]):
            raise forms.ValidationError(_("Pierwsze 8 cyfr nie jest numerem banku. Sprawdź je z umową."))
        beginnings = [mask[:length] for length in range(10, len(mask) + 1)]
        others = AccountMask.objects.filter(Q(mask__startswith=mask) | Q(mask__in=beginnings))
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Te numery należą już do innej maski."))
        return mask


class MerchantForm(SettingForm):
    """A contract: what the operator gave, and the account to which it pays out."""

    kept = ("pos_id", "merchant_id", "is_sandbox")

    class Meta:
        model = Merchant
        fields = ("bank_account", "pos_id", "merchant_id", "is_sandbox", "allows_md5", "is_active")
        labels = {
            "bank_account": _("Rachunek, na który operator wypłaca"), "pos_id": _("Punkt płatności (posId)"),
            "merchant_id": _("Numer umowy (merchantId)"), "is_sandbox": _("Środowisko próbne operatora"),
            "allows_md5": _("Przyjmuj podpisy MD5"), "is_active": _("Przyjmuje płatności"),
        }  # fmt: skip
        help_texts = {
            "merchant_id": _("Puste: taki sam jak punkt płatności."),
            "allows_md5": _("Tylko gdy operator podpisuje tak powiadomienia tego punktu."),
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer_accounts(self)
        self.fields["merchant_id"].required = False
        if self.instance.operator != PayU.code:
            del self.fields["allows_md5"]

    def secret_fields(self) -> dict[str, forms.Field]:
        is_new = self.instance.pk is None
        hint = _("Po zapisaniu nikt go tu nie zobaczy.") if is_new else _("Puste pole zostawia poprzedni.")
        return {
            name: forms.CharField(
                label=SECRETS[name], max_length=200, required=is_new, widget=SECRET, help_text=hint,
                error_messages={"required": _("Wpisz klucz z panelu operatora.")},
            )
            for name in OPERATORS[self.instance.operator].secrets
        }  # fmt: skip

    def clean_pos_id(self) -> str:
        return digits(self.cleaned_data["pos_id"])

    def clean_merchant_id(self) -> str:
        return digits(self.cleaned_data["merchant_id"] or self.cleaned_data.get("pos_id", ""))

    def clean(self) -> Values:
        said = super().clean()
        others = Merchant.objects.exclude(pk=self.instance.pk)
        if others.filter(operator=self.instance.operator, pos_id=said.get("pos_id")).exists():
            self.add_error("pos_id", _("Ten punkt płatności ma już umowę."))
        if said.get("is_active") and (account := said.get("bank_account")):
            rival = others.filter(municipality=account.municipality_id, bank_account__nrb=account.nrb, is_active=True)
            if rival.exists():
                self.add_error("bank_account", _("Płatności na ten rachunek przyjmuje już inna umowa. Wyłącz ją."))
        if not self.errors:
            self.instance.seal(keys_of(self.instance) | self.given_secrets)
        return said

    def consequences(self) -> list[str]:
        if not (self.cleaned_data["is_sandbox"] and self.cleaned_data["is_active"]):
            return []
        return [gettext("To środowisko próbne: nikt naprawdę nie zapłaci, a opłaty będą zapisane jako zapłacone.")]


def digits(text: str) -> str:
    if not (text.isascii() and text.isdecimal()):
        raise forms.ValidationError(_("Tu są same cyfry."))
    return text


def keys_of(row: Merchant) -> dict[str, str]:
    found: dict[str, str] = json.loads(opened(bytes(row.sealed_secrets))) if row.sealed_secrets else {}
    return found


def facts_of_account(row: BankAccount) -> list[tuple[Text, str]]:
    return [(_("Bank"), bank_of(row.nrb))]


def facts_of_mask(row: AccountMask) -> list[tuple[Text, str]]:
    counts = {"room": polish_number(room_of(row.mask)), "given": polish_number(row.accounts.count())}
    return [
        (_("Bank"), bank_of(virtual_nrb(row.mask, 1))),
        (_("Numery"), gettext("mieści %(room)s, nadano %(given)s") % counts),
    ]


def bank_of(nrb: str) -> str:
    """As the register of banks in ``schwifty`` names it; empty for a bank that is not there."""
    return IBAN(f"PL{nrb}").bank_name or ""


def facts_of_contract(row: Merchant) -> list[tuple[Text, str]]:
    return [
        (_("Adres powiadomień, do wpisania u operatora"), f"{settings.SITE}/platnosci/{row.operator}/powiadomienie")
    ]


CHECK = Deed(
    code="sprawdz", label=_("Sprawdź połączenie"), done=_("Operator odpowiada i zna te klucze."),
    run=lambda merchant: merchant.connect().check(), is_for_proposals=True,
)  # fmt: skip

ACCOUNTS = register(Kind(
    code="rachunki", title=_("Rachunki bankowe"), add=_("Dodaj rachunek"), role=StaffRole.Role.TAX_CLERK,
    form=BankAccountForm, facts=facts_of_account,
))  # fmt: skip
MASKS = register(Kind(
    code="maski", title=_("Maski rachunków indywidualnych"), add=_("Dodaj maskę"), role=StaffRole.Role.TAX_CLERK,
    form=AccountMaskForm, facts=facts_of_mask,
))  # fmt: skip
CONTRACTS = {
    code: register(Kind(
        code=code, title=operator.title, add=_("Dodaj umowę"), role=StaffRole.Role.TAX_CLERK, form=MerchantForm,
        facts=facts_of_contract, fixed={"operator": code}, alone=frozenset({"is_active"}), deeds=(CHECK,),
    ))
    for code, operator in OPERATORS.items()
}  # fmt: skip
