"""``manage.py owners PARCEL_ID --user NAME --ground CODE``: owners of a parcel, read and logged as on the page."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from services.disclosure import services
from services.identity.models import User
from spatial.errors import ServiceError
from spatial.owners.grounds import GROUNDS, Field
from spatial.owners.queries import Owner, ParcelOwners


class Command(BaseCommand):
    help = "Pokazuje właścicieli działki osobie, która ma rolę i podstawę; odczyt trafia do dziennika dostępu."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("parcel", help="identyfikator działki, np. 120610_5.0007.123/4")
        parser.add_argument("--user", required=True, help="konto osoby, która czyta")
        parser.add_argument("--ground", required=True, choices=sorted(GROUNDS), help="podstawa")
        parser.add_argument("--case", default="", help="znak sprawy")
        parser.add_argument(
            "--fields", default="name,address", help=f"co pokazać, po przecinku: {', '.join(Field)} (name,address)"
        )
        parser.add_argument("--json", action="store_true", help="jeden obiekt JSON")

    def handle(self, *, parcel: str, user: str, ground: str, case: str, fields: str, **options: Any) -> None:
        try:
            wanted = {Field(name.strip()) for name in fields.split(",")}
            reader = User.objects.get(username=user)
            row = services.readers_parcel(user=reader, identifier=parcel)
            found = services.disclose(
                user=reader, parcel=row, ground=ground, fields=wanted, case_number=case, on=timezone.localdate()
            )
        except ValueError as fault:
            raise CommandError(f"Nie ma takich danych: {fields}. Wybierz z: {', '.join(Field)}.") from fault
        except User.DoesNotExist as fault:
            raise CommandError(f"Nie ma konta {user}.") from fault
        except ServiceError as fault:
            raise CommandError(fault.message) from fault
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found), ensure_ascii=False, default=str))
        else:
            self._tell(found)

    def _tell(self, found: ParcelOwners) -> None:
        self.stdout.write(f"{found.parcel}  {found.unit or 'brak w rejestrze właścicieli'}")
        if found.land_book:
            self.stdout.write(f"KW {found.land_book}")
        for share in found.shares:
            self.stdout.write(f"  {share.written or 'bez ułamka'} {share.right}")
            self._tell_owner(share.owner, indent=4)

    def _tell_owner(self, owner: Owner, *, indent: int) -> None:
        parts = [owner.name or owner.kind, *owner.address, owner.pesel, owner.nip, owner.regon]
        self.stdout.write(
            " " * indent + ", ".join(part for part in parts if part) + (" (nie żyje)" if owner.is_dead else "")
        )
        for member in owner.members:
            self._tell_owner(member, indent=indent + 2)
