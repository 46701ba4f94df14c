"""Places that people want to be warned about: an address, a parcel, coordinates, a point from the map."""

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.contrib.gis.geos import Point as GeosPoint
from django.db import transaction
from django.utils.translation import gettext as _

from services.forms.places import Area, Point, metres, shape_of
from services.forms.questions import Wrong
from services.identity.models import User
from services.notifications.models import WatchedPlace
from spatial import crs
from spatial.cadastre.models import AddressPoint
from spatial.errors import Conflict, Malformed, NotFound
from spatial.municipalities.models import Municipality
from spatial.ogc.text import Text
from spatial.words import search_key

MOST = 10
LONGEST = 250
MOST_AREA_M2 = 200_000_000  #: a whole municipality and more
POINT = Point(name="place", label=Text("", ""))
AREA = Area(name="area", label=Text("", ""), most=50, largest_m2=MOST_AREA_M2)


@transaction.atomic
def watch(user: User, text: str) -> WatchedPlace:
    """Raises Malformed for what is no place of ours, Conflict for too many."""
    text = " ".join(text.split())
    label, point = found(text)
    municipality = Municipality.objects.filter(boundary__covers=point).order_by("pk").first()
    if municipality is None:
        raise Malformed(_("To miejsce leży poza gminami, które tu obsługujemy."))
    User.objects.select_for_update().get(pk=user.pk)
    if WatchedPlace.objects.filter(user=user).count() >= MOST:
        raise Conflict(_("Masz już %(most)d miejsc. Usuń jedno, żeby dodać następne.") % {"most": MOST})
    return WatchedPlace.objects.create(user=user, municipality=municipality, label=label, point=point)


def found(text: str) -> tuple[str, GeosPoint]:
    """What the place is called, and where it is in EPSG:2178. Raises Malformed."""
    if not text or (len(text) > LONGEST and not text.startswith("{")):
        raise Malformed(_("Wpisz adres, numer działki albo wskaż miejsce na mapie."))
    key = search_key(text)
    address = AddressPoint.objects.current().filter(search_key=key).order_by("pk").first() if key else None
    if address is not None:
        return address.label, address.geom
    try:
        value = POINT.value(text)
    except Wrong as error:
        raise Malformed(error.message) from None
    assert isinstance(value, dict)
    [[east, north]] = metres(shape_of(value)).coords
    label = _("miejsce na mapie") if text.startswith("{") else text
    return label, GeosPoint(east, north, srid=crs.PL_2000_7)


def forget(user: User, pk: int) -> None:
    """Raises NotFound for another's."""
    gone, _of_what = WatchedPlace.objects.filter(user=user, pk=pk).delete()
    if not gone:
        raise NotFound(_("Tego miejsca już nie ma."))


def area_of(text: str) -> MultiPolygon:
    """Of GeoJSON from the map or of parcels' numbers, EPSG:2178. Raises Wrong."""
    value = AREA.value(text)
    assert isinstance(value, dict)
    geom = GEOSGeometry(memoryview(metres(shape_of(value)).wkb), srid=crs.PL_2000_7)
    return geom if isinstance(geom, MultiPolygon) else MultiPolygon(geom, srid=crs.PL_2000_7)
