import { guardCases, type GuardCase, EXTERNAL, mustRefuse, REGISTRIES, type Rule } from "../support/guard";
import { closeAll } from "../support/registry";
import { BASICS, promotionOf, HEAD, run, SIGNATURES } from "./engine";
import { nameOf, world, type World } from "./world";

/** The rules of the pack that answer for a rule of the fixtures; what is decided needs a registry, see below. */
const ASKED: readonly Rule[] = ["digest", "registry"];
const RULES = ["image-pinned-by-digest", "image-known", "registry-allowed", "no-hidden-images"];

const quiet = [...SIGNATURES, ...BASICS].map((rule) => `${rule}: off`).join(", ");
const external = EXTERNAL.map(
  (repository) => `{ repository: ${repository}, owner: o@example.com, reason: theirs, expires: 2099-01-01 }`,
);
const EXTERNALS = `external: [${external.join(", ")}]\n`;
const promotion = promotionOf(
  `${HEAD}environments: [{ name: dev }, { name: staging, levels: { ${quiet} } }]
services: { hello: { path: hello } }
registries: [${REGISTRIES.join(", ")}]
${EXTERNALS}trust: { signers: [] }
`,
);

describe("the same verdict everywhere: pack, without what needs a registry", () => {
  test.each(guardCases().map((one) => [one.name, one] as const))("%s", async (_name, guarded) => {
    const violations = await run([resourceOf(guarded)], { promotion });
    expect(violations.filter(({ policy }) => !RULES.includes(policy))).toEqual([]);
    expect(violations.some(({ level }) => level === "MANDATORY")).toBe(mustRefuse(guarded, "pack", ASKED));
  });
});

describe("the same verdict everywhere: pack, what is decided too", () => {
  let made: World;
  let cases: readonly GuardCase[];

  beforeAll(async () => {
    made = await world({
      more: (registry) => `registries: ["${registry}/team", registry.example/acme]\n${EXTERNALS}`,
    });
    const [decided, undecided] = [await made.build("decided"), await made.build("undecided")];
    await made.deployIn("dev", decided);
    await made.decideIn("staging", decided);
    // One image for all that is decided: in one place the pack lets one image run, while a cluster also holds those that may come back.
    const names = { decided: nameOf(decided), before: nameOf(decided), undecided: nameOf(undecided) };
    cases = guardCases({ ...names, decidedWithTag: nameOf(decided).replace("@", ":1.0@") });
  });
  afterAll(closeAll);

  test.each(guardCases().map(({ name }, index) => [name, index] as const))("%s", async (_name, index) => {
    const guarded = cases[index];
    if (!guarded) throw new Error("one case less");
    for (const preview of [true, false]) {
      const violations = await made.pack([resourceOf(guarded)], { preview });
      expect(violations.some(({ level }) => level === "MANDATORY")).toBe(
        mustRefuse(guarded, "pack", ["digest", "registry", "decided"]),
      );
    }
  });
});

function resourceOf({ object }: GuardCase) {
  const { apiVersion, kind, metadata } = object;
  const module = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  return { type: `kubernetes:${module}:${kind}`, name: metadata.name, props: { ...object } };
}
