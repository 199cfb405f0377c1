// Bundles the portal's islands into dist/assets: portal-HASH.js, which every
// page loads, and console-HASH.js, which it imports when the console is
// opened. Each is one file, so that a page that is read waits for one request
// only. manifest.json says what the entry is called.
import { build } from "esbuild";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";

const out = "dist/assets";
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const consoleFile = await bundle("console", "portal/console/console.ts", [minifiedText()]);
const portalFile = await bundle("portal", "portal/portal.ts", [built("./console/console", consoleFile)]);
await writeFile(`${out}/manifest.json`, JSON.stringify({ "portal.js": portalFile }) + "\n");

/** Writes one bundle and returns its file name, which holds a hash of its content. */
async function bundle(name, entry, plugins) {
  const result = await build({
    entryPoints: { [name]: entry },
    outdir: out,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022"],
    entryNames: "[name]-[hash]",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    plugins,
  });
  return basename(Object.keys(result.metafile.outputs)[0]);
}

/** Makes an import lead to a file that is built already. */
function built(specifier, file) {
  return {
    name: "built",
    setup(b) {
      b.onResolve({ filter: /.*/ }, ({ path }) => (path === specifier ? { path: `./${file}`, external: true } : undefined));
    },
  };
}

/** CSS that a script adopts comes as minified text. */
function minifiedText() {
  return {
    name: "minified-css-text",
    setup(b) {
      b.onLoad({ filter: /\.css$/ }, async ({ path }) => {
        const css = await build({ entryPoints: [path], minify: true, write: false, logLevel: "warning" });
        return { contents: css.outputFiles[0].text, loader: "text" };
      });
    },
  };
}
