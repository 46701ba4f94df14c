"""Protected areas as an open collection; an area that several municipalities hold is served once."""

from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from data.records.nature import KIND_NAMES
from spatial.nature.models import ProtectedArea
from spatial.ogc.drawing import Hatch, Label, Look, plain
from spatial.ogc.registry import Collection, FieldSpec, Follows, Searching, Theme, TimeSpan, collections
from spatial.ogc.text import Text


def current_areas() -> QuerySet[Any]:
    """Each area once: the copy that was brought first."""
    current = ProtectedArea.objects.current()
    earlier = current.filter(identifier=OuterRef("identifier"), pk__lt=OuterRef("pk"))
    return current.exclude(Exists(earlier))


def areas_of_all_days() -> QuerySet[Any]:
    """Versions that stand, less those that another municipality's copy of the same content covers."""
    known = ProtectedArea.objects.known()
    lasts = Q(valid_to=None) | Q(valid_to__gte=OuterRef("valid_to"))
    copies = known.filter(
        lasts,
        identifier=OuterRef("identifier"),
        fingerprint=OuterRef("fingerprint"),
        valid_from__lte=OuterRef("valid_from"),
        pk__lt=OuterRef("pk"),
    ).exclude(municipality=OuterRef("municipality"))
    return known.exclude(Exists(copies))


def copies_of(identifiers: Combinable) -> QuerySet[Any]:
    return ProtectedArea.objects.filter(identifier__in=identifiers)


def kind_name() -> Case:
    """The form of protection in Polish, the language of the register."""
    names = [When(kind=kind, then=Value(name)) for kind, name in KIND_NAMES.items()]
    return Case(*names, default=F("kind"), output_field=CharField())


collections.register(
    Collection(
        id="protected-areas",
        title=Text("Obszary chronione", "Protected areas"),
        description=Text(
            "Formy ochrony przyrody w gminie i do 2 km od niej, w całości. Granice GDOŚ nie są rozstrzygnięciem "
            "prawnym: decyduje akt, który ustanowił obszar.",
            "Forms of nature protection in the municipality and up to 2 km from it, whole. The boundaries of GDOŚ "
            "decide nothing in law: the act that established the area does.",
        ),
        keywords=("ochrona przyrody", "Natura 2000", "park narodowy", "protected areas"),
        public=current_areas,
        fields={
            "identifier": FieldSpec("identifier", Text("Kod", "Code")),
            "name": FieldSpec("name", Text("Nazwa", "Name")),
            "kind": FieldSpec("kind", Text("Forma ochrony (kod)", "Form of protection (code)")),
            "kind_name": FieldSpec(kind_name(), Text("Forma ochrony", "Form of protection (Polish)")),
            "buffer_zone": FieldSpec(
                Case(When(is_buffer=True, then=Value("tak")), default=Value("nie"), output_field=CharField()),
                Text("Otulina (tak/nie)", "Buffer zone (tak/nie)"),
            ),
            "site_code": FieldSpec("code", Text("Kod Natura 2000", "Natura 2000 site code")),
            "established_on": FieldSpec("established_on", Text("Utworzono", "Established on"), "date"),
            "legal_act": FieldSpec("legal_act", Text("Akt prawny", "Legal act")),
            "area_ha": FieldSpec("area_ha", Text("Powierzchnia wg rejestru [ha]", "Area as registered [ha]"), "number"),
            "link": FieldSpec("link", Text("Karta w rejestrze", "Card in the register")),
            "valid_from": FieldSpec("valid_from", Text("W rejestrze od", "In the register from"), "date"),
            "valid_to": FieldSpec(
                "valid_to", Text("W rejestrze do (bez tego dnia)", "In the register until (exclusive)"), "date"
            ),
        },
        id_field="identifier",
        follows=(Follows(ProtectedArea, "identifier", copies_of),),
        time=TimeSpan("valid_from", "valid_to", areas_of_all_days),
        tile_fields=("identifier", "name", "kind"),
        min_zoom=8,
        theme=Theme.NATURE,
        inspire="ps",
        drawing=plain(
            Text("obszar chroniony", "protected area"),
            Look(fill="#3d8b3d", opacity=0.18, hatch=Hatch.RISING, stroke="#2a6b2a", width=2),
            Label(field="name", from_zoom=11, size=12, colour="#1f521f", bold=True),
        ),
        search=Searching(kind="protected-area", words=("name", "site_code"), label="{name}", detail="{kind_name}"),
    )
)
