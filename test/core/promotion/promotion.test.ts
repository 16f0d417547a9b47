import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  findPlace,
  loadPromotion,
  parsePromotion,
  promotionSchema,
  stackName,
  upstreamOf,
} from "@waybill/core/promotion";

const root = join(__dirname, "../../..");
const text = `
version: 1
owner: platform@example.com
nextReview: 2027-06-01
environments:
  - name: dev
  - name: staging
  - name: prod
    targets: [{ name: eu }, { name: us }]
services:
  hello: { path: services/hello, stack: "{environment}" }
  payments: { path: services/payments }
trust: { signers: [] }
`;
const promotion = parsePromotion("/repo/promotion.yaml", text);

test("only the first environment builds; each other one takes from the one before it", () => {
  expect(promotion.environments.map(({ name, builds }) => [name, builds])).toEqual([
    ["dev", true],
    ["staging", false],
    ["prod", false],
  ]);
  const before = (environment: string, target?: string) =>
    upstreamOf(promotion, { service: "hello", environment, target })?.name;
  expect([before("dev"), before("staging"), before("prod", "eu")]).toEqual([undefined, "dev", "staging"]);
});

test("a stack has its service, environment and target in its name as promotion.yaml says", () => {
  const name = (service: string, environment: string, target?: string) =>
    stackName(promotion, { service, environment, target });
  expect(name("hello", "staging")).toBe("staging");
  expect(name("hello", "prod", "eu")).toBe("prod-eu");
  expect(name("payments", "prod", "us")).toBe("payments-prod-us");
});

test("paths are relative to the file", () => {
  expect(promotion.services.map(({ path }) => path)).toEqual([
    "/repo/services/hello",
    "/repo/services/payments",
  ]);
});

test.each([
  [
    { service: "other", environment: "dev", target: undefined },
    "unknown-service",
    /hello, payments.*"other"/,
  ],
  [
    { service: "hello", environment: "preprod", target: undefined },
    "unknown-environment",
    /dev, staging, prod.*"preprod"/,
  ],
  [{ service: "hello", environment: "prod", target: undefined }, "unknown-target", /eu, us.*"no target"/],
  [{ service: "hello", environment: "dev", target: "eu" }, "unknown-target", /no target.*"eu"/],
])("a place that the file does not know is refused: %j", (place, code, message) => {
  expect(() => findPlace(promotion, place)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
  );
});

test.each([
  [
    "an environment listed twice",
    text.replace("name: staging", "name: dev"),
    /environment "dev" is listed twice/,
  ],
  [
    "two services that share stacks",
    text.replace("{ path: services/payments }", '{ path: p, stack: "{environment}" }'),
    /share the stack name "dev"/,
  ],
  ["an unknown key", text.replace("owner:", "owners: x\nowner:"), /line \d: \/owners: unknown key "owners"/],
  [
    "no environments",
    text.replace(/environments:[^]*services:/, "environments: []\nservices:"),
    /must NOT have fewer than 1 items/,
  ],
  [
    "a stack name that all environments would share",
    text.replace('"{environment}"', "hello"),
    /\/services\/hello\/stack: does not match/,
  ],
])("%s is refused", (_, wrong, message) => {
  expect(() => parsePromotion("promotion.yaml", wrong)).toThrow(message);
});

test("the project's own file is valid, and editors complete it with the published schema", () => {
  expect(loadPromotion(join(root, "promotion.yaml")).environments.map(({ name }) => name)).toEqual([
    "dev",
    "staging",
    "prod",
  ]);
  expect(JSON.parse(readFileSync(join(root, "docs/promotion.schema.json"), "utf8"))).toEqual(promotionSchema);
});
