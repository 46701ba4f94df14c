"""Who may sign in to the demo; without the generator of the demo data, which pages need not load."""

from dataclasses import dataclass

PASSWORD = "miedza-demo"  # noqa: S105 - known to everybody; accounts exist in demo mode only


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    first_name: str
    last_name: str
    description: str
    plans_for: str | None = None  #: municipality in which the person is a planner
    keeps_for: str | None = None  #: municipality whose registers the person keeps
    taxes_for: str | None = None  #: municipality whose taxes the person assesses
    serves_for: str | None = None  #: municipality whose letters and general cases the person handles
    protects_for: str | None = None  #: municipality whose inspector of data protection the person is


ACCOUNTS = (
    Account("anna", "Anna", "Nowak", "mieszkanka"),
    Account("bogdan", "Bogdan", "Kowalski", "mieszkaniec"),
    Account("celina", "Celina", "Wiśniewska", "mieszkanka"),
    Account("danuta", "Danuta", "Zielińska", "planistka w gminie Skała", "120610"),
    Account("emil", "Emil", "Wójcik", "planista w gminie Sułoszowa", "120613"),
    Account("feliks", "Feliks", "Kamiński", "prowadzi rejestry w gminie Skała", keeps_for="120610"),
    Account("grazyna", "Grażyna", "Lewandowska", "prowadzi rejestry w gminie Sułoszowa", keeps_for="120613"),
    Account("halina", "Halina", "Dąbrowska", "wymierza podatki w gminie Skała", taxes_for="120610"),
    Account("jadwiga", "Jadwiga", "Kaczmarek", "kancelaria gminy Skała", serves_for="120610"),
    Account("kazimierz", "Kazimierz", "Piotrowski", "kancelaria gminy Sułoszowa", serves_for="120613"),
    Account("igor", "Igor", "Mazur", "inspektor ochrony danych w gminie Skała", protects_for="120610"),
)
