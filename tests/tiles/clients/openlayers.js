export { apply } from "ol-mapbox-style";
export { fromLonLat } from "ol/proj.js";
