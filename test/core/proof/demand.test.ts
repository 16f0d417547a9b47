import { attachEvidence, proofRefusal } from "@waybill/core/proof";
import type { PinnedReference } from "@waybill/core/image";
import type { Registry } from "@waybill/core/registry";
import { closeAll } from "../../support/registry";
import { SLSA } from "../evidence/support/asked";
import { makeKeys } from "../evidence/support/certificate";
import { bundleOf, later, ours, trusting, withImage } from "./support";

afterEach(closeAll);

const staging = { environment: "staging", now: later };
const source = { repository: "https://git.example/acme/shop", ref: "refs/heads/main" };
const provenance = {
  buildDefinition: { buildType: "https://waybill.dev/build/v1", externalParameters: { source } },
  runDetails: { builder: { id: "https://ci.example/acme/shop/runs" } },
};

async function signed(
  predicate: object = provenance,
): Promise<{ registry: Registry; image: PinnedReference }> {
  const { registry, image } = await withImage(true);
  await attachEvidence(registry, image, bundleOf(image), { now: later });
  await attachEvidence(registry, image, bundleOf(image, SLSA, predicate), { now: later });
  return { registry, image };
}

it("signed, with provenance: nothing stands against it", async () => {
  const { registry, image } = await signed();
  expect(await proofRefusal(registry, image, staging, trusting(ours))).toBeUndefined();
});

it("nothing attached: says what is missing and what to do", async () => {
  const { registry, image } = await withImage(true);
  const refusal = await proofRefusal(registry, image, staging, trusting(ours));
  expect(refusal).toMatch(/@sha256:\w+ may not run in staging, because it is not proven:/);
  expect(refusal).toMatch(/- signature: .*expected evidence of type signature, found none/);
  expect(refusal).toMatch(/- provenance: .*found none/);
  expect(refusal).toMatch(/Set waybill:signer where it is built, and run pulumi up there again\.$/);
});

it("signed by somebody else: says so, and whom to ask", async () => {
  const { registry, image } = await signed();
  const refusal = await proofRefusal(registry, image, staging, trusting(makeKeys()));
  expect(refusal).toMatch(/key-unknown/);
  expect(refusal).toMatch(/whom the trust policy names for staging/);
});

it("the signer may not speak for production", async () => {
  const { registry, image } = await signed();
  const refusal = await proofRefusal(registry, image, { ...staging, environment: "prod" }, trusting(ours));
  expect(refusal).toMatch(/not-granted/);
});

it("an attestation is never taken for a signature", async () => {
  const { registry, image } = await withImage(true);
  await attachEvidence(registry, image, bundleOf(image, SLSA, provenance), { now: later });
  const refusal = await proofRefusal(registry, image, staging, trusting(ours));
  expect(refusal).toMatch(/- signature:/);
  expect(refusal).not.toMatch(/- provenance:/);
  expect(refusal).toMatch(/waybill attest/);
});

it("what else is demanded must be there too", async () => {
  const { registry, image } = await signed();
  const demand = { ...staging, predicates: ["signature", "provenance", "spdx"] };
  expect(await proofRefusal(registry, image, demand, trusting(ours))).toMatch(/- spdx: /);
});

it("E6: a blocked digest is refused whatever it can prove", async () => {
  const { registry, image } = await signed();
  const blocked = [{ digest: image.digest, reason: "leaks", by: "ops", at: "2026-06-01T12:00:00Z" }];
  const refusal = await proofRefusal(registry, image, staging, trusting(ours, undefined, { blocked }));
  expect(refusal).toMatch(/"leaks" by ops/);
});

describe("E5: three separate points, each only where it is named", () => {
  const right = {
    builders: ["https://ci.example/acme/shop/runs"],
    repositories: ["https://git.example/acme/*"],
    branches: ["refs/heads/main"],
  };
  it.each([
    ["all of them right", right, undefined],
    ["another builder", { ...right, builders: ["https://other.example"] }, /Build with the trusted builder/],
    ["another repository", { ...right, repositories: ["https://git.example/else/*"] }, /from the repository/],
    ["another branch", { ...right, branches: ["refs/heads/release"] }, /from a protected branch/],
    ["only the builder asked for", { builders: right.builders }, undefined],
    ["an empty list trusts nobody", { builders: [] }, /one that the policy names/],
  ])("%s", async (_, build, expected) => {
    const { registry, image } = await signed();
    const refusal = await proofRefusal(registry, image, { ...staging, build }, trusting(ours));
    if (expected) expect(refusal).toMatch(expected);
    else expect(refusal).toBeUndefined();
  });
});
