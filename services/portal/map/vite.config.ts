import { defineConfig } from "vite";

// Twelve hexadecimal digits before the suffix: the name by which WhiteNoise knows a file that never changes.
const named = "assets/[name].[hash:12]";

/** Parts of OpenLayers that only opened tools need. */
const LATER = /ol\/(interaction\/(Draw|Modify|Snap|Translate)|format\/(KML|GPX|XML|xsd|xlink)|source\/(TileWMS|XYZ|wms|TileImage|ImageTile|UrlTile|common)|reproj|layer\/(Tile|BaseTile)|renderer\/canvas\/TileLayer|xml)\b/;

export default defineConfig({
  base: "/static/",
  publicDir: false,
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ["src/site.ts", "src/map.ts", "src/changes.ts", "src/drafting.ts"],
      output: {
        hashCharacters: "hex",
        // Few files at the start: over HTTP/1.1 a browser fetches six at a time, and a phone waits for each round.
        advancedChunks: {
          groups: [
            { name: "ol", test: (id) => /node_modules\/(ol|rbush|quickselect|pbf|earcut)\//.test(id) && !LATER.test(id) },
            { name: "common", test: /src\/(dom|share|toast|words|suggest|places?)\.ts$/ },
          ],
        },
        entryFileNames: `${named}.js`,
        chunkFileNames: `${named}.js`,
        assetFileNames: `${named}[extname]`,
      },
    },
  },
});
