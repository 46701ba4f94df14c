"""Addresses of accounts; names without a namespace are those by which django-allauth finds its pages."""

from allauth.account import views as account
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import path, re_path

from services.identity import views

urlpatterns = [
    path("konto/zaloz/", account.signup, name="account_signup"),
    path("konto/nieczynne/", account.account_inactive, name="account_inactive"),
    path("konto/e-mail/", account.email, name="account_email"),
    path("konto/e-mail/sprawdz-poczte/", account.email_verification_sent, name="account_email_verification_sent"),
    path("konto/e-mail/potwierdz/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("konto/haslo/", account.password_change, name="account_change_password"),
    path("konto/haslo/ustaw/", account.password_set, name="account_set_password"),
    path("konto/haslo/nie-pamietam/", account.password_reset, name="account_reset_password"),
    path("konto/haslo/nie-pamietam/wyslane/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^konto/haslo/nowe/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("konto/haslo/zmienione/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("konto/potwierdz/", account.reauthenticate, name="account_reauthenticate"),
    path("konto/logowania/", views.sign_ins, name="sign_ins"),
    path("konto/bezpieczenstwo/", views.Security.as_view(), name="mfa_index"),
    path("konto/urzadzenia/wyloguj/", views.sign_out, name="sign_out_device"),
    path("konto/klucze-programow/", views.program_keys, name="program_keys"),
    path("konto/klucze-programow/nowy/", views.make_program_key, name="make_program_key"),
    path("konto/klucze-programow/<int:pk>/wycofaj/", views.withdraw_program_key, name="withdraw_program_key"),
    path("konto/kod/", views.GiveFactor.as_view(), name="mfa_authenticate"),
    path("konto/potwierdz/kod/", views.ProveFactor.as_view(), name="mfa_reauthenticate"),
    path("konto/potwierdz/klucz/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("konto/bezpieczenstwo/aplikacja/", totp.activate_totp, name="mfa_activate_totp"),
    path("konto/bezpieczenstwo/aplikacja/wylacz/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("konto/bezpieczenstwo/kody/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("konto/bezpieczenstwo/kody/nowe/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("konto/bezpieczenstwo/klucze/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("konto/bezpieczenstwo/klucze/dodaj/", keys.add_webauthn, name="mfa_add_webauthn"),
    path("konto/bezpieczenstwo/klucze/<int:pk>/usun/", keys.remove_webauthn, name="mfa_remove_webauthn"),
    path("konto/klucz/", keys.login_webauthn, name="mfa_login_webauthn"),
]
