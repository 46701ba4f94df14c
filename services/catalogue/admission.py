"""Whether the person, as signed in now, may begin and file an application of the service."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from services.catalogue.declaration import EService
from services.identity.access import acting_for, level_of
from services.identity.base import PROVIDERS, Acting, SignInProvider
from spatial.errors import Refused


class NotAdmitted(Refused):
    """The sign-in is not strong enough, or the person acts for somebody who may not file this."""

    code = "not-admitted"


def obstacle(service: EService, request: HttpRequest) -> str:
    """Why not, and what to do; empty where the person may."""
    if level_of(request) < service.level:
        return _("Ta sprawa wymaga potwierdzenia tożsamości, na przykład profilem zaufanym. Samo hasło nie wystarczy.")
    if acting_for(request) in service.who_may:
        return ""
    if service.who_may == {Acting.ORGANISATION}:
        return _("Tę sprawę załatwia firma albo instytucja przez osobę, która ma do tego umocowanie.")
    return _("Tę sprawę załatwiasz tylko we własnym imieniu.")


def refuse_unfit(service: EService, request: HttpRequest) -> None:
    """Raises NotAdmitted."""
    if text := obstacle(service, request):
        raise NotAdmitted(text)


def stronger(service: EService, request: HttpRequest) -> list[SignInProvider]:
    """Other ways of signing in, where the office has any that would help."""
    if level_of(request) >= service.level:
        return []
    return [provider for provider in PROVIDERS if provider.level >= service.level]
