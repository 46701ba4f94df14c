"""Mapnik, imported without a trace in the environment.

Its wheel points PROJ_LIB and GDAL_DATA to folders of its own, where the GDAL of GeoDjango and that of rasterio find no
database of coordinate systems. Mapnik does not need them: its PROJ carries the database inside.
"""

import os

_before = {name: os.environ.get(name) for name in ("PROJ_LIB", "GDAL_DATA")}

import mapnik  # noqa: E402

for _name, _value in _before.items():
    if _value is None:
        os.environ.pop(_name, None)
    else:
        os.environ[_name] = _value

__all__ = ["mapnik"]
