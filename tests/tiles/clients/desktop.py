"""Run by the distribution's Python: QGIS opens layers of the address, counts and draws them. Prints JSON.

    python3 desktop.py SITE WEST SOUTH EAST NORTH FOLDER

The box is of EPSG:2178, x first.
"""

import json
import os
import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

site, *edges, folder = sys.argv[1:]
west, south, east, north = map(float, edges)
application = QgsApplication([], False)
application.initQgis()

LAYERS = {
    "oapif": lambda: QgsVectorLayer(f"url='{site}/ogc' typename='parcels'", "o", "OAPIF"),
    "wfs": lambda: QgsVectorLayer(
        f"url='{site}/wfs' typename='open:parcels' version='2.0.0' srsname='EPSG:2180'", "w", "WFS"
    ),
    "wms": lambda: QgsRasterLayer(
        f"url={site}/wms&layers=plan-zones&styles=&format=image/png&crs=EPSG:2180", "m", "wms"
    ),
    "wmts": lambda: QgsRasterLayer(
        f"url={site}/wmts/1.0.0/WMTSCapabilities.xml&layers=plan-zones&styles=default&format=image/png"
        "&crs=EPSG:3857&tileMatrixSet=WebMercatorQuad", "t", "wms"
    ),
    "tiles": lambda: QgsVectorTileLayer(
        f"type=xyz&url={site}/tiles/plan-zones/{{z}}/{{x}}/{{y}}.mvt&zmin=11&zmax=18", "v"
    ),
}  # fmt: skip


def drawn(name, layer):
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:2178"))
    settings.setExtent(QgsRectangle(west, south, east, north))
    settings.setOutputSize(QSize(400, 400))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(str(Path(folder) / f"{name}.png"))
    return [[x, y] for x in range(0, 400, 10) for y in range(0, 400, 10) if image.pixelColor(x, y) != QColor("white")]


told = {}
for name, make in LAYERS.items():
    layer = make()
    said = {"valid": layer.isValid(), "crs": layer.crs().authid()}
    if isinstance(layer, QgsVectorLayer) and layer.isValid():
        request = QgsFeatureRequest().setFilterExpression("\"number\" = '123/4'")
        said["found"] = [one["identifier"] for one in layer.getFeatures(request)]
        said["count"] = len(list(layer.getFeatures()))
    said["drawn"] = drawn(name, layer) if layer.isValid() else []
    told[name] = said
sys.stdout.write(json.dumps(told) + "\n")
sys.stdout.flush()
os._exit(0)  # QGIS falls over its own layers when it is put away
