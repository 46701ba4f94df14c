"""Which day's state of the register a parcel is shown in: that of the newest delivery that spoke of its district."""

from collections.abc import Iterable
from datetime import date

from spatial.cadastre.models import Parcel
from spatial.imports.models import Snapshot


def state_days(parcels: Iterable[Parcel], *, as_of: date) -> dict[str, date]:
    """Identifier -> day of the state ("wg danych EGiB na dzień ...").

    A later delivery that repeats a parcel confirms it without a new version. For a day before the first delivery it
    is the day of the delivery that brought the version.
    """
    found = list(parcels)
    scopes = {f"parcel:{parcel.district_id}" for parcel in found}
    told = Snapshot.objects.standing().filter(scope__overlap=list(scopes), state_on__lte=as_of)
    newest: dict[str, date] = {}
    for scope, state_on in told.values_list("scope", "state_on"):
        for part in scopes.intersection(scope):
            newest[part] = max(state_on, newest.get(part, state_on))
    return {parcel.identifier: newest.get(f"parcel:{parcel.district_id}", parcel.snapshot.state_on) for parcel in found}
