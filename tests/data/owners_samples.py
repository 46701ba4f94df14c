"""EGiB GML about owners, member by member, for readers and imports; everybody is invented."""

from tests.data.gml_samples import egb, feature, link

#: valid control digits, days of the year 2060: nobody has them yet
PESEL_ANNA, PESEL_BOGDAN, PESEL_CELINA = "60210100015", "60210200029", "60210300033"
REGON = "000331501"


def unit(number: int, name: str = "120610_5.0007.G1", group: str = "7") -> str:
    fields = egb("idJednostkiRejestrowej", name) + egb("grupaRejestrowa", group)
    return feature("EGB_JednostkaRejestrowaGruntow", number, fields)


def share(
    number: int,
    *,
    unit: int,
    party: int,
    choice: str = "osobaFizyczna5",
    fraction: tuple[str, str] | None = ("1", "1"),
    right: str = "1",
    unit_choice: str = "JRG",
) -> str:
    """Udział we własności, as the exports of 2021 write it."""
    return feature(
        "EGB_UdzialWeWlasnosci",
        number,
        egb("rodzajPrawa", right)
        + _fraction(fraction)
        + egb("podmiotUdzialuWlasnosci", egb("EGB_Podmiot", link(choice, party)))
        + egb("przedmiotUdzialuWlasnosci", egb("EGB_JednostkaRejestrowa", link(unit_choice, unit))),
    )


def holding(
    number: int, *, unit: int, party: int, right: str = "1", fraction: tuple[str, str] | None = ("1", "1")
) -> str:
    return feature(
        "EGB_UdzialWeWladaniu",
        number,
        egb("rodzajWladania", right)
        + _fraction(fraction)
        + egb("podmiotUdzialuWeWladaniu", egb("EGB_Podmiot", link("instytucja3", party)))
        + egb("przedmiotUdzialuWladania", egb("EGB_JednostkaRejestrowa", link("JRG", unit))),
    )


def _fraction(fraction: tuple[str, str] | None) -> str:
    if fraction is None:
        return ""
    numerator, denominator = fraction
    return egb("licznikUlamkaOkreslajacegoWartoscUdzialu", numerator) + egb(
        "mianownikUlamkaOkreslajacegoWartoscUdzialu", denominator
    )


def person(
    number: int,
    first: str = "Anna",
    surname: str = "Nowak",
    pesel: str | None = PESEL_ANNA,
    *,
    address: int | None = None,
    more: str = "",
    ended: str = "",
) -> str:
    fields = egb("pierwszeImie", first) + egb("pierwszyCzlonNazwiska", surname)
    fields += egb("pesel", pesel) if pesel is not None else ""
    fields += more + (link("adresStalegoPobytu", address) if address else "")
    return feature("EGB_OsobaFizyczna", number, fields, ended=ended)


def marriage(number: int, *persons: int) -> str:
    tags = ("osobaFizyczna2", "osobaFizyczna3")
    return feature("EGB_Malzenstwo", number, "".join(link(tag, one) for tag, one in zip(tags, persons, strict=False)))


def institution(number: int, name: str = "Gmina Skała", regon: str = REGON) -> str:
    return feature("EGB_Instytucja", number, egb("nazwaPelna", name) + egb("regon", regon) + egb("status", "23"))


def group(number: int, members: dict[str, int], name: str = "Spółka cywilna") -> str:
    return feature(
        "EGB_PodmiotGrupowy", number, egb("nazwaPelna", name) + "".join(link(tag, one) for tag, one in members.items())
    )


def address(number: int) -> str:
    fields = {
        "kraj": "Polska",
        "miejscowosc": "Skała",
        "kodPocztowy": "32-043",
        "ulica": "ul. Krakowska",
        "numerPorzadkowy": "12",
        "numerLokalu": "3",
    }
    return feature("EGB_AdresPodmiotu", number, "".join(egb(tag, text) for tag, text in fields.items()))
