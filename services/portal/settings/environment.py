"""What the environment may say, read once at start. An unknown MIEDZA_ variable is a typing error: refused.

Every row is described in docs/settings.md; a test keeps the two equal.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[3]

#: Variables that scripts of deploy/ and the tests read; the application only lets them pass.
FOR_SCRIPTS = frozenset(
    {"MIEDZA_PORT", "MIEDZA_BIND", "MIEDZA_TEST_DATABASE", "MIEDZA_TEST_TEMPLATE", "MIEDZA_WORKERS"}
)

#: schemes of MIEDZA_EMAIL_URL with their usual ports; without encryption only inside the office
SMTP = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
#: schemes of MIEDZA_BOUNCES_URL; without encryption only inside the office
IMAP = ("imaps", "imap+starttls", "imap")
#: of Chrome and Edge on Android, Firefox, Safari, Edge on Windows
PUSH_SERVICES = "fcm.googleapis.com,push.services.mozilla.com,push.apple.com,notify.windows.com"


class SettingError(Exception):
    """A variable is unknown, missing or unusable; the text names it and the remedy."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Typed view of the process environment."""

    state: Path  #: MIEDZA_STATE: private state folder, media and logs live below it
    database_url: str  #: DATABASE_URL: postgresql://user:password@host:port/name
    #: MIEDZA_OPEN_DATABASE_URL: the same database for the role miedza_open; "" reads open data as the application does
    open_database_url: str
    secret_key: str  #: MIEDZA_SECRET_KEY: signs sessions; from the state folder where absent
    person_key: str  #: MIEDZA_PERSON_KEY: PESEL numbers are kept under it; from the state folder where absent
    site: str  #: MIEDZA_SITE: public address printed on documents; "" takes the one a page was asked by
    hosts: tuple[str, ...]  #: MIEDZA_HOSTS: names the office is served under, comma-separated
    demo: bool  #: MIEDZA_DEMO: sample municipalities and accounts with one known password
    debug: bool  #: MIEDZA_DEBUG: Django's debug pages; never in an office
    https: bool  #: MIEDZA_HTTPS: served behind TLS, cookies marked secure
    tile_cache: str  #: MIEDZA_TILE_CACHE: s3://bucket/folder?endpoint=...; "" keeps tiles below the state folder
    map_hosts: tuple[str, ...]  #: MIEDZA_MAP_HOSTS: whose map services people may lay over ours, with all below them
    audit_years: int  #: MIEDZA_AUDIT_YEARS: how long rows of the audit logs are kept
    requests_per_second: int  #: MIEDZA_REQUESTS_PER_SECOND: of one address in one process; 0 limits nobody
    seal_dir: Path  #: MIEDZA_SEAL_DIR: keys of the office's seal, <teryt>.p12 or default.p12
    seal_passphrase: str  #: MIEDZA_SEAL_PASSPHRASE: opens them; the file "passphrase" beside them comes first
    seal_required: bool  #: MIEDZA_SEAL_REQUIRED: nothing is issued without the seal
    timestamp_url: str  #: MIEDZA_TIMESTAMP_URL: service of timestamps (RFC 3161); "" seals without one
    clamav: str  #: MIEDZA_CLAMAV: socket of clamd that uploads are shown to, a path or host:port; "" scans nothing
    clamav_required: bool  #: MIEDZA_CLAMAV_REQUIRED: a file that it does not answer for is refused
    p24_sandbox: str  #: MIEDZA_P24_SANDBOX: where contracts of the trial environment of Przelewy24 are asked
    payu_sandbox: str  #: MIEDZA_PAYU_SANDBOX: the same of PayU
    staff_second_factor: bool  #: MIEDZA_STAFF_SECOND_FACTOR: staff gives a second factor before anything opens
    email_url: str  #: MIEDZA_EMAIL_URL: smtps://user:password@host:465; "" keeps letters in the state folder
    email_from: str  #: MIEDZA_EMAIL_FROM: whom e-mails come from
    trust_dir: Path  #: MIEDZA_TRUST_DIR: certificates of authorities whose signatures are believed
    node_profile: str  #: MIEDZA_NODE_PROFILE: node (login.gov.pl) or plain (SAML by POST with RSA)
    node_url: str  #: MIEDZA_NODE_URL: where the node takes our questions; "" offers no sign-in by it
    node_artifact_url: str  #: MIEDZA_NODE_ARTIFACT_URL: where it says what an artifact stands for
    node_logout_url: str  #: MIEDZA_NODE_LOGOUT_URL: where it is told that a session is over; "" tells it nothing
    node_entity: str  #: MIEDZA_NODE_ENTITY: name under which the node issues
    node_certificates: Path  #: MIEDZA_NODE_CERTIFICATES: PEM of the certificates whose signatures are believed
    node_dir: Path  #: MIEDZA_NODE_DIR: our keys for the node, made by manage.py node_keys
    node_our_entity: str  #: MIEDZA_NODE_OUR_ENTITY: our name at the node; "" takes the address of our metadata
    node_our_name: str  #: MIEDZA_NODE_OUR_NAME: ProviderName agreed with the node
    bounces_url: str  #: MIEDZA_BOUNCES_URL: imaps://user:password@host:993/INBOX of letters that come back
    bounces_tags: bool  #: MIEDZA_BOUNCES_TAGS: letters leave from user+tag@host, returns come to user's box
    sms_url: str  #: MIEDZA_SMS_URL: where SMSAPI answers
    push_key: Path  #: MIEDZA_PUSH_KEY: VAPID key of the office's Web Push (manage.py push_keys)
    push_contact: str  #: MIEDZA_PUSH_CONTACT: mailto: or https: for push services to write to; "" sends no Web Push
    push_hosts: tuple[str, ...]  #: MIEDZA_PUSH_HOSTS: push services of browsers: hosts, or one origin with its scheme

    @classmethod
    def read(cls, variables: Mapping[str, str] = os.environ) -> "Environment":
        """Raises SettingError for an unknown or unusable variable."""
        known = FOR_SCRIPTS | {
            f"MIEDZA_{name}"
            for name in (
                "STATE",
                "OPEN_DATABASE_URL",
                "SECRET_KEY",
                "PERSON_KEY",
                "SITE",
                "HOSTS",
                "DEMO",
                "DEBUG",
                "HTTPS",
                "REQUESTS_PER_SECOND",
                "TILE_CACHE",
                "MAP_HOSTS",
                "SEAL_DIR",
                "SEAL_PASSPHRASE",
                "SEAL_REQUIRED",
                "TIMESTAMP_URL",
                "TRUST_DIR",
                "NODE_PROFILE",
                "NODE_URL",
                "NODE_ARTIFACT_URL",
                "NODE_LOGOUT_URL",
                "NODE_ENTITY",
                "NODE_CERTIFICATES",
                "NODE_DIR",
                "NODE_OUR_ENTITY",
                "NODE_OUR_NAME",
                "CLAMAV",
                "CLAMAV_REQUIRED",
                "AUDIT_YEARS",
                "P24_SANDBOX",
                "PAYU_SANDBOX",
                "STAFF_SECOND_FACTOR",
                "EMAIL_URL",
                "EMAIL_FROM",
                "BOUNCES_URL",
                "BOUNCES_TAGS",
                "SMS_URL",
                "PUSH_KEY",
                "PUSH_CONTACT",
                "PUSH_HOSTS",
            )
        }
        for name in variables:
            if name.startswith("MIEDZA_") and name not in known:
                raise SettingError(f"Unknown setting {name}. Known: {', '.join(sorted(known))}.")
        state = ROOT / variables.get("MIEDZA_STATE", ".state")
        debug = flag(variables, "MIEDZA_DEBUG", default=False)
        return cls(
            state=state,
            database_url=variables.get("DATABASE_URL") or private_database_url(state),
            open_database_url=variables.get("MIEDZA_OPEN_DATABASE_URL")
            or ("" if variables.get("DATABASE_URL") else private_open_url(state)),
            secret_key=variables.get("MIEDZA_SECRET_KEY") or stored_secret(state, "secret-key"),
            person_key=variables.get("MIEDZA_PERSON_KEY") or stored_secret(state, "person-key"),
            site=variables.get("MIEDZA_SITE", "").rstrip("/"),
            hosts=tuple(variables.get("MIEDZA_HOSTS", "localhost,127.0.0.1,[::1]").split(",")),
            demo=flag(variables, "MIEDZA_DEMO", default=True),
            debug=debug,
            https=flag(variables, "MIEDZA_HTTPS", default=False),
            tile_cache=variables.get("MIEDZA_TILE_CACHE", ""),
            map_hosts=tuple(filter(None, variables.get("MIEDZA_MAP_HOSTS", "gov.pl").split(","))),
            audit_years=number(variables, "MIEDZA_AUDIT_YEARS", default=6, least=2),  # KRI § 20: two at least
            requests_per_second=number(variables, "MIEDZA_REQUESTS_PER_SECOND", default=100),
            seal_dir=ROOT / variables.get("MIEDZA_SEAL_DIR", state / "seal"),
            seal_passphrase=variables.get("MIEDZA_SEAL_PASSPHRASE", ""),
            seal_required=flag(variables, "MIEDZA_SEAL_REQUIRED", default=not debug),
            timestamp_url=variables.get("MIEDZA_TIMESTAMP_URL", ""),
            clamav=scanner(variables),
            clamav_required=flag(variables, "MIEDZA_CLAMAV_REQUIRED", default=True),
            p24_sandbox=variables.get("MIEDZA_P24_SANDBOX", "https://sandbox.przelewy24.pl").rstrip("/"),
            payu_sandbox=variables.get("MIEDZA_PAYU_SANDBOX", "https://secure.snd.payu.com").rstrip("/"),
            staff_second_factor=flag(variables, "MIEDZA_STAFF_SECOND_FACTOR", default=True),
            email_url=variables.get("MIEDZA_EMAIL_URL", ""),
            email_from=variables.get("MIEDZA_EMAIL_FROM", "e-Urząd <nie-odpowiadaj@localhost>"),
            trust_dir=ROOT / variables.get("MIEDZA_TRUST_DIR", "data/trust"),
            node_profile=node_profile(variables),
            node_url=variables.get("MIEDZA_NODE_URL", ""),
            node_artifact_url=variables.get("MIEDZA_NODE_ARTIFACT_URL", ""),
            node_logout_url=variables.get("MIEDZA_NODE_LOGOUT_URL", ""),
            node_entity=variables.get("MIEDZA_NODE_ENTITY", ""),
            node_certificates=ROOT / variables.get("MIEDZA_NODE_CERTIFICATES", state / "node/node.pem"),
            node_dir=ROOT / variables.get("MIEDZA_NODE_DIR", state / "node"),
            node_our_entity=variables.get("MIEDZA_NODE_OUR_ENTITY", ""),
            node_our_name=variables.get("MIEDZA_NODE_OUR_NAME", ""),
            bounces_url=mailbox(variables),
            bounces_tags=flag(variables, "MIEDZA_BOUNCES_TAGS", default=False),
            sms_url=variables.get("MIEDZA_SMS_URL", "https://api.smsapi.pl"),
            push_key=ROOT / variables.get("MIEDZA_PUSH_KEY", state / "push-key.pem"),
            push_contact=contact(variables),
            push_hosts=tuple(filter(None, variables.get("MIEDZA_PUSH_HOSTS", PUSH_SERVICES).split(","))),
        )


def flag(variables: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = variables.get(name, "1" if default else "0")
    if value not in {"0", "1"}:
        raise SettingError(f"{name} takes 0 or 1, not {value!r}.")
    return value == "1"


def number(variables: Mapping[str, str], name: str, *, default: int, least: int = 0) -> int:
    value = variables.get(name, str(default))
    if not (value.isascii() and value.isdecimal() and len(value) < 7 and int(value) >= least):
        raise SettingError(f"{name} takes a whole number from {least} up, not {value!r}.")
    return int(value)


def contact(variables: Mapping[str, str]) -> str:
    """Apple refuses every other (403 BadJwtToken)."""
    value = variables.get("MIEDZA_PUSH_CONTACT", "")
    if value and not value.startswith(("mailto:", "https://")):
        raise SettingError(f"MIEDZA_PUSH_CONTACT takes mailto:… or https://…, not {value!r}.")
    return value


def mailbox(variables: Mapping[str, str]) -> str:
    """The value is never repeated: it holds a password."""
    value = variables.get("MIEDZA_BOUNCES_URL", "")
    try:
        parts = urlsplit(value)
        is_whole = parts.scheme in IMAP and bool(parts.hostname and parts.username and parts.port != 0)
    except ValueError:
        is_whole = False
    if value and not is_whole:
        known = ", ".join(f"{one}://user:password@host/INBOX" for one in IMAP)
        raise SettingError(f"MIEDZA_BOUNCES_URL takes {known}.")
    return value


def scanner(variables: Mapping[str, str]) -> str:
    value = variables.get("MIEDZA_CLAMAV", "")
    if value and not value.startswith("/") and not is_address(value):
        raise SettingError(f"MIEDZA_CLAMAV takes a path of a socket or host:port, not {value!r}.")
    return value


def node_profile(variables: Mapping[str, str]) -> str:
    """Raises SettingError also where the node is named by half."""
    value = variables.get("MIEDZA_NODE_PROFILE", "node")
    needed = {"node": ("ENTITY", "ARTIFACT_URL"), "plain": ("ENTITY",)}
    if value not in needed:
        raise SettingError(f"MIEDZA_NODE_PROFILE takes node or plain, not {value!r}.")
    missing = [f"MIEDZA_NODE_{name}" for name in needed[value] if not variables.get(f"MIEDZA_NODE_{name}")]
    if variables.get("MIEDZA_NODE_URL") and missing:
        raise SettingError(f"MIEDZA_NODE_URL needs {' and '.join(missing)} beside it.")
    return value


def is_address(text: str) -> bool:
    """``host:port``."""
    try:
        parts = urlsplit(f"//{text}")
        return bool(parts.hostname and parts.port) and parts.netloc == text
    except ValueError:
        return False


def mailer(url: str, *, folder: Path) -> dict[str, Any]:
    """An entry of Django's MAILERS: an SMTP server, or files in the folder. Raises SettingError."""
    if not url:
        return {"BACKEND": "services.identity.folder.Folder", "OPTIONS": {"file_path": folder}}
    parts = urlsplit(url)
    if parts.scheme not in SMTP or not parts.hostname:
        raise SettingError(f"MIEDZA_EMAIL_URL takes {', '.join(f'{one}://user:password@host:port' for one in SMTP)}.")
    options = {
        "host": parts.hostname,
        "port": parts.port or SMTP[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.scheme == "smtp+starttls",
        "timeout": 10,
    }
    return {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}


def private_database_url(state: Path) -> str:
    """Address of the private cluster that deploy/postgres.sh keeps in the state folder."""
    found = cluster_url(state, role="miedza", secret="password")  # noqa: S106 - the name of a file
    if not found:
        raise SettingError("No database: run 'make up' once (it creates a private one) or set DATABASE_URL.")
    return found


def private_open_url(state: Path) -> str:
    """The same for the role of the open views; "" in a cluster that was made before there was one."""
    return cluster_url(state, role="miedza_open", secret="open-password")  # noqa: S106 - the name of a file


def cluster_url(state: Path, *, role: str, secret: str) -> str:
    """secret: name of the file with the role's password."""
    for home in (state / "postgres", *Path("/var/lib").glob(f"miedza-{digest(str(state))}")):
        try:
            password, port = ((home / name).read_text().strip() for name in (secret, "port"))
        except OSError:
            continue
        return f"postgresql://{role}:{password}@127.0.0.1:{port}/miedza"
    return ""


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:10]


def stored_secret(state: Path, name: str) -> str:
    """Secret of this installation, made at first use; readable by its owner only."""
    path = state / name
    if not path.exists():
        state.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(token_urlsafe(50))
    return path.read_text()


def database(url: str) -> dict[str, object]:
    """Django's DATABASES entry for a postgresql:// address."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres", "postgis"} or not parts.path.strip("/"):
        raise SettingError("DATABASE_URL must look like postgresql://user:password@host:port/name.")
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
