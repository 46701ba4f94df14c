"""Localities, streets and address points into the registers of the cadastre app.

A file of PRG or TERYT covers many municipalities; objects whose owner the file does not tell are taken when they
stand in a locality of ours. Codes are checked against the registers, places against the municipality's boundary.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely

from data.records import AddressRecord, LocalityRecord, Problem, StreetRecord
from data.records.addresses import AddressingCandidate, AddressingRecord
from data.records.candidates import Candidate
from spatial.cadastre.importers import LOCALITY, address_values, locality_values, street_values
from spatial.cadastre.models import AddressPoint, Locality, Street
from spatial.imports.plain import keep
from spatial.imports.registry import Delivery, Published
from spatial.imports.staging import Counts, Stage
from spatial.imports.surroundings import Surroundings

TOLERANCE_M = 300  #: boundaries at hand are generalised by as much; nearer than this is no finding
SHOWN = 10
NO_STREET: tuple[None, str] = (None, "")


def publish_addressing(records: Iterable[AddressingCandidate], delivery: Delivery) -> Published:
    """What a delivery says of addresses; a locality that it speaks of is compared whole."""
    publisher = AddressPublisher(delivery)
    for candidate in records:
        publisher.take(candidate)
    return publisher.publish()


@dataclass(slots=True)
class AddressPublisher:
    delivery: Delivery
    localities: dict[str, LocalityRecord] = field(default_factory=dict)
    streets: dict[tuple[str, str], StreetRecord] = field(default_factory=dict)
    addresses: dict[str, AddressRecord] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    older: int = 0
    unowned: int = 0  #: objects of localities that are not ours, where the file does not tell whose
    held: set[str] = field(init=False)  #: our localities before the delivery

    def __post_init__(self) -> None:
        ours = Locality.objects.filter(municipality=self.delivery.municipality)
        self.held = set(ours.values_list("simc", flat=True))

    # --- taking ---

    def take(self, candidate: AddressingCandidate) -> None:
        record = candidate.record
        simc = getattr(record, "simc", None)
        if candidate.municipality is None and simc not in self.held and simc not in self.localities:
            self.pass_over(candidate)
            return
        self.delivery.problems.extend(candidate.problems)
        if record is None or not self.is_newest(candidate):
            return
        if isinstance(record, LocalityRecord):
            self.localities[record.simc] = record
        elif isinstance(record, StreetRecord):
            self.streets[record.simc, record.ulic] = record
        else:
            self.addresses[record.identifier] = record

    def pass_over(self, candidate: AddressingCandidate) -> None:
        """Nobody's object: counted; its defects (the first few) are told, but refuse nothing of ours."""
        self.unowned += 1
        if self.unowned <= SHOWN:
            self.delivery.problems.extend(replace(problem, severity="warning") for problem in candidate.problems)

    def is_newest(self, candidate: Candidate[AddressingRecord]) -> bool:
        """Of two versions of an object the newer one counts; the same version twice is an error of the file."""
        key = f"{type(candidate.record).__name__} {candidate.name}"
        before = self.versions.get(key)
        if before is None or candidate.version > before:
            self.older += before is not None
            self.versions[key] = candidate.version
            return True
        if candidate.version == before and isinstance(candidate.record, AddressRecord):
            self.repeated.add(candidate.name)
        self.older += candidate.version < before
        return False

    # --- publishing ---

    def publish(self) -> Published:
        self.tell_passed_over()
        self.refuse_foreign_localities()
        counts = {"locality": self.keep_localities(), "street": self.keep_streets()}
        stage = Stage(AddressPoint, scope=LOCALITY, derived=("search_key", "street_id"))
        self.refuse_misplaced()
        self.stage_addresses(stage)
        scopes: set[str] = set()
        if not stage.is_empty:
            scopes = stage.scopes() | (self.localities.keys() & self.known_localities().keys())
            counts[stage.name] = stage.publish(self.delivery, scopes)
        return self.published(stage, scopes, counts)

    def tell_passed_over(self) -> None:
        if self.older:
            message = f"Plik zawiera starsze wersje tych samych obiektów: {self.older}. Przyjęto najnowsze."
            self.delivery.problems.append(Problem("older-version", "info", "", message))
        if self.unowned:
            message = (
                f"Pominięto obiekty, o których plik nie mówi, w jakiej są gminie, a ich miejscowości nie znamy: "
                f"{self.unowned}. Jeśli są wśród nich nasze, wczytaj najpierw miejscowości (SIMC)."
            )
            self.delivery.problems.append(Problem("others-skipped", "info", "", message))
        for identifier in sorted(self.repeated):
            self.addresses.pop(identifier, None)
            self.delivery.refuse("duplicate-id", identifier, "Adres powtarza się w dostawie; odrzucono wszystkie.")

    def refuse_foreign_localities(self) -> None:
        """A code that another municipality of this installation holds."""
        held = Locality.objects.filter(pk__in=self.localities).exclude(municipality=self.delivery.municipality)
        for locality in held:
            del self.localities[locality.simc]
            self.delivery.refuse(
                "other-municipality",
                locality.simc,
                f"Miejscowość {locality.name} należy u nas do gminy {locality.municipality_id}, a plik podaje inną. "
                "Sprawdź kod SIMC i kod TERYT gminy.",
            )

    def keep_localities(self) -> Counts:
        """A source that does not tell the kind takes none away."""
        wanted = [locality_values(record) for record in self.localities.values()]
        for values in wanted:
            values["name"] = values["name"][:100]
            if not values["kind"]:
                del values["kind"]
                if values["simc"] not in self.held:
                    values["kind"] = "miejscowość"
        return keep(Locality, ("simc",), wanted, self.delivery)

    def keep_streets(self) -> Counts:
        """The name of a street is tied to its ULIC for ever, so the first one that we learnt stays."""
        known = self.known_localities()
        named = {(simc, ulic) for simc, ulic, _, _ in self.known_streets()}
        wanted = []
        for record in self.streets.values():
            if record.simc not in known:
                self.delivery.warn(
                    "locality-missing",
                    record.name,
                    f"Nie znamy miejscowości SIMC {record.simc}, więc pominięto ulicę. Wczytaj najpierw miejscowości.",
                )
                continue
            values = street_values(record)
            values["name"] = values["name"][:150]
            if (record.simc, record.ulic) in named:
                del values["name"]
            wanted.append(values)
        return keep(Street, ("locality_id", "ulic"), wanted, self.delivery)

    def known_localities(self) -> dict[str, str]:
        ours = Locality.objects.filter(municipality=self.delivery.municipality)
        return dict(ours.values_list("simc", "name"))

    def known_streets(self) -> list[tuple[str, str, int, str]]:
        ours = Street.objects.filter(municipality=self.delivery.municipality)
        return list(ours.values_list("locality_id", "ulic", "pk", "name"))

    def refuse_misplaced(self) -> None:
        """Addresses whose codes say that they are ours and whose place says that they are not."""
        boundary = shapely.from_wkb(bytes(self.delivery.municipality.boundary.wkb))
        records = list(self.addresses.values())
        shapely.prepare(boundary)
        away = shapely.distance(boundary, np.array([record.geometry for record in records], dtype=object))
        around = Surroundings.of(self.delivery.municipality)
        for record, metres in zip(records, away, strict=True):
            if metres <= TOLERANCE_M:
                continue
            if (elsewhere := around.problem_of(record, lambda one: str(one.identifier))) is not None:
                self.delivery.problems.append(elsewhere)
                del self.addresses[record.identifier]
            else:
                self.delivery.warn(
                    "address-outside-boundary",
                    record.identifier,
                    f"Adres należy według kodów do gminy, a leży {metres:.0f} m poza jej granicą. "
                    "Sprawdź położenie w EMUiA.",
                    (record.geometry.x, record.geometry.y),
                )

    def stage_addresses(self, stage: Stage) -> None:
        localities = self.known_localities()
        streets = {(simc, ulic): (pk, name) for simc, ulic, pk, name in self.known_streets()}
        for record in self.addresses.values():
            street = streets.get((record.simc, record.ulic)) if record.ulic else NO_STREET
            if record.simc not in localities:
                self.refuse_unknown(record, "address-locality-unknown", f"miejscowości SIMC {record.simc}", "SIMC")
            elif street is None:
                self.refuse_unknown(record, "address-street-unknown", f"ulicy ULIC {record.ulic}", "ULIC")
            else:
                stage.add(
                    record.identifier,
                    record.geometry,
                    **address_values(record, street, localities[record.simc]),
                )

    def refuse_unknown(self, record: AddressRecord, rule: str, what: str, source: str) -> None:
        self.delivery.refuse(
            rule,
            record.identifier,
            f"Nie znamy {what}, więc adresu {record.number} nie da się zapisać. Wczytaj najpierw plik {source}.",
        )

    def published(self, stage: Stage, scopes: set[str], counts: dict[str, Counts]) -> Published:
        moves_state = not stage.is_empty and stage.last_state != self.delivery.state_on
        names = [f"locality:{simc}" for simc in sorted(self.localities)]
        return Published(
            counts={name: count.as_dict() for name, count in counts.items() if count != Counts()},
            written=sum(count.added + count.changed for count in counts.values()),
            scope=[*(f"{stage.name}:{simc}" for simc in sorted(scopes)), *names],
            is_unchanged=not moves_state and not any(count.has_changes for count in counts.values()),
        )


# --- TERYT ----------------------------------------------------------------------------------------------------


def publish_localities(records: Iterable[Candidate[LocalityRecord]], delivery: Delivery) -> Published:
    """SIMC. Localities that it no longer has stay, because addresses stand in them; they are told."""
    publisher = AddressPublisher(delivery)
    for candidate in records:
        publisher.take(candidate)
    publisher.refuse_foreign_localities()
    counts = publisher.keep_localities()
    gone = publisher.held - publisher.localities.keys()
    if publisher.localities and not delivery.terms.is_partial:
        names = dict(Locality.objects.filter(pk__in=gone).values_list("pk", "name"))
        _tell_absent("locality-not-in-register", [f"{name} ({simc})" for simc, name in names.items()], "SIMC", delivery)
    return _names("locality", counts, [f"locality:{simc}" for simc in sorted(publisher.localities)])


def publish_streets(records: Iterable[Candidate[StreetRecord]], delivery: Delivery) -> Published:
    """ULIC: names; shapes come from PRG."""
    publisher = AddressPublisher(delivery)
    for candidate in records:
        publisher.take(candidate)
    absent = [
        f"{name} ({simc}.{ulic})"
        for simc, ulic, _, name in publisher.known_streets()
        if (simc, ulic) not in publisher.streets
    ]
    counts = publisher.keep_streets()
    if publisher.streets and not delivery.terms.is_partial:
        _tell_absent("street-not-in-register", absent, "ULIC", delivery)
    return _names("street", counts, [f"street:{simc}" for simc in sorted({simc for simc, _ in publisher.streets})])


def _tell_absent(rule: str, names: list[str], register: str, delivery: Delivery) -> None:
    if names:
        listed = ", ".join(sorted(names)[:SHOWN]) + (" …" if len(names) > SHOWN else "")
        delivery.warn(
            rule,
            "",
            f"W pliku {register} nie ma obiektów, które mamy ({len(names)}): {listed}. Zostały, bo mogą stać przy nich "
            "adresy. Sprawdź, czy ich nie zniesiono.",
        )


def _names(table: str, counts: Counts, scope: list[str]) -> Published:
    told: dict[str, Any] = {table: counts.as_dict()} if counts != Counts() else {}
    return Published(told, counts.added + counts.changed, scope, is_unchanged=not counts.has_changes)
