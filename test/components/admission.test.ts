import * as pulumi from "@pulumi/pulumi";
import { DECIDED, DECIDED_PREFIX } from "@waybill/core/admission";
import { parsePromotion } from "@waybill/core/promotion";
import { mockPulumi, type Registered } from "./mocks";

const promotion = parsePromotion(
  "/promotion.yaml",
  JSON.stringify({
    version: 1,
    owner: "platform@example.com",
    nextReview: "2099-01-01",
    environments: [
      { name: "dev" },
      { name: "prod", cluster: { deployers: ["user:ci"], rollback: ["group:oncall"] } },
    ],
    services: { app: { path: "app" } },
    trust: { signers: [] },
  }),
);
const args = { promotion, environments: ["prod"], now: new Date("2026-11-21") };
const same = (inputs: Record<string, unknown>) => inputs;
const answers = Object.fromEntries(
  [
    "waybill:index:AdmissionPolicies",
    "waybill:index:DecidedImages",
    "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
    "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:Role",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  ].map((type) => [type, same]),
);

/** All that a program declares is there once the event loop has nothing left to do. */
async function settled(registered: readonly Registered[]): Promise<readonly Registered[]> {
  let before = -1;
  while (registered.length > before) {
    before = registered.length;
    await new Promise(setImmediate);
    await new Promise(setImmediate);
  }
  return registered;
}

test("declares everything for the named environments, under names that say what they are", async () => {
  const registered = mockPulumi(answers);
  const { AdmissionPolicies } = await import("@waybill/components");
  new AdmissionPolicies("guard", { ...args, namespaces: { shop: "prod" } });
  const names = (await settled(registered)).map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      "validatingadmissionpolicy-waybill-images",
      "validatingadmissionpolicybinding-waybill-decided-prod",
      "waybill-watch",
      "role-shop-waybill-rollback",
      "networkpolicy-shop-waybill-default-deny",
    ]),
  );
  expect(names.filter((name) => name.includes("dev"))).toEqual([]);
});

test("an environment to which nobody may deploy is refused before anything is declared", async () => {
  const registered = mockPulumi(answers);
  const { AdmissionPolicies } = await import("@waybill/components");
  expect(() => new AdmissionPolicies("guard", { ...args, environments: ["dev"] })).toThrow(/environment dev/);
  expect((await settled(registered)).filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
});

const image = (letter: string) => `ghcr.io/acme/app@sha256:${letter.repeat(64)}`;

test("the list holds what is to run, what runs and what may be rolled back to", async () => {
  const registered = mockPulumi(answers);
  const { DecidedImages } = await import("@waybill/components");
  const images = [pulumi.output(image("c")), image("b"), image("a"), image("b")];
  new DecidedImages("app", { namespace: "shop", service: "app", images });
  const list = (await settled(registered)).find(({ type }) => type.endsWith(":ConfigMap"));
  expect(list?.inputs).toMatchObject({
    metadata: {
      name: DECIDED,
      namespace: "shop",
      annotations: { [`${DECIDED_PREFIX}app`]: [image("c"), image("b"), image("a")].join("\n") },
    },
  });
});

test("an image without a digest never gets onto the list", async () => {
  const registered = mockPulumi(answers);
  const { DecidedImages } = await import("@waybill/components");
  const images = ["ghcr.io/acme/app:1"];
  expect(() => new DecidedImages("app", { namespace: "shop", service: "app", images })).toThrow(
    /expected a digest/,
  );
  expect((await settled(registered)).filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
});
