import { defineConfig } from "vite";

// Twelve hexadecimal digits before the suffix: the name by which WhiteNoise knows a file that never changes.
const named = "assets/[name].[hash:12]";

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
        entryFileNames: `${named}.js`,
        chunkFileNames: `${named}.js`,
        assetFileNames: `${named}[extname]`,
      },
    },
  },
});
