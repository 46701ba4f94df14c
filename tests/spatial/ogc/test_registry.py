import pytest
from django.core.exceptions import ImproperlyConfigured

from spatial.cadastre.models import Parcel
from spatial.ogc.registry import Collection, FieldSpec, Registry, collections, processes
from spatial.ogc.text import Text

WORD = Text("pole", "field")


def a_collection(**changes):
    fields = {"identifier": FieldSpec("identifier", WORD)}
    base = {
        "id": "things", "title": WORD, "description": WORD, "keywords": (), "public": Parcel.objects.current,
        "fields": fields, "id_field": "identifier",
    }  # fmt: skip
    return Collection(**base | changes)


def test_every_app_registered_what_it_serves():
    assert {one.id for one in collections} >= {
        "parcels", "plans", "plan-zones", "districts", "buildings", "addresses",
    }  # fmt: skip
    assert "plan-extract-preview" in processes


def test_an_id_is_given_once():
    registry = Registry("collection")
    registry.register(a_collection())

    with pytest.raises(ImproperlyConfigured, match="twice"):
        registry.register(a_collection())


@pytest.mark.parametrize("change", [{"id_field": "kw"}, {"tile_fields": ("kw",)}])
def test_a_collection_names_only_its_own_fields(change):
    with pytest.raises(ImproperlyConfigured, match="kw"):
        a_collection(**change)
