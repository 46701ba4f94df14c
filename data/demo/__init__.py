"""Demo data of Skała and Sułoszowa: invented parcels inside real outlines, the same bytes on each run.

No person, number or boundary inside a municipality is real; only the outlines, the names of places and two SIMC
codes are. Everything is made by plain functions from names (see ``chance``): there is nothing to download.
"""

from datetime import date

from data.demo.general_plan import general_plan
from data.demo.local_plans import plans
from data.demo.nature import protected_areas
from data.demo.network import water_network
from data.demo.outlines import MUNICIPALITIES, DemoMunicipality
from data.demo.register import cadastre
from data.demo.tourism import places, trails

STATE_ON = date(2026, 11, 1)  #: day of the cadastral data

__all__ = [
    "MUNICIPALITIES",
    "STATE_ON",
    "DemoMunicipality",
    "cadastre",
    "general_plan",
    "places",
    "plans",
    "protected_areas",
    "trails",
    "water_network",
]
