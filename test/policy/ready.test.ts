import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { promotionSchema } from "@waybill/core/promotion";
import { findMistakes } from "@waybill/core/schema";
import { trustSchema } from "@waybill/core/trust";
import fc from "fast-check";
import { parse } from "yaml";

const repository = resolve(__dirname, "../..");
// eslint-disable-next-line @typescript-eslint/no-require-imports -- part of the bundler, which is no TypeScript
const { compiled, compilerFor } = require("../../policy/ready.js") as {
  compiled: (schema: object, compiler: object) => string;
  compilerFor: (schemas: readonly object[]) => string;
};
const core = createRequire(join(repository, "core/package.json"));
const { default: Ajv } = core("ajv/dist/2020") as { default: object };
const { default: standalone } = core("ajv/dist/standalone") as { default: object };

type Validate = ((value: unknown) => boolean) & { errors?: readonly unknown[] };

function load(code: string, more: Readonly<Record<string, unknown>> = {}): unknown {
  const module = { exports: {} as unknown };
  const find = (name: string): unknown => more[name] ?? (core(name) as unknown);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as the bundle runs it
  const run = new Function("require", "module", "exports", code) as (...given: unknown[]) => void;
  run(find, module, module.exports);
  return module.exports;
}

const ready = (schema: object) => load(compiled(schema, { Ajv, standalone })) as Validate;
const own = parse(readFileSync(join(repository, "promotion.yaml"), "utf8")) as { trust: object };
const RICH = parse(`
version: 1
owner: o
nextReview: 2027-06-01
people: { ann: { signers: [ann], emails: [a@b], bot: false } }
groups: { approvers: [ann] }
environments:
  - name: dev
  - name: prod
    pin: required
    targets: [{ name: eu }]
    gates: { tests: { mark: m, suites: [s] }, again: { kind: soak, time: 24h }, scan: { high: 3 } }
    configGates: { approvals: { count: 1 } }
    freezes: [{ name: year, from: 2026-12-20, until: 2027-01-04, reason: r, approvals: {} }, { name: week, weekly: { days: [sat] }, reason: r, approvals: { count: 2 } }]
    levels: { image-known: { warnUntil: 2027-01-01 }, no-latest-tag: off }
tiers: { mine: { extends: critical, gates: { load: { p95: 3 } } } }
services: { hello: { path: p, tier: mine, approvers: [ann] } }
registries: [a.example]
external: [{ repository: a.example/b, owner: o, reason: r, expires: 2027-01-01 }]
imagePaths: [{ group: g, kind: K, path: spec.image }]
exceptions: [{ rule: image-known, service: hello, environment: prod, owner: o, reason: r, expires: 2027-01-01 }]
trust: { signers: [] }
`) as object;

/** Any part of a document taken out, doubled or replaced by something else. */
function changed(document: unknown, way: readonly number[], value: unknown): unknown {
  if (typeof document !== "object" || document === null || way.length === 0) return value;
  const [step = 0, ...rest] = way;
  const keys = Object.keys(document);
  const key = keys[step % (keys.length + 1)] ?? "unknown";
  const child = changed((document as Record<string, unknown>)[key], rest, value);
  if (Array.isArray(document)) {
    const list: unknown[] = [...(document as unknown[])];
    list[key === "unknown" ? list.length : Number(key)] = child;
    return list;
  }
  return Object.fromEntries(
    Object.entries({ ...document, [key]: child }).filter(([, one]) => one !== undefined),
  );
}

const VALUES = [
  undefined,
  null,
  0,
  1,
  -1,
  true,
  false,
  "",
  "a",
  "24h",
  "2027-01-01",
  [],
  {},
  ["a", "a"],
  { kind: "tests" },
];

describe.each([
  ["promotion.yaml", promotionSchema, [own, RICH]],
  ["a trust policy", trustSchema, [{ version: 1, ...own.trust }]],
])("%s: what the bundle compiled beforehand", (_name, schema, documents) => {
  const validate = ready(schema);

  test("lets good documents pass", () => {
    for (const document of documents)
      expect([validate(document), findMistakes(document, schema)]).toEqual([true, []]);
  });

  test("says yes and no as the compiler does, whatever is changed", () => {
    const verdicts = { yes: 0, no: 0 };
    fc.assert(
      fc.property(
        fc.constantFrom(...documents),
        fc.array(fc.nat(12), { minLength: 1, maxLength: 7 }),
        fc.constantFrom(...VALUES),
        (document, way, value) => {
          const other = changed(document, way, value);
          const expected = findMistakes(other, schema).length === 0;
          verdicts[expected ? "yes" : "no"]++;
          expect(validate(other)).toBe(expected);
        },
      ),
      { numRuns: 1500 },
    );
    expect(Math.min(verdicts.yes, verdicts.no)).toBeGreaterThan(10);
  });
});

describe("in the compiler's place", () => {
  const schema = { type: "object", required: ["a"] };
  const stand = (more: object) =>
    (
      load(compilerFor([schema]), { "ready:0": ready(schema), "ajv/dist/2020": more }) as {
        default: new (options: object) => {
          compile: (one: object) => Validate;
          addFormat: (...format: unknown[]) => void;
        };
      }
    ).default;
  const never = {
    get default(): never {
      throw new Error("the compiler was loaded");
    },
  };
  const real = { default: Ajv };

  test("what is ready needs no compiler while all fits", () => {
    const Stand = stand(never);
    expect(new Stand({}).compile(schema)({ a: 1 })).toBe(true);
    expect(() => new Stand({}).compile(schema)({})).toThrow("the compiler was loaded");
  });

  test("the compiler words what is wrong, and does whatever is not ready", () => {
    const Stand = stand(real);
    const validate = new Stand({ allErrors: true }).compile(schema);
    expect(validate({})).toBe(false);
    expect(validate.errors).toMatchObject([{ keyword: "required" }]);
    const other = new Stand({}).compile({ type: "string" });
    expect([other("a"), other(1)]).toEqual([true, false]);
  });

  test("formats are the compiler's", () => {
    const Stand = stand(real);
    const one = new Stand({ strict: true });
    one.addFormat("even", (text: string) => text.length % 2 === 0);
    const validate = one.compile({ type: "string", format: "even" });
    expect([validate("ab"), validate("a")]).toEqual([true, false]);
  });
});
