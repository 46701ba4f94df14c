"""``manage.py notify``: a mass message drafted from a terminal, or a run of the queue. The page approves."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from services.forms.questions import Wrong
from services.identity.access import municipalities_of
from services.identity.models import StaffRole, User
from services.notifications import tasks
from services.notifications.audience import outlook
from services.notifications.endings import LONGEST_TITLE
from services.notifications.forms import pasted
from services.notifications.messages import Words, draft
from services.notifications.models import OUTWARD, Message
from services.notifications.places import area_of
from spatial.errors import ServiceError


class Command(BaseCommand):
    help = "Zapisuje szkic wiadomości do mieszkańców (zatwierdza go druga osoba na stronie) albo wysyła to, co czeka."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--send", action="store_true", help="tylko wyślij to, co czeka w kolejce")
        parser.add_argument("--municipality", help="TERYT gminy, sześć cyfr")
        parser.add_argument("--author", help="login pracownika kancelarii")
        parser.add_argument("--topic", default="warning", choices=["warning", "service.planned"])
        parser.add_argument("--title", help="tytuł")
        parser.add_argument("--body", default="", help="treść")
        parser.add_argument("--severity", default=Message.Severity.MINOR, choices=Message.Severity.values)
        parser.add_argument("--channel", action="append", default=[], choices=[one.value for one in OUTWARD])
        parser.add_argument(
            "--area", default="", help="GeoJSON w stopniach albo numery działek; bez tego: subskrybenci"
        )
        parser.add_argument("--hours", type=int, default=24, help="ile godzin wiadomość jest ważna")

    def handle(self, *, send: bool, **said: Any) -> None:
        if send:
            tasks.send_now()
            return
        if not said["municipality"] or not said["author"] or not said["title"]:
            raise CommandError("Podaj --municipality, --author i --title.")
        try:
            message = self._drafted(said)
        except (ServiceError, Wrong) as error:
            raise CommandError(error.message) from None
        seen = outlook(message)
        self.stdout.write(f"{message.pk}\tszkic\tosób {seen.people}\tczęści SMS {seen.sms_parts}")

    def _drafted(self, said: dict[str, Any]) -> Message:
        author = User.objects.filter(username=said["author"]).first()
        offices = municipalities_of(author, StaffRole.Role.CLERK) if author else None
        office = offices.filter(pk=said["municipality"]).first() if offices is not None else None
        if author is None or office is None:
            raise CommandError("Ta osoba nie prowadzi kancelarii tej gminy.")
        area, now = area_of(said["area"]) if said["area"] else None, timezone.now()
        title = " ".join(pasted(said["title"]).split())
        if len(title) > LONGEST_TITLE:
            raise CommandError(f"Tytuł ma najwyżej {LONGEST_TITLE} znaków.")
        words = Words(
            topic=said["topic"], title_pl=title, body_pl=pasted(said["body"]), severity=said["severity"],
            channels=said["channel"], area=area, expires_at=now + timedelta(hours=said["hours"]),
            audience=Message.Audience.AREA if area else Message.Audience.SUBSCRIBERS,
        )  # fmt: skip
        return draft(words, municipality=office, author=author, at=now)
