"use strict";
const { createHash } = require("node:crypto");

/** JavaScript that says whether a document fits a schema, and nothing else, so that it is small: the compiler words what is wrong. */
function compiled(schema, { Ajv, standalone }) {
  const options = {
    strict: true,
    strictTypes: false,
    strictRequired: false,
    messages: false,
    inlineRefs: false,
  };
  const instance = new Ajv({ ...options, code: { source: true } });
  return standalone(instance, instance.compile(bare(schema)))
    .replace(/\.errors = \[\{.*?\}\];return false;/g, ".errors = WRONG;return false;")
    .replace(/(?<=const err\d+ = )\{instancePath.*?\}(?=;if\(vErrors)/g, "WRONG[0]")
    .replace(/^"use strict";/, "$&const WRONG = [{}];");
}

/** Without what is for readers only. */
function bare(schema) {
  const notes = ["title", "description", "default"];
  const isNote = (key, value) => notes.includes(key) && typeof value !== "object";
  return JSON.parse(JSON.stringify(schema, (key, value) => (isNote(key, value) ? undefined : value)));
}

/**
 * JavaScript of a module that takes the compiler's place until somebody needs it: for a schema that is not ready, or a document
 * that does not fit. `ready:0`, `ready:1`… are the modules of the schemas.
 */
function compilerFor(schemas) {
  const ready = schemas.map((schema, index) => `"${hashOf(schema)}": () => require("ready:${index}")`);
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

module.exports = { compiled, compilerFor };
