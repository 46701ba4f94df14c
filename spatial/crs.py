"""Write these names, never bare numbers. Inside: x = east, y = north, always.

EPSG defines 2178 and 2180 as north-east; the swap happens once, at the protocol border (GML, WMS 1.3.0).
"""

PL_2000_7 = 2178  #: PL-2000 zone 7 (19.5-22.5 E), metres; storage, measuring, cadastre
PL_1992 = 2180  #: national grid, metres; exchange with national services
WGS84 = 4326  #: degrees; phones, GeoJSON (lon-lat, CRS84)
WEB_MERCATOR = 3857  #: screen tiles only; a metre here is 0.64 m on the ground at 50 N
