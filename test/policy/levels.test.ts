import { HEAD, promotionOf, run, SIGNATURES, BASICS } from "./engine";

const RULE = "image-pinned-by-digest";
const quiet = [...SIGNATURES, ...BASICS].map((rule) => `${rule}: off`).join(", ");
const pod = {
  type: "kubernetes:core/v1:Pod",
  name: "web",
  props: { spec: { containers: [{ image: "app:1" }] } },
};
const build = { type: "docker-build:index:Image", name: "image" };

function promotion(levels: string, exceptions = ""): string {
  return promotionOf(
    `${HEAD}environments: [{ name: dev }, { name: staging, levels: { ${quiet}, ${levels} } }, { name: prod, levels: { ${quiet} } }]
services: { hello: { path: hello }, other: { path: other } }
trust: { signers: [] }
${exceptions}`,
  );
}

const exception = (rule: string, expires: string, more: Record<string, string> = {}): string => {
  const entry = {
    rule,
    service: "hello",
    environment: "staging",
    owner: "ann@example.com",
    reason: "moving",
    expires,
    ...more,
  };
  return `  - ${JSON.stringify(entry)}\n`;
};

const settings = { service: "hello" };
const levels = async (file: string, environment = "staging") =>
  (await run([pod, build], { promotion: file, environment, settings })).map(
    ({ policy, level }) => `${policy} ${level}`,
  );

describe("K9: promotion.yaml says what each rule does in each environment", () => {
  test("a rule that is off says nothing; the others stay", async () => {
    const file = promotion(`${RULE}: off`);
    expect(await levels(file)).toEqual(
      ["no-latest-tag MANDATORY", "no-build-outside-dev MANDATORY"].slice(1),
    );
    expect(await levels(file, "prod")).toEqual([`${RULE} MANDATORY`, "no-build-outside-dev MANDATORY"]);
  });

  test("a rule warns until a date, and refuses from then on", async () => {
    const file = promotion(`${RULE}: { warnUntil: 2026-06-02 }`);
    expect(await levels(file)).toEqual([`${RULE} ADVISORY`, "no-build-outside-dev MANDATORY"]);
    const later = await run([pod], { promotion: file, settings, now: new Date("2026-06-02T00:00:00Z") });
    expect(later).toMatchObject([{ policy: RULE, level: "MANDATORY" }]);
  });

  test("latest is refused also where tags are let pass", async () => {
    const latest = ["app", "app:latest", "app:1"].map((image) => ({
      type: "kubernetes:core/v1:Pod",
      props: { spec: { containers: [{ image }] } },
    }));
    const found = await run(latest, { promotion: promotion(`${RULE}: off`), settings });
    expect(found.map(({ policy }) => policy)).toEqual(["no-latest-tag", "no-latest-tag"]);
  });
});

describe("exceptions", () => {
  test("one lets pass, and says whose it is, why and until when", async () => {
    const file = promotion("no-latest-tag: off", `exceptions:\n${exception(RULE, "2026-07-01")}`);
    const [tag] = await run([pod], { promotion: file, settings });
    expect(tag).toMatchObject({ policy: RULE, level: "ADVISORY" });
    expect(tag?.message).toContain("An exception lets it pass until 2026-07-01: moving (ann@example.com).");
  });

  test("one that has ended lets nothing pass, and says so", async () => {
    const file = promotion("no-latest-tag: off", `exceptions:\n${exception(RULE, "2026-06-01")}`);
    const [tag] = await run([pod], { promotion: file, settings });
    expect(tag).toMatchObject({ policy: RULE, level: "MANDATORY" });
    expect(tag?.message).toContain("The exception of ann@example.com (moving) ended on 2026-06-01.");
  });

  test.each([
    ["another service", { service: "other" }],
    ["another environment", { environment: "prod" }],
  ])("one for %s is none here", async (_name, more) => {
    const file = promotion("no-latest-tag: off", `exceptions:\n${exception(RULE, "2026-07-01", more)}`);
    expect(await run([pod], { promotion: file, settings })).toMatchObject([{ level: "MANDATORY" }]);
  });

  test("a program that does not say which service it is has none", async () => {
    const file = promotion("no-latest-tag: off", `exceptions:\n${exception(RULE, "2026-07-01")}`);
    expect(await run([pod], { promotion: file })).toMatchObject([{ level: "MANDATORY" }]);
  });

  test("POL-020: two exceptions never reach further than each by itself, and both are shown", async () => {
    const wide = exception("no-hidden-images", "2026-12-01", { reason: "wide" });
    const both = promotion("no-latest-tag: off", `exceptions:\n${exception(RULE, "2026-06-15")}${wide}`);
    const [tag, built] = await run([pod, build], { promotion: both, settings });
    expect(tag).toMatchObject({ policy: RULE, level: "ADVISORY" });
    expect(tag?.message).not.toContain("wide");
    expect(built).toMatchObject({ policy: "no-build-outside-dev", level: "MANDATORY" });

    const after = { promotion: both, settings, now: new Date("2026-06-15T00:00:00Z") };
    expect(await run([pod], after)).toMatchObject([{ level: "MANDATORY" }]);

    const twice = exception(RULE, "2026-06-15") + exception(RULE, "2026-06-20", { owner: "bob@example.com" });
    const [line] = await run([pod], {
      promotion: promotion("no-latest-tag: off", `exceptions:\n${twice}`),
      settings,
    });
    expect(line?.message).toMatch(/ann@example\.com.*bob@example\.com/);
  });
});

test("a review of promotion.yaml that is due is a word in preview, and nothing else", async () => {
  const [file, now] = [promotion("no-latest-tag: off"), new Date("2027-06-01T00:00:00Z")];
  const quietly = { promotion: file, settings, now };
  const map = { type: "kubernetes:core/v1:ConfigMap" };
  expect(await run([map], quietly)).toEqual([
    {
      policy: "review-due",
      level: "ADVISORY",
      message: `${file}: its review was due on 2027-06-01. Ask platform@example.com to look through it.`,
    },
  ]);
  expect(await run([map], { ...quietly, preview: false })).toEqual([]);
  expect(await run([map], { ...quietly, now: new Date("2027-05-31T00:00:00Z") })).toEqual([]);
});
