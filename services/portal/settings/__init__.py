"""Django settings of the assembled office; what may differ between installations comes from the environment."""

from django.utils.csp import CSP

from services.portal.settings.environment import ROOT, Environment, database, mailer

ENVIRONMENT = Environment.read()

SECRET_KEY = ENVIRONMENT.secret_key
PERSON_KEY = ENVIRONMENT.person_key
DEBUG = ENVIRONMENT.debug
DEMO = ENVIRONMENT.demo
SITE = ENVIRONMENT.site
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django_vite",
    "gisserver",
    "procrastinate.contrib.django",
    "spatial.municipalities",
    "spatial.imports",
    "spatial.territory",
    "spatial.nature",
    "spatial.network",
    "spatial.topography",
    "spatial.remote",
    "spatial.owners",
    "spatial.cadastre",
    "spatial.addresses",
    "spatial.ogc",
    "planning",
    "planning.extracts",
    "tiles.mvt",
    "tiles.styles",
    "tiles.pictures",
    "tiles.downloads",
    "services.identity",
    "services.identity.saml",
    "services.parties",
    "services.cases",
    "services.audit",
    "services.documents",
    "services.setup",
    "services.payments",
    "services.notifications",
    "services.correspondence",
    "services.delivery",
    "services.fees",
    "services.notices",
    "services.forms",
    "services.catalogue",
    "services.certificates",
    "services.extracts",
    "services.general",
    "services.personal",
    "services.public_information",
    "services.disclosure",
    "services.drafting",
    "services.registers",
    "services.sharing",
    "services.stamp_duty",
    "services.tourism",
    "services.mapping",
    "services.portal",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "services.identity.middleware.Idleness",
    "services.audit.middleware.WhoChanges",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "services.identity.middleware.SecondFactor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "services.portal.errors.ServiceErrorMiddleware",
]

ROOT_URLCONF = "services.portal.urls"
WSGI_APPLICATION = "services.portal.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "services.portal.context.office",
            ],
        },
    },
]

# A statement that runs longer than ten seconds is a fault of ours; it must not hold a worker.
DATABASES = {
    "default": database(ENVIRONMENT.database_url)
    | {"OPTIONS": {"pool": {"min_size": 1, "max_size": 8}, "options": "-c statement_timeout=10s"}}
}
# Maps and OGC API read the views of the schema "open" as a role that may read nothing else. Where an outside database
# has no such role, they read the same views as the application does; /healthz says so.
# WFS 2.0 (spatial.ogc.wfs): no answer is endless.
GISSERVER_COUNT_NUMBER_MATCHED = 1
GISSERVER_GEOJSON_MAX_PAGE_SIZE = GISSERVER_CSV_MAX_PAGE_SIZE = 10_000
GISSERVER_DB_PRECISION = 8

OPEN_DATA_ALIAS = "default"
OPEN_DATA_ROLE: str | None = None
if ENVIRONMENT.open_database_url:
    DATABASES["open"] = database(ENVIRONMENT.open_database_url) | {"OPTIONS": DATABASES["default"]["OPTIONS"]}
    OPEN_DATA_ALIAS = "open"
# Limits of tries and used codes must be known to all workers; what each may remember for itself is near (spatial.near).
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "identity_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "near": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
DATABASE_ROUTERS = ["spatial.ogc.open_data.OpenRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.User"
LOGIN_URL = "/logowanie/"
LOGIN_REDIRECT_URL = "/moje/"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "UserAttributeSimilarityValidator")
]
# Accounts (django-allauth; docs/accounts.md).
OGC_SIGN_IN = "services.identity.programs.editor_of"  # keys of programs
SESSION_ENGINE = "services.identity.sessions"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
STAFF_SECOND_FACTOR = ENVIRONMENT.staff_second_factor
ACCOUNT_ADAPTER = "services.identity.adapter.Accounts"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # how long an answer takes tells nobody whether there is an account
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
#: keys as wrong passwords; codes of BLIK of one account; others are the library's
ACCOUNT_RATE_LIMITS = {"program_key": "10/m/ip,5/5m/key", "blik": "10/10m/key"}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_METHODS = {"password", "mfa"}
ACCOUNT_FORMS = {
    "signup": "services.identity.forms.SignUp",
    "reset_password": "services.identity.forms.ResetPassword",
    "reset_password_from_key": "services.identity.forms.ResetPasswordKey",
    "change_password": "services.identity.forms.ChangePassword",
    "set_password": "services.identity.forms.SetPassword",
    "add_email": "services.identity.forms.ChangeEmail",
    "reauthenticate": "services.identity.forms.ProveByPassword",
}
MFA_ADAPTER = "services.identity.adapter.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs in before the first address is confirmed
MFA_TOTP_TOLERANCE = 1  # RFC 6238 section 5.2: one step for the delay of the network
MFA_TOTP_ISSUER = "e-Urząd"
MFA_FORMS = {
    "authenticate": "services.identity.forms.GiveCode",
    "reauthenticate": "services.identity.forms.ProveByCode",
    "activate_totp": "services.identity.forms.SetUpApplication",
    "add_webauthn": "services.identity.forms.AddKey",
    "authenticate_webauthn": "services.identity.forms.GiveKey",
    "login_webauthn": "services.identity.forms.EnterByKey",
    "reauthenticate_webauthn": "services.identity.forms.ProveByKey",
}

# E-mail by SMTP; in the demo letters lie in a folder.
EMAIL_FOLDER = None if ENVIRONMENT.email_url else ENVIRONMENT.state / "mail"
EMAIL_WORKS = bool(ENVIRONMENT.email_url) or DEMO
MAILERS = {"default": mailer(ENVIRONMENT.email_url, folder=ENVIRONMENT.state / "mail")}
DEFAULT_FROM_EMAIL = ENVIRONMENT.email_from

LANGUAGE_CODE = "pl"
#: Ukrainian speaks on the pages of residents; those of the office stay Polish where it has no words
LANGUAGES = [("pl", "polski"), ("en", "English"), ("uk", "українська")]
LOCALE_PATHS = [ROOT / "services/portal/locale"]
TIME_ZONE = "Europe/Warsaw"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.state / "static"
STATICFILES_DIRS = [ROOT / "services/portal/map/dist"]
AUDIT_YEARS = ENVIRONMENT.audit_years
MEDIA_ROOT = ENVIRONMENT.state / "media"
MAP_FOLDER = ENVIRONMENT.state / "maps"  #: tiles kept ready, patterns of fills; may be dropped at any time
#: of one address in one process (services.portal.limits)
REQUESTS_PER_SECOND = ENVIRONMENT.requests_per_second
MAP_HOSTS = ENVIRONMENT.map_hosts  #: services of these hosts people may lay over our map
#: where tiles are kept, other than below MAP_FOLDER (tiles.storage)
TILE_CACHE = ENVIRONMENT.tile_cache
#: the seal of the office, and whose signatures are believed (docs/signing.md)
SEAL_DIR, SEAL_PASSPHRASE, SEAL_REQUIRED = ENVIRONMENT.seal_dir, ENVIRONMENT.seal_passphrase, ENVIRONMENT.seal_required
TIMESTAMP_URL = ENVIRONMENT.timestamp_url
TRUST_DIR = ENVIRONMENT.trust_dir
#: where operators of payments are asked, by their code (docs/payments.md)
PAYMENT_OPERATORS = {
    "przelewy24": {"live": "https://secure.przelewy24.pl", "sandbox": ENVIRONMENT.p24_sandbox},
    "payu": {"live": "https://secure.payu.com", "sandbox": ENVIRONMENT.payu_sandbox},
}
#: sign-in by login.gov.pl (docs/login-node.md)
NODE_PROFILE, NODE_URL, NODE_ENTITY = ENVIRONMENT.node_profile, ENVIRONMENT.node_url, ENVIRONMENT.node_entity
NODE_ARTIFACT_URL, NODE_LOGOUT_URL = ENVIRONMENT.node_artifact_url, ENVIRONMENT.node_logout_url
NODE_CERTIFICATES, NODE_DIR = ENVIRONMENT.node_certificates, ENVIRONMENT.node_dir
NODE_OUR_ENTITY, NODE_OUR_NAME = ENVIRONMENT.node_our_entity, ENVIRONMENT.node_our_name
CLAMAV, CLAMAV_REQUIRED = (
    ENVIRONMENT.clamav,
    ENVIRONMENT.clamav_required,
)  #: who scans uploads (services.documents.scanning)
#: notifications (docs/notifications.md)
SMS_URL, BOUNCES_URL, BOUNCES_TAGS = ENVIRONMENT.sms_url, ENVIRONMENT.bounces_url, ENVIRONMENT.bounces_tags
PUSH_KEY, PUSH_CONTACT, PUSH_HOSTS = ENVIRONMENT.push_key, ENVIRONMENT.push_contact, ENVIRONMENT.push_hosts
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
DJANGO_VITE = {"default": {"manifest_path": ROOT / "services/portal/map/dist/manifest.json", "static_url_prefix": ""}}

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],  # OpenLayers positions its controls by style attributes
    "img-src": [CSP.SELF, "data:", "blob:"],
    "worker-src": [CSP.SELF, "blob:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "form-action": [CSP.SELF],
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
# TLS ends at a proxy, which says by what a page was asked (deploy/nginx.conf); without it forms would be refused.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.https else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENVIRONMENT.https else 0
SESSION_COOKIE_HTTPONLY = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

SILENCED_SYSTEM_CHECKS = [
    # GDAL 3.6 of Debian 12 cannot be told to refuse files and networks. Uploaded files are read by the readers of
    # data/, with drivers named one by one; GeoDjango's GDAL only ever sees coordinates that our own code wrote.
    "gis.W001",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {name: {"level": "WARNING"} for name in ("pikepdf", "rasterio", "pyogrio", "fontTools", "procrastinate")}
    | {"pyhanko": {"level": "CRITICAL"}},  # a bad signature in a file of somebody else is no fault of ours
}
