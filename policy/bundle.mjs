// Makes the pack JavaScript that starts fast: one file, and beside it what only some runs load. npm run -w policy bundle
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const core = createRequire(join(here, "../core/package.json"));
const room = (name) => core(join(here, "../core/dist", name, "index.js"));

const folder = process.argv[2] ?? join(here, "dist");
/** What speaks to registries and compiles schemas: large, and loaded only once it is needed. */
const LATER = ["undici", "ajv/dist/2020", "dockerfile-ast"];
/** Compiling the schemas of promotion.yaml would take longer than all else together, so that is done here. */
const READY = [room("promotion").promotionSchema, room("trust").trustSchema];

const common = { bundle: true, platform: "node", target: "node22", minifySyntax: true, minifyWhitespace: true };
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
  onLoad({ filter: /.*/, namespace: "ajv" }, () => ({ contents: ajv(), resolveDir }));
  onLoad({ filter: /.*/, namespace: "ready" }, ({ path }) => ({
    contents: compiled(READY[Number(path.split(":")[1])]),
    resolveDir,
  }));
}

function besides(name) {
  return { path: `./${fileOf(name)}`, external: true };
}

function fileOf(name) {
  return `later/${name.split("/")[0]}.js`;
}

/** Says yes or no and nothing else, so that it is small: the compiler words what is wrong. */
function compiled(schema) {
  const Ajv = core("ajv/dist/2020").default;
  const options = { strict: true, strictTypes: false, strictRequired: false, messages: false, inlineRefs: false };
  const instance = new Ajv({ ...options, code: { source: true } });
  const code = core("ajv/dist/standalone").default(instance, instance.compile(bare(schema)));
  return code
    .replace(/\.errors = \[\{.*?\}\];return false;/g, ".errors = WRONG;return false;")
    .replace(/(?<=const err\d+ = )\{instancePath.*?\}(?=;if\(vErrors)/g, "WRONG[0]")
    .replace(/^"use strict";/, "$&const WRONG = [{}];");
}

/** Without what is for readers only. */
function bare(schema) {
  const notes = ["title", "description", "default"];
  return JSON.parse(
    JSON.stringify(schema, (key, value) => (notes.includes(key) && typeof value !== "object" ? undefined : value)),
  );
}

/** Takes the compiler's place until somebody needs it: for a schema that is not ready, or a document that does not fit. */
function ajv() {
  const ready = READY.map((schema, index) => `${JSON.stringify(hashOf(schema))}: () => require("ready:${index}")`);
  return `
    const { createHash } = require("node:crypto");
    const ready = { ${ready.join(", ")} };
    ${hashOf.toString()}
    exports.__esModule = true;
    exports.default = class {
      formats = [];
      constructor(options) { this.options = options; }
      addFormat(...format) { this.formats.push(format); }
      compile(schema) {
        const isReady = this.formats.length === 0 && ready[hashOf(schema)]?.();
        let slow;
        const validate = (value) => {
          if (isReady && isReady(value)) return true;
          slow ??= this.compiler().compile(schema);
          const fits = slow(value);
          validate.errors = slow.errors;
          return fits;
        };
        return validate;
      }
      compiler() {
        if (this.real) return this.real;
        this.real = new (require("ajv/dist/2020").default)(this.options);
        for (const format of this.formats) this.real.addFormat(...format);
        return this.real;
      }
    };
  `;
}

function hashOf(schema) {
  return createHash("sha256").update(JSON.stringify(schema)).digest("hex");
}
