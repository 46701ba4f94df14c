"""Local plans in force and their zones as open collections; the process that previews an extract."""

from typing import Any

from django.contrib.gis.db.models import GeometryField, Union
from django.db.models import Case, CharField, Count, Exists, Func, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat, NullIf, Upper
from django.db.models.lookups import Regex

from planning.models import (
    GeneralPlanZone,
    LocalPlan,
    LocalPlanQuerySet,
    PlanAct,
    PlanRelation,
    PlanZone,
    Regulation,
)
from planning.symbology import GENERAL_PLAN, GROUPS, ZONES
from spatial import crs
from spatial.ogc.drawing import Hatch, Label, Look, plain
from spatial.ogc.registry import (
    Collection,
    FieldSpec,
    Follows,
    Process,
    Searching,
    Theme,
    TimeSpan,
    Today,
    collections,
    processes,
)
from spatial.ogc.text import Text

PLAN_ID = Text("Identyfikator planu", "Plan identifier")
IN_FORCE_FROM = Text("Obowiązuje od", "In force from")
RESOLUTION = Text("Uchwała", "Resolution")
MUNICIPALITY = Text("Gmina (TERYT)", "Municipality (TERYT)")


def local_plans() -> LocalPlanQuerySet:
    """Plans of all days as we know them now; what never came into force is not published."""
    return LocalPlan.objects.known().filter(kind=LocalPlan.Kind.LOCAL_PLAN, in_force_from__isnull=False)


def plans_in_force() -> LocalPlanQuerySet:
    return local_plans().in_force(Today())


def zones_in_force() -> QuerySet[Any]:
    return PlanZone.objects.filter(plan__in=plans_in_force())


def zones_of_all_days() -> QuerySet[Any]:
    return PlanZone.objects.filter(plan__in=local_plans())


def adopting_act(plan: str) -> Subquery:
    """Number of the resolution that adopted the plan at this path."""
    acts = PlanAct.objects.filter(plan=OuterRef(plan), role=PlanAct.Role.ADOPTS)
    return Subquery(acts.order_by("pk").values("number")[:1])


def group() -> Case:
    """Group in which the zone is drawn: by the class of 2021 where the planner gave one, else by the letters of the
    symbol ("3MN/U" is mixed). A hint for maps, no provision.
    """
    text = Upper(Coalesce(NullIf("class_2021", Value("")), "symbol_raw"))
    letters = Func(text, Value("[A-Z]+(?:/[A-Z]+)?"), function="substring", output_field=CharField())
    cases = [When(Regex(letters, Value(one.letters)), then=Value(one.name)) for one in GROUPS if one.letters]
    return Case(*cases, default=Value("other"), output_field=CharField())


def zone_id() -> Concat:
    """``120610-XI-85-15:1MN:2``: plan, symbol, and the place among areas of that symbol in order of delivery.

    The key of the row would change with every corrected record of the plan.
    """
    earlier = (
        PlanZone.objects.filter(plan=OuterRef("plan"), symbol_raw=OuterRef("symbol_raw"), pk__lt=OuterRef("pk"))
        .order_by()
        .values("plan")
        .annotate(count=Count("pk"))
        .values("count")
    )
    place = Cast(Coalesce(Subquery(earlier), 0) + 1, CharField())
    return Concat(
        "plan__municipality_id", Value("-"), "plan__code", Value(":"), "symbol_raw", Value(":"), place,
        output_field=CharField(),
    )  # fmt: skip


def taken_over() -> Subquery:
    """What later plans in force took out of the zone's plan, as one geometry; null where nothing did.

    A change of the text alone (a plan without zones) takes nothing.
    """
    relations = PlanRelation.objects.filter(
        Exists(PlanZone.objects.filter(plan=OuterRef("plan"))),
        plan__in=plans_in_force(),
        plan__municipality=OuterRef("plan__municipality"),
        target_code=OuterRef("plan__code"),
        effective_on__lte=Today(),
    )
    areas = relations.order_by().values("target_code").annotate(area=Union(Coalesce("scope", "plan__boundary")))
    return Subquery(areas.values("area"), output_field=GeometryField(srid=crs.PL_2000_7))


def binding_shape() -> Func:
    """Where the zone binds today: as adopted, less what later plans took over."""
    shape = GeometryField(srid=crs.PL_2000_7)
    rest = Func("geom", taken_over(), function="ST_Difference", output_field=shape)
    areas = Func(rest, Value(3), function="ST_CollectionExtract", output_field=shape)
    return Coalesce(areas, "geom", output_field=shape)


def plans_of(plans: Combinable) -> QuerySet[Any]:
    return LocalPlan.objects.filter(pk__in=plans)


def zones_of(plans: Combinable) -> QuerySet[Any]:
    return PlanZone.objects.filter(plan__in=plans)


def zones_near(plans: Combinable) -> QuerySet[Any]:
    """Zones of the plans and of those that they take areas from."""
    taking = PlanRelation.objects.filter(
        plan__in=plans, plan__municipality=OuterRef("municipality"), target_code=OuterRef("code")
    )
    return PlanZone.objects.filter(Q(plan__in=plans) | Q(plan__in=LocalPlan.objects.filter(Exists(taking))))


def zones_beside(plans: Combinable) -> QuerySet[Any]:
    """Zones of all plans of the municipality: a relation that is gone no longer tells whom it concerned."""
    return PlanZone.objects.filter(plan__municipality__plans__in=plans)


collections.register(
    Collection(
        id="plans",
        title=Text("Plany miejscowe", "Local plans"),
        description=Text(
            "Granice obowiązujących miejscowych planów zagospodarowania przestrzennego. "
            "Parametr datetime pokazuje plany obowiązujące w innym dniu.",
            "Boundaries of the local plans in force. The datetime parameter shows those in force on another day.",
        ),
        keywords=("MPZP", "plany miejscowe", "local plans", "land use"),
        public=plans_in_force,
        fields={
            "id": FieldSpec(Concat("municipality_id", Value("-"), "code", output_field=CharField()), PLAN_ID),
            "title": FieldSpec("title", Text("Tytuł", "Title")),
            "resolution": FieldSpec(adopting_act("pk"), RESOLUTION),
            "in_force_from": FieldSpec("in_force_from", IN_FORCE_FROM, "date"),
            "in_force_to": FieldSpec("in_force_to", Text("Obowiązuje do (bez tego dnia)", "In force until"), "date"),
            "drawing_scale": FieldSpec("drawing_scale", Text("Skala rysunku 1:", "Drawing scale 1:"), "integer"),
            "municipality": FieldSpec("municipality_id", MUNICIPALITY),
        },
        id_field="id",
        geometry="boundary",
        follows=(Follows(PlanAct, "plan_id", plans_of),),
        time=TimeSpan("in_force_from", "in_force_to", local_plans),
        tile_fields=("id", "title"),
        min_zoom=8,
        theme=Theme.PLANNING,
        inspire="lu",
        drawing=plain(Text("granica planu", "boundary of a plan"), Look(stroke="#6b2f86", width=2.5)),
        search=Searching(kind="plan", words=("title", "resolution"), label="{title}", detail="{resolution}"),
    )
)

collections.register(
    Collection(
        id="plan-zones",
        title=Text("Tereny planów miejscowych", "Zones of local plans"),
        description=Text(
            "Tereny obowiązujących planów miejscowych o jednym zbiorze ustaleń, bez miejsc, które przejął późniejszy "
            "plan. Równe symbole dwóch planów nie znaczą tego samego.",
            "Areas of the local plans in force under one set of provisions, less what a later plan took over. "
            "Equal symbols of two plans do not mean the same.",
        ),
        keywords=("MPZP", "przeznaczenie terenu", "zoning", "land use"),
        public=zones_in_force,
        fields={
            "id": FieldSpec(zone_id(), Text("Identyfikator terenu", "Zone identifier")),
            "symbol": FieldSpec("symbol_raw", Text("Symbol", "Symbol")),
            "name": FieldSpec("name", Text("Przeznaczenie", "Land use")),
            "class_2021": FieldSpec("class_2021", Text("Klasa wg rozporządzenia 2021", "Class of the 2021 regulation")),
            "group": FieldSpec(group(), Text("Grupa na mapie (bez mocy prawnej)", "Group on maps (no legal force)")),
            "plan": FieldSpec(
                Concat("plan__municipality_id", Value("-"), "plan__code", output_field=CharField()), PLAN_ID
            ),
            "plan_title": FieldSpec("plan__title", Text("Tytuł planu", "Plan title")),
            "resolution": FieldSpec(adopting_act("plan"), RESOLUTION),
            "in_force_from": FieldSpec("plan__in_force_from", IN_FORCE_FROM, "date"),
            "in_force_to": FieldSpec(
                "plan__in_force_to", Text("Obowiązuje do (bez tego dnia)", "In force until"), "date"
            ),
            "municipality": FieldSpec("plan__municipality_id", MUNICIPALITY),
        },
        id_field="id",
        shape=binding_shape,
        follows=(
            Follows(PlanAct, "plan_id", zones_of),
            Follows(PlanZone, "plan_id", zones_near),
            Follows(LocalPlan, "id", zones_near),
            Follows(PlanRelation, "plan_id", zones_beside),
        ),
        time=TimeSpan("plan__in_force_from", "plan__in_force_to", zones_of_all_days),
        tile_fields=("symbol", "name", "plan", "class_2021", "group"),
        min_zoom=11,
        theme=Theme.PLANNING,
        inspire="lu",
        drawing=ZONES,
        search=Searching(kind="zone", words=("symbol",), label="{symbol}", detail="{name} · {plan_title}"),
    )
)


def in_general_plans(model: type[GeneralPlanZone] | type[Regulation]) -> QuerySet[Any]:
    """Zones or areas of all days as we know them now; a project is no law and is not published."""
    return model.objects.filter(plan__superseded_at=None, in_force_from__isnull=False)


def general_zones_in_force() -> QuerySet[Any]:
    return GeneralPlanZone.objects.in_force(Today())


def general_areas_in_force() -> QuerySet[Any]:
    return Regulation.objects.in_force(Today())


def part_id() -> Concat:
    """``120610-1POG-12SJ``: municipality and the identifier of the data set."""
    return Concat("plan__municipality_id", Value("-"), "identifier", output_field=CharField())


def parts_fields() -> dict[str, FieldSpec]:
    """What zones and areas of general plans share."""
    return {
        "id": FieldSpec(part_id(), Text("Identyfikator", "Identifier")),
        "label": FieldSpec("label", Text("Oznaczenie", "Label")),
        "symbol": FieldSpec("symbol", Text("Symbol", "Symbol")),
        "name": FieldSpec("name", Text("Nazwa", "Name")),
        "plan": FieldSpec(Concat("plan__municipality_id", Value("-"), "plan__code", output_field=CharField()), PLAN_ID),
        "in_force_from": FieldSpec("in_force_from", IN_FORCE_FROM, "date"),
        "in_force_to": FieldSpec("in_force_to", Text("Obowiązuje do (bez tego dnia)", "In force until"), "date"),
        "municipality": FieldSpec("plan__municipality_id", MUNICIPALITY),
    }


collections.register(
    Collection(
        id="general-plan-zones",
        title=Text("Strefy planów ogólnych", "Zones of general plans"),
        description=Text(
            "Strefy planistyczne obowiązujących planów ogólnych z ich wskaźnikami. Brak wskaźnika znaczy, że go nie "
            "ustalono, a nie zero.",
            "Planning zones of the general plans in force with their indicators. An absent indicator is not "
            "set, which is not zero.",
        ),
        keywords=("plan ogólny", "strefy planistyczne", "general plan", "zoning"),
        public=general_zones_in_force,
        fields=parts_fields()
        | {
            "max_intensity": FieldSpec(
                "max_intensity", Text("Maks. nadziemna intensywność", "Highest intensity above ground"), "number"
            ),
            "max_coverage_percent": FieldSpec(
                "max_coverage_percent", Text("Maks. udział zabudowy [%]", "Highest share built over [%]"), "number"
            ),
            "max_height_m": FieldSpec("max_height_m", Text("Maks. wysokość [m]", "Greatest height [m]"), "number"),
            "min_green_percent": FieldSpec(
                "min_green_percent",
                Text("Min. udział biologicznie czynny [%]", "Least green share [%]"),
                "number",
            ),
        },
        id_field="id",
        time=TimeSpan("in_force_from", "in_force_to", lambda: in_general_plans(GeneralPlanZone)),
        tile_fields=("label", "symbol", "name"),
        min_zoom=9,
        theme=Theme.PLANNING,
        inspire="lu",
        drawing=GENERAL_PLAN,
        search=Searching(kind="zone", words=("label", "symbol"), label="{label}", detail="{name}"),
    )
)

collections.register(
    Collection(
        id="general-plan-areas",
        title=Text("Obszary planów ogólnych (OUZ, OZS, OSD)", "Areas of general plans"),
        description=Text(
            "Obszary uzupełnienia zabudowy (OUZ), zabudowy śródmiejskiej (OZS) i standardów dostępności "
            "infrastruktury społecznej (OSD) obowiązujących planów ogólnych.",
            "Infill areas (OUZ), downtown areas (OZS) and areas with standards of access to social "
            "infrastructure (OSD) of the general plans in force.",
        ),
        keywords=("plan ogólny", "OUZ", "general plan", "infill"),
        public=general_areas_in_force,
        fields=parts_fields(),
        id_field="id",
        time=TimeSpan("in_force_from", "in_force_to", lambda: in_general_plans(Regulation)),
        tile_fields=("label", "symbol", "name"),
        min_zoom=9,
        theme=Theme.PLANNING,
        inspire="lu",
        drawing=plain(
            Text("obszar planu ogólnego", "area of the general plan"),
            Look(fill="#b5651d", opacity=0.12, hatch=Hatch.FALLING, stroke="#b5651d", width=2, dash=(6, 3)),
            Label(field="label", from_zoom=12, size=12, colour="#7a4413", bold=True),
        ),
    )
)

processes.register(Process(id="plan-extract-preview", processor="planning.extracts.process.PlanExtractPreview"))
