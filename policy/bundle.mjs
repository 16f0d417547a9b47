// Makes the pack JavaScript that starts fast: one file, and beside it what only some runs load. npm run -w policy bundle
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compiled, compilerFor } from "./ready.js";

const here = dirname(fileURLToPath(import.meta.url));
const core = createRequire(join(here, "../core/package.json"));
const room = (name) => core(join(here, "../core/dist", name, "index.js"));

const folder = process.argv[2] ?? join(here, "dist");
/** What speaks to registries and compiles schemas: large, and loaded only once it is needed. */
const LATER = ["undici", "ajv/dist/2020", "dockerfile-ast"];
/** Compiling the schemas of promotion.yaml would take longer than all else together, so that is done here. */
const READY = [room("promotion").promotionSchema, room("trust").trustSchema];

const compiler = { Ajv: core("ajv/dist/2020").default, standalone: core("ajv/dist/standalone").default };
const common = {
  bundle: true,
  platform: "node",
  target: "node22",
  minifySyntax: true,
  minifyWhitespace: true,
};
await build({
  ...common,
  entryPoints: [join(here, "src/pack.ts")],
  external: ["@pulumi/*"],
  outfile: join(folder, "pack.js"),
  plugins: [{ name: "later", setup: later }],
});
await Promise.all(
  LATER.map((name) =>
    build({ ...common, entryPoints: [core.resolve(name)], outfile: join(folder, fileOf(name)) }),
  ),
);

function later({ onResolve, onLoad }) {
  const resolveDir = join(here, "../core");
  onResolve({ filter: /^(?:undici|dockerfile-ast)$/ }, ({ path }) => besides(path));
  onResolve({ filter: /^ajv\/dist\/2020$/ }, ({ namespace }) =>
    namespace === "ajv" ? besides("ajv/dist/2020") : { path: "ajv", namespace: "ajv" },
  );
  onResolve({ filter: /^ready:/ }, ({ path }) => ({ path, namespace: "ready" }));
  onLoad({ filter: /.*/, namespace: "ajv" }, () => ({ contents: compilerFor(READY), resolveDir }));
  onLoad({ filter: /.*/, namespace: "ready" }, ({ path }) => ({
    contents: compiled(READY[Number(path.split(":")[1])], compiler),
    resolveDir,
  }));
}

function besides(name) {
  return { path: `./${fileOf(name)}`, external: true };
}

function fileOf(name) {
  return `later/${name.split("/")[0]}.js`;
}
