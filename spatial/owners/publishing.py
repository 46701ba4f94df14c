"""Owners and land books of a delivery into the private registers. Counts only are told, never who."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from data.records.owners import (
    OwnersRecord,
    ParcelUnitRecord,
    PartyRecord,
    PersonalNumberRecord,
    RegisterUnitRecord,
    ShareRecord,
)
from spatial.imports.registry import Delivery, WrongUse
from spatial.imports.staging import Counts, Stage
from spatial.owners.access import without_words, writing
from spatial.owners.grounds import KEEPING_GROUNDS
from spatial.owners.models import LandBook, ParcelUnit, Party, PersonalNumber, PrivateVersioned, RegisterUnit, Share

#: which record goes to which register
MODELS: Mapping[type[Any], type[PrivateVersioned]] = {
    RegisterUnitRecord: RegisterUnit,
    ParcelUnitRecord: ParcelUnit,
    ShareRecord: Share,
    PartyRecord: Party,
    PersonalNumberRecord: PersonalNumber,
}
#: where the registers keep the members of their records in arrays
ARRAYS = {"members", "parties"}
PRIVATE_MODELS: tuple[type[PrivateVersioned], ...] = (*MODELS.values(), LandBook)
PRIVATE_TABLES = frozenset(str(model._meta.model_name) for model in PRIVATE_MODELS)


def refuse_unfounded(ground: str) -> None:
    """Raises WrongUse for a ground on which the office may not keep owners."""
    if ground not in KEEPING_GROUNDS:
        known = "; ".join(f"{code} ({basis})" for code, basis in KEEPING_GROUNDS.items())
        raise WrongUse(f"Opcja --owners wymaga podstawy z listy: {known}.")


@dataclass(slots=True)
class OwnersPublisher:
    """Stages what comes; a temporary table is made when its first record does."""

    delivery: Delivery
    stages: dict[type[PrivateVersioned], Stage] = field(default_factory=dict)
    land_books: dict[str, str] = field(default_factory=dict)

    def take(self, record: OwnersRecord) -> None:
        model = MODELS[type(record)]
        values = {name: _stored(name, getattr(record, name)) for name in record.__slots__ if name != "identifier"}
        with without_words():
            self._stage(model).add(record.identifier, None, **values)

    def take_land_book(self, parcel: str, number: str) -> None:
        self.land_books[parcel] = number

    def publish(self, *, districts: set[str], parcels: set[str]) -> dict[str, Counts]:
        """Compare with what we hold of the districts; a register of which nothing came stays as it is.

        parcels: those that the delivery publishes; what belongs to refused ones is not taken.
        """
        known = {parcel: number for parcel, number in self.land_books.items() if parcel in parcels}
        if not known and not self.stages:
            return {}
        with writing(self.delivery.snapshot):
            for parcel, number in known.items():
                self._stage(LandBook).add(parcel, None, number=number)
            if ParcelUnit in self.stages:
                self.stages[ParcelUnit].keep_only(parcels)
            return {stage.name: self._published(model, stage, districts) for model, stage in self.stages.items()}

    def _published(self, model: type[PrivateVersioned], stage: Stage, districts: set[str]) -> Counts:
        for identifier in stage.duplicates():
            self.delivery.refuse("duplicate-id", identifier, "Identyfikator powtarza się w danych o właścicielach.")
        return stage.publish(self.delivery, districts | stage.scopes())

    def scope(self, districts: set[str]) -> list[str]:
        """Parts of the registers that the delivery has spoken of."""
        return [
            f"{stage.name}:{district}"
            for stage in self.stages.values()
            for district in sorted(districts | stage.scopes())
        ]

    def moves_state(self) -> bool:
        return any(stage.last_state != self.delivery.state_on for stage in self.stages.values())

    def _stage(self, model: type[PrivateVersioned]) -> Stage:
        if model not in self.stages:
            self.stages[model] = Stage(model, is_private=True)
        return self.stages[model]


def _stored(name: str, value: Any) -> Any:
    """As columns hold it: lists, and "" for what the source does not say; numbers of a share may be unknown."""
    if name in ARRAYS:
        return list(value)
    return "" if value is None and name not in {"numerator", "denominator"} else value
