"""Whether the person, as signed in now, may begin and file an application of the service, and for whom."""

from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from services.catalogue.declaration import EService
from services.identity.base import PROVIDERS, Acting, SignInProvider
from services.parties.acting import kind_of, level_of
from services.parties.models import PartyLink
from spatial.errors import Refused
from spatial.municipalities.models import Municipality


class NotAdmitted(Refused):
    """The sign-in is not strong enough, or the person acts for somebody who may not file this."""

    code = "not-admitted"


def obstacle(service: EService, request: HttpRequest, link: PartyLink | None) -> str:
    """Why not, and what to do; empty where the person may. link: for whom, None: for themselves."""
    if level_of(request) < service.level:
        return _("Ta sprawa wymaga potwierdzenia tożsamości, na przykład profilem zaufanym. Samo hasło nie wystarczy.")
    if link and link.scope and service.code not in link.scope:
        return _("Twoje umocowanie nie obejmuje tej sprawy. Zmień, w czyim imieniu działasz.")
    if kind_of(link) in service.who_may:
        return ""
    if service.who_may == {Acting.ORGANISATION}:
        return _("Tę sprawę załatwia firma albo instytucja przez osobę, która ma do tego umocowanie.")
    return _("Tę sprawę załatwiasz tylko we własnym imieniu.")


def refuse_unfit(service: EService, request: HttpRequest, link: PartyLink | None) -> None:
    """Raises NotAdmitted."""
    if text := obstacle(service, request, link):
        raise NotAdmitted(text)


def in_force(link: PartyLink | None, service: EService, municipality: Municipality, *, on: date) -> PartyLink | None:
    """The link as it is now, locked: who ends it waits for who files by it. Raises NotAdmitted when it does not hold
    before this office on the day.
    """
    if link is None:
        return None
    locked = PartyLink.objects.select_for_update(of=("self",), no_key=True).named().get(pk=link.pk)
    if not locked.is_in_force(on):
        raise NotAdmitted(_("Twoje umocowanie już nie obowiązuje. Wniosek zostaje u Ciebie, ale nie możesz go złożyć."))
    if not locked.covers(service=service.code, municipality=municipality.pk):
        text = _("Twojego umocowania nie zatwierdził %(office)s. Zgłoś je temu urzędowi.")
        raise NotAdmitted(text % {"office": municipality.office_name})
    return locked


def stronger(service: EService, request: HttpRequest) -> list[SignInProvider]:
    """Other ways of signing in, where the office has any that would help."""
    if level_of(request) >= service.level:
        return []
    return [provider for provider in PROVIDERS if provider.level >= service.level]
