/** Layers that are pictures: as of another day by WMS, grounds by tiles. Loaded when somebody wants one. */
import TileLayer from "ol/layer/Tile";
import TileWMS from "ol/source/TileWMS";
import XYZ from "ol/source/XYZ";

export function pastLayer(id: string, day: string, onError: () => void): TileLayer<TileWMS> {
  const source = new TileWMS({ url: "/wms", params: { LAYERS: id, TIME: day, VERSION: "1.3.0", FORMAT: "image/png" }, projection: "EPSG:3857" });
  source.on("tileloaderror", onError);
  return new TileLayer({ source });
}

export function pictureLayer(url: string, onError: () => void): TileLayer<XYZ> {
  const source = new XYZ({ url, maxZoom: 20, crossOrigin: "anonymous" });
  source.on("tileloaderror", onError);
  return new TileLayer({ source, zIndex: -2 });
}
