"""Who the node is and who we are to it, as the settings say (docs/login-node.md)."""

from dataclasses import dataclass

from cryptography import x509
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from services.identity.saml.keys import Keys, pinned
from services.identity.saml.profiles import PROFILES, Profile
from spatial.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """The provider of identity."""

    profile: Profile
    entity: str
    sign_in_url: str
    artifact_url: str
    logout_url: str  #: "" where it wants no word of it
    certificates: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """We, the service provider; ``name`` is the one agreed with the node, required there since 2025."""

    entity: str
    acs_url: str
    logout_url: str
    name: str
    keys: Keys


def is_configured() -> bool:
    return bool(settings.NODE_URL)


def the_node() -> Node:
    """Read anew each time, so that a new certificate needs no restart. Raises NotFound, ImproperlyConfigured."""
    if not is_configured():
        raise NotFound(_("Ten urząd nie ma logowania przez Węzeł Krajowy."))
    profile = PROFILES[settings.NODE_PROFILE]
    return Node(
        profile=profile, entity=settings.NODE_ENTITY, sign_in_url=settings.NODE_URL,
        artifact_url=settings.NODE_ARTIFACT_URL, logout_url=settings.NODE_LOGOUT_URL,
        certificates=pinned(settings.NODE_CERTIFICATES, profile),
    )  # fmt: skip


def this_office(request: HttpRequest) -> Office:
    """Raises ImproperlyConfigured."""
    site = settings.SITE or request.build_absolute_uri("/").rstrip("/")
    return Office(
        entity=settings.NODE_OUR_ENTITY or site + reverse("saml:metadata"),
        acs_url=site + reverse("saml:acs"), logout_url=site + reverse("saml:slo"), name=settings.NODE_OUR_NAME,
        keys=Keys.read(settings.NODE_DIR, PROFILES[settings.NODE_PROFILE]),
    )  # fmt: skip
