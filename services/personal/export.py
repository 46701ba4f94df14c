"""A copy of everything that the office holds of a person's account (art. 15 and 20 of RODO), as a ZIP."""

import json
from collections.abc import Iterator
from datetime import datetime
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.utils import timezone

from services.audit.reading import about, line
from services.cases.models import Case
from services.catalogue.models import Attachment, Draft, Filing
from services.delivery.models import Addressee
from services.delivery.shown import closed_documents
from services.identity.models import User
from services.notices.models import Notice
from services.notifications.models import ChannelAddress, Consent, Delivery, OwnQuiet, WatchedPlace
from services.parties.models import PartyLink
from services.parties.people import own_pesel

IN_MEMORY = 5 * 1024**2  #: bytes; a larger copy waits on the disk

README = """Twoje dane w e-urzędzie, stan na {day}

konto.json            Twoje konto: login, imię, nazwisko, adres e-mail, daty i adres do doręczeń;
                      PESEL tylko w kopii pobranej po zalogowaniu przez login.gov.pl
sprawy.json           Twoje sprawy: przebieg, złożone wnioski z odpowiedziami, spis załączników i dokumentów
wersje-robocze.json   wnioski, których jeszcze nie złożono
wglady.json           kto z urzędu oglądał Twoje dane, kiedy i na jakiej podstawie
logowania.json        kiedy i jak logowano się na Twoje konto w ostatnich dwóch latach
klucze-programow.json programy, które zmieniają rejestry w Twoim imieniu, bez samych kluczy
powiadomienia.json    wiadomości o Twoich sprawach i to, kiedy je przeczytałeś
umocowania.json       w czyim imieniu działasz albo działałeś
wiadomosci.json       wiadomości z urzędu, Twoje zgody, adresy i miejsca do powiadomień
zalaczniki/           pliki, które dołączyłeś do wniosków
dokumenty/            pisma, które wydał urząd, bez tych, których jeszcze nie odebrałeś
brakujace-pliki.txt   jest tu tylko wtedy, gdy któregoś z plików nie znaleziono; powiedz o tym urzędowi

Pliki JSON otworzysz w każdym edytorze tekstu i wczytasz w innych programach.
Notatek wewnętrznych urzędu tu nie ma. O wgląd w akta sprawy możesz poprosić urząd (art. 73 KPA).
"""


def archive(user: User, *, at: datetime, is_identified: bool = False) -> IO[bytes]:
    """The ZIP from its beginning; own rows only.

    is_identified: by the national node in this session; whoever knows a password learns no PESEL
    """
    cases = list(Case.objects.of_person(user).select_related("municipality").order_by("filed_at", "pk"))
    drafts = Draft.objects.filter(owner=user, case=None).order_by("begun_at")
    parts = {
        "konto.json": account(user, is_identified=is_identified) | {"delivery": address_of(user)},
        "sprawy.json": [told(case) for case in cases],
        "wersje-robocze.json": [
            {**values(draft, "service", "typed", "begun_at", "saved_at", "expires_at"), "attachments": files_of(draft)}
            for draft in drafts
        ],
        "wglady.json": list(looks(user)),
        "logowania.json": [
            values(one, "at", "is_successful", "provider_name", "means_name", "level", "address")
            for one in user.sign_ins.order_by("at", "pk")
        ],
        "klucze-programow.json": [
            values(one, "name", "municipality_id", "made_at", "expires_at", "withdrawn_at", "used_at", "used_from")
            for one in user.program_keys.order_by("pk")
        ],
        "powiadomienia.json": [
            {**values(one, "at", "text", "read_at"), "case": one.case.number}
            for one in Notice.objects.filter(user=user, case__in=cases).select_related("case").order_by("at", "pk")
        ],
        "umocowania.json": [standing(link) for link in user.party_links.named().order_by("pk")],
        "wiadomosci.json": notifications_of(user),
    }
    made = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    with ZipFile(made, "w", ZIP_DEFLATED) as packed:
        packed.writestr("readme.txt", README.format(day=f"{timezone.localdate(at):%Y-%m-%d}"))
        for name, content in parts.items():
            packed.writestr(name, json.dumps(content, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder))
        lost = []
        for name, path in stored(user):
            if not default_storage.exists(path):
                lost.append(name)
                continue
            with default_storage.open(path) as source, packed.open(name, "w") as target:
                copyfileobj(source, target)
        if lost:
            packed.writestr("brakujace-pliki.txt", "\n".join(lost))
    made.seek(0)
    return made


def account(user: User, *, is_identified: bool) -> dict[str, Any]:
    known = values(user, "username", "first_name", "last_name", "email", "date_joined", "last_login")
    number = own_pesel(user, on=timezone.localdate()) if is_identified else ""
    return known | {"pesel": number} if number else known


def standing(link: PartyLink) -> dict[str, Any]:
    """For whom the person acts, as the person may see it."""
    return {
        "party": link.shown_name, "basis": link.get_basis_display(), "state": link.get_state_display(),
        "office": link.municipality.office_name if link.municipality else None,
        **values(link, "scope", "duty_free", "valid_from", "valid_to", "asked_at", "approved_at", "ended_at", "reason"),
    }  # fmt: skip


def address_of(user: User) -> dict[str, Any] | None:
    """How the person wants letters."""
    wish = Addressee.objects.filter(user=user).first()
    return values(wish, "way", "ade", "street", "postal_code", "city", "changed_at") if wish else None


def told(case: Case) -> dict[str, Any]:
    """A case as its applicant may see it."""
    filing = Filing.objects.filter(case=case).first()
    filed = values(filing, "receipt", "filed_at", "form_version", "answers", "told", "sha256") if filing else None
    draft = Draft.objects.filter(case=case).first()
    return {
        **values(case, "number", "service", "title", "filed_at", "due_on", "term_basis", "closed_at"),
        "status": case.get_status_display(),
        "office": case.municipality.office_name,
        "events": [values(event, "at", "text") for event in case.events.filter(is_public=True).order_by("at", "pk")],
        "filing": filed,
        "amendments": [values(one, "at", "note", "told") for one in filing.amendments.order_by("pk")] if filing else [],
        "attachments": files_of(draft) if draft else [],
        "documents": [
            {**values(one, "title", "code", "sha256", "issued_at"), "file": f"dokumenty/{one.code}.pdf"}
            for one in case.documents.exclude(pk__in=closed_documents(case)).order_by("pk")
        ],
        "dues": [
            values(one, "title", "basis", "amount_gr", "due_on", "exemption", "paid_gr", "paid_on", "how", "number")
            for one in case.dues.order_by("pk")
        ],
    }


def looks(user: User) -> Iterator[dict[str, Any]]:
    for entry in about(user).iterator():
        ground = line(entry).ground
        yield {
            **values(entry, "at", "user_name", "post", "thing", "case_number"),
            "office": entry.municipality.office_name if entry.municipality else None,
            "what": entry.get_action_display(), "ground": f"{ground.title} ({ground.basis})",
        }  # fmt: skip


def notifications_of(user: User) -> dict[str, Any]:
    """The ledger of consents whole; of a browser only whose service carries its messages."""
    inbox = Delivery.objects.inbox(user).select_related("message").order_by("pk")
    ways = ChannelAddress.objects.filter(user=user).order_by("pk")
    return {
        "inbox": [
            {"title": one.message.title_pl, "text": one.message.body_pl, **values(one, "queued_at", "read_at")}
            for one in inbox
        ],
        "consents": [
            values(one, "municipality_id", "topic", "channel", "is_given", "text_version", "at", "source")
            for one in Consent.objects.filter(user=user).order_by("pk")
        ],
        "addresses": [values(one, "channel", "shown", "added_at", "confirmed_at", "revoked_at") for one in ways],
        "quiet": [values(one, "begin", "end") for one in OwnQuiet.objects.filter(user=user)],
        "places": [
            {"label": one.label, "x": one.point.x, "y": one.point.y}
            for one in WatchedPlace.objects.filter(user=user).order_by("pk")
        ],
    }


def files_of(draft: Draft) -> list[dict[str, Any]]:
    rows = draft.attachments.order_by("added_at", "pk")
    return [{**values(one, "name", "media_type", "sha256", "size", "added_at"), "file": packed_as(one)} for one in rows]


def packed_as(one: Attachment) -> str:
    """Names of two files may be the same, keys are not."""
    return f"zalaczniki/{one.pk}/{one.name}"


def stored(user: User) -> Iterator[tuple[str, str]]:
    """Name in the ZIP, path in the storage."""
    seen = Q(draft__case=None) | Q(draft__case__in=Case.objects.of_person(user))
    for attachment in Attachment.objects.filter(seen, draft__owner=user).order_by("added_at", "pk"):
        yield packed_as(attachment), attachment.path
    for case in Case.objects.of_person(user):
        for document in case.documents.exclude(pk__in=closed_documents(case)):
            yield f"dokumenty/{document.code}.pdf", str(document.file.name)


def values(row: object, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
