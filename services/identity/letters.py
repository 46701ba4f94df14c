"""What accounts write to people: e-mails and short news on the next page. Names and secrets stay out of them."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

#: subject and text of each letter; those of django-allauth by the name that it has for them
LETTERS = {
    "account/email/email_confirmation_signup": (
        _("Potwierdź swój adres e-mail"),
        _("Dzień dobry,\n\nktoś założył konto w e-urzędzie i podał ten adres. Jeśli to Ty, potwierdź go tutaj:\n\n"
          "%(activate_url)s\n\nOdnośnik działa 3 dni. Jeśli to nie Ty, nie rób nic."),
    ),
    "account/email/email_confirmation": (
        _("Potwierdź nowy adres e-mail"),
        _("Dzień dobry,\n\nktoś podał ten adres jako nowy adres swojego konta w e-urzędzie. Jeśli to Ty, potwierdź go "
          "tutaj:\n\n%(activate_url)s\n\nOdnośnik działa 3 dni. Jeśli to nie Ty, nie rób nic."),
    ),
    "account/email/account_already_exists": (
        _("Masz już konto"),
        _("Dzień dobry,\n\nktoś chciał założyć konto w e-urzędzie i podał ten adres. Konto z tym adresem już jest. "
          "Jeśli to Ty i nie pamiętasz hasła, ustaw nowe tutaj:\n\n%(password_reset_url)s\n\n"
          "Jeśli to nie Ty, nie rób nic."),
    ),
    "account/email/password_reset_key": (
        _("Ustaw nowe hasło"),
        _("Dzień dobry,\n\nktoś poprosił o nowe hasło do konta w e-urzędzie z tym adresem. Jeśli to Ty, ustaw je "
          "tutaj:\n\n%(password_reset_url)s\n\nJeśli to nie Ty, nie rób nic. Twoje hasło się nie zmieniło."),
    ),
    "account/email/unknown_account": (
        _("Nie masz konta z tym adresem"),
        _("Dzień dobry,\n\nktoś poprosił o nowe hasło do konta w e-urzędzie i podał ten adres. Konta z tym adresem "
          "nie ma. Jeśli to Ty, sprawdź, czy konto nie ma innego adresu, albo załóż nowe.\n\n"
          "Jeśli to nie Ty, nie rób nic."),
    ),
    "identity/email/program_key_ends": (
        _("Klucz programu niedługo wygaśnie"),
        _("Dzień dobry,\n\nklucz, którym program zmienia rejestry w Twoim imieniu, wygaśnie %(day)s. Jeśli program ma "
          "działać dalej, zrób dla niego nowy klucz:\n\n%(address)s\n\nJeśli nie jest już potrzebny, nie rób nic."),
    ),
}  # fmt: skip

#: what is told to the address of an account after a change of the ways in; by the names of django-allauth
CHANGES = {
    "account/email/password_changed": _("Hasło do Twojego konta w e-urzędzie zostało zmienione."),
    "account/email/password_reset": _("Hasło do Twojego konta w e-urzędzie zostało ustawione na nowo."),
    "account/email/password_set": _("Twoje konto w e-urzędzie ma teraz hasło."),
    "account/email/email_changed": _("Adres e-mail Twojego konta w e-urzędzie został zmieniony na inny."),
    "account/email/email_deleted": _("Adres e-mail, który czekał na potwierdzenie, został usunięty z Twojego konta."),
    "mfa/email/totp_activated": _("Na Twoim koncie w e-urzędzie włączono aplikację z kodami."),
    "mfa/email/totp_deactivated": _("Na Twoim koncie w e-urzędzie wyłączono aplikację z kodami."),
    "mfa/email/recovery_codes_generated": _("Twoje konto w e-urzędzie ma nowe kody zapasowe."),
    "mfa/email/webauthn_added": _("Do Twojego konta w e-urzędzie dodano klucz."),
    "mfa/email/webauthn_removed": _("Z Twojego konta w e-urzędzie usunięto klucz."),
}
CHANGE = (
    _("Zmiana na Twoim koncie"),
    _("Dzień dobry,\n\n%(change)s\n\nJeśli to Ty, nie rób nic. Jeśli to nie Ty, ustaw od razu nowe hasło i sprawdź na "
      "stronie bezpieczeństwa, na jakich urządzeniach konto jest otwarte. Gdy nie możesz się zalogować, skontaktuj się "
      "z urzędem."),
)  # fmt: skip

#: what is said after something was done; other messages of the library are not shown
NEWS = {
    "account/messages/email_confirmed.txt": _("Adres e-mail jest potwierdzony. Możesz się zalogować."),
    "account/messages/email_confirmation_failed.txt": _("Ten adres ma już inne konto."),
    "account/messages/password_changed.txt": _(
        "Hasło jest zmienione. Na innych urządzeniach trzeba zalogować się od nowa."
    ),
    "account/messages/password_set.txt": _("Hasło jest ustawione."),
    "mfa/messages/totp_activated.txt": _("Aplikacja z kodami jest włączona."),
    "mfa/messages/totp_deactivated.txt": _("Aplikacja z kodami jest wyłączona."),
    "mfa/messages/recovery_codes_generated.txt": _("Kody zapasowe są gotowe."),
    "mfa/messages/webauthn_added.txt": _("Klucz jest dodany."),
    "mfa/messages/webauthn_removed.txt": _("Klucz jest usunięty."),
}


def written(name: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and text in the language of the moment. Raises KeyError for a letter that we do not write."""
    subject, text = CHANGE if name in CHANGES else LETTERS[name]
    context = context | {"change": CHANGES.get(name, "")}
    return str(subject), f"{str(text) % context}\n\n{gettext('e-Urząd')}\n{settings.SITE}".strip() + "\n"


def address(request: HttpRequest, path: str) -> str:
    """Of our public site where it is set, else of the host that was asked."""
    return f"{settings.SITE}{path}" if settings.SITE else request.build_absolute_uri(path)
