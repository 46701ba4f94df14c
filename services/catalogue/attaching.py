"""Files of a draft: checked, kept by their hash, dropped; the draft names them, the page never does."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from services.catalogue.models import Attachment, Draft
from services.documents.signatures import signatures_of
from services.documents.uploads import LARGEST, Refused, checked
from services.forms.questions import Files
from spatial.errors import Conflict

LARGEST_TOGETHER = 50 * 1024**2  #: bytes of all files of a filing


def attach(draft: Draft, question: Files, files: "Iterable[UploadedFile[bytes]]", *, at: datetime) -> list[str]:
    """Keeps those that may be kept, each by itself; answers what is wrong with the others."""
    faults = []
    for file in files:
        try:
            keep(draft, question, file, at=at)
        except Refused as fault:
            faults.append(fault.message)
    return faults


@transaction.atomic
def keep(draft: Draft, question: Files, file: "UploadedFile[bytes]", *, at: datetime) -> None:
    """Raises Refused, Conflict. One transaction a file: whoever held two contents could wait for who waits for them."""
    draft = locked(draft)
    if draft.attachments.filter(question=question.name).count() >= question.most:
        raise Refused(_("Możesz dołączyć najwyżej %(most)d plików.") % {"most": question.most})
    read = checked(str(file.name or ""), file.read(LARGEST + 1))
    together = draft.attachments.aggregate(sum=Sum("size"))["sum"] or 0
    if together + len(read.content) > LARGEST_TOGETHER:
        raise Refused(_("Wszystkie pliki razem mogą mieć najwyżej 50 MB."))
    signatures = [one.as_json() for one in signatures_of(read.content, read.media_type, at=at)]
    lock_content(read.sha256)
    attachment = Attachment.objects.create(
        draft=draft, question=question.name, name=read.name, media_type=read.media_type, sha256=read.sha256,
        size=len(read.content), added_at=at, signatures=signatures,
    )  # fmt: skip
    if not default_storage.exists(attachment.path):
        default_storage.save(attachment.path, ContentFile(read.content))
    name_them(draft, question)


@transaction.atomic
def drop(draft: Draft, question: Files, key: UUID) -> None:
    """The file goes from the draft, and from the disk when nobody else has it."""
    draft = locked(draft)
    gone = draft.attachments.filter(pk=key, question=question.name).first()
    if gone is not None:
        gone.delete()
        forget_content([gone])
        name_them(draft, question)


def locked(draft: Draft) -> Draft:
    """Raises Conflict when it was filed meanwhile."""
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if draft.case_id is not None:
        raise Conflict(_("Ten wniosek jest już złożony."))
    return draft


def name_them(draft: Draft, question: Files) -> None:
    held = draft.attachments.filter(question=question.name).order_by("added_at", "pk")
    draft.typed[question.name] = [f"{one.pk} {one.name}" for one in held]
    draft.save(update_fields=["typed"])


def forget_content(gone: Iterable[Attachment]) -> None:
    """Files that no row names any longer, once the rows are surely gone."""
    paths = {one.sha256: one.path for one in gone}

    def remove() -> None:
        for sha256, path in paths.items():
            with transaction.atomic():
                lock_content(sha256)
                if not Attachment.objects.filter(sha256=sha256).exists():
                    default_storage.delete(path)

    transaction.on_commit(remove)


def lock_content(sha256: str) -> None:
    """Who keeps a content and who removes it wait for each other until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('miedza.attachment'), hashtext(%s))", [sha256])
