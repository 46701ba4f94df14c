"""Pipes and devices of the water and sewage network, and topographic objects; sources: GESUT, BDOT, EPANET.

Field names of GESUT (regulation of 23 July 2021) stand in brackets. Geometry in EPSG:2178, diameters in millimetres.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

type Medium = Literal["water", "sewage"]
type PipeKind = Literal["transmission", "distribution", "service", "general"]
type Purpose = Literal["combined", "rain", "sanitary", "industrial", "local"]
type Status = Literal["projected", "active", "closed"]
type NodeKind = Literal[
    "junction", "valve", "hydrant", "well", "standpipe", "pump", "tank", "reservoir", "manhole", "inlet", "septic-tank",
    "outlet", "treatment-plant", "device",
]  # fmt: skip
type Origin = Literal["gesut", "epanet", "survey"]


@dataclass(frozen=True, slots=True)
class PipeRecord:
    """Przewód: one line between two ends."""

    identifier: str  #: [lokalnyId]
    medium: Medium
    kind: PipeKind  #: [funkcja, typPrzewodu]
    geometry: LineString
    origin: Origin
    status: Status = "active"  #: [status, eksploatacja]
    purpose: Purpose | None = None  #: what flows in a sewer [typPrzewodu]
    diameter_mm: int | None = None  #: [srednica]
    material: str | None = None
    built_year: int | None = None
    length_m: float | None = None  #: as the source says, not measured
    roughness: float | None = None  #: Hazen-Williams C or what the model says
    owner: str | None = None  #: the utility [wladajacy]
    asset_number: str | None = None  #: number in the utility's own books [idBranzowy]
    accuracy: str | None = None  #: how it was surveyed: O, D, ... [zrodlo]


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """Urządzenie or a node of a model: a point; of a device drawn as an area, a point inside it."""

    identifier: str
    medium: Medium
    kind: NodeKind  #: [rodzajUrzadzenia]
    geometry: Point
    origin: Origin
    status: Status = "active"
    elevation_m: float | None = None
    owner: str | None = None
    asset_number: str | None = None
    accuracy: str | None = None


type NetworkRecord = PipeRecord | NodeRecord


@dataclass(frozen=True, slots=True)
class TopographicRecord:
    """Object of BDOT500 or BDOT10k, whatever its class."""

    identifier: str  #: [lokalnyId]
    database: Literal["BDOT500", "BDOT10k"]
    class_code: str  #: "OT_Ogrodzenia", "OT_SKDR_L"
    geometry: BaseGeometry
    name: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)  #: simple properties as they stand in the source
