"""Settings for the tests: the same office, its own database, fast password hashing."""

import os

from services.portal.settings import *  # noqa: F403
from services.portal.settings import DATABASES, ENVIRONMENT, INSTALLED_APPS

DEBUG = False
DEMO = True
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = ENVIRONMENT.state / "test-media"
SEAL_DIR, SEAL_PASSPHRASE, SEAL_REQUIRED, TIMESTAMP_URL = ENVIRONMENT.state / "test-seal", "", False, ""
TRUST_DIR = ENVIRONMENT.state / "test-trust"
CLAMAV, CLAMAV_REQUIRED = "", True
STAFF_SECOND_FACTOR, EMAIL_WORKS = False, True  # tests of accounts ask for it themselves (tests/services/accounts)
CACHES = {name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"} for name in ("default", "near")}

INSTALLED_APPS = [*INSTALLED_APPS, "tests.flushing"]

DATABASES["default"]["TEST"] = {
    "NAME": os.environ.get("MIEDZA_TEST_DATABASE", "test_miedza"),
    "TEMPLATE": os.environ.get("MIEDZA_TEST_TEMPLATE"),  # migrated once; each process of the tests copies it
}
DATABASES["default"]["OPTIONS"] = {"options": "-c statement_timeout=60s -c synchronous_commit=off"}
# Another connection would not see the rows of a test: its own connection takes the role for each question.
if DATABASES.pop("open", None):
    OPEN_DATA_ALIAS, OPEN_DATA_ROLE = "default", "miedza_open"
