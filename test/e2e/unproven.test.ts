import type { PromotionDocument } from "@waybill/core/promotion";
import { TestProject } from "./support/project";
import { manifestDigest } from "./support/registry";
import { useSandbox, type TestSandbox } from "./support/sandbox";

jest.setTimeout(180_000);

let sandbox: TestSandbox;
let project: TestProject;

beforeAll(async () => {
  sandbox = await useSandbox();
  project = new TestProject(sandbox, "unproven");
  await project.usualStacks();
  await project.mustUp("dev");
});
afterAll(() => project.remove());

/** What a plain `pulumi up`, without the policy pack, says and does in staging. */
async function stagingWaits(): Promise<string> {
  const { digest, release } = await project.mustUp("staging");
  expect({ digest, state: release.state, image: release.image }).toEqual({
    digest: undefined,
    state: "waiting",
    image: null,
  });
  return release.waiting ?? "";
}

/** The promotion file as committed, changed in one respect. */
function changed(change: (document: PromotionDocument) => void): void {
  project.git("checkout", "-q", "HEAD", "--", "promotion.yaml");
  project.promotion(change);
}

const unchanged = (): void => {
  changed(() => undefined);
};

/** Nobody may say these; what was deployed is signed too, and stays trusted. */
const without = (...predicates: string[]): void => {
  changed(({ trust }) => {
    for (const grant of trust.signers.flatMap(({ may }) => may))
      grant.say = grant.say.filter((predicate) => !predicates.includes(predicate));
    trust.signers = trust.signers.filter(({ may }) => may.every(({ say }) => say.length > 0));
  });
};

/** A state for `pulumi stack import`. */
function saved(state: string): string {
  project.write(".settings/state.json", state);
  return `${project.folder}/.settings/state.json`;
}

test("E3: nobody is trusted who is not listed", async () => {
  without("signature", "provenance");
  expect(await stagingWaits()).toMatch(
    /may not enter staging: .*proof[^]*not proven:[^]*signature:[^]*provenance:/,
  );
});

test("E3: a signer that may speak for dev only cannot open staging", async () => {
  changed(({ trust }) => {
    for (const grant of trust.signers.flatMap(({ may }) => may))
      if (grant.say.includes("signature")) grant.for = ["dev"];
  });
  expect(await stagingWaits()).toMatch(/not proven/);
});

test("E3: a signer who may only sign proves no build", async () => {
  without("provenance");
  const words = await stagingWaits();
  expect(words).toMatch(/- provenance:/);
  expect(words).not.toMatch(/- signature:/);
});

test("E7: a blocked digest does not enter, whoever signed it", async () => {
  const { digest = "" } = await project.outputs("dev");
  const blocked = { digest, reason: "bad batch", by: "security@example.com", at: "2026-01-01T00:00:00Z" };
  changed(({ trust }) => (trust.blocked = [blocked]));
  expect(await stagingWaits()).toMatch(/blocked.*bad batch|bad batch/);
});

test("E5: provenance of another builder, repository or branch is a no", async () => {
  const provenance = {
    builders: ["https://ci.example.com"],
    repositories: ["https://git.example.com/o/a"],
    branches: ["refs/heads/main"],
  };
  changed(({ services }) => {
    for (const service of Object.values(services)) service.provenance = provenance;
  });
  expect(await stagingWaits()).toMatch(/provenance/);
});

test("PRO-001: a digest that somebody wrote into dev's state has no evidence, and does not enter", async () => {
  unchanged();
  const unsigned = (await manifestDigest(`${sandbox.registry}/base/node`, "24")) ?? "";
  const text = await project.must("stack", "export", "--stack", "dev");
  const state = JSON.parse(text) as {
    deployment: {
      resources: { type: string; outputs: { digest: string; release: { image: Record<string, string> } } }[];
    };
  };
  const stack = state.deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  if (!stack) throw new Error("no stack resource");
  stack.outputs.digest = unsigned;
  Object.assign(stack.outputs.release.image, {
    digest: unsigned,
    repository: `${sandbox.registry}/base/node`,
  });
  await project.must("stack", "import", "--stack", "dev", "--file", saved(JSON.stringify(state)));
  const { code, output } = await project.up("staging");
  expect(code).not.toBe(0);
  expect(output).toMatch(
    /history of unproven in dev: expected the record sha256:.* found a history without any record/,
  );
  await project.must("stack", "import", "--stack", "dev", "--file", saved(text));
});

test("an unreachable registry is an error, and not a reason to wait", async () => {
  const text = await project.must("stack", "export", "--stack", "dev");
  const elsewhere = text.replaceAll(
    `"repository": "${sandbox.registry}/unproven"`,
    '"repository": "127.0.0.1:1/unproven"',
  );
  await project.must("stack", "import", "--stack", "dev", "--file", saved(elsewhere));
  const { code, output } = await project.up("staging");
  expect(code).not.toBe(0);
  expect(output).toMatch(/127\.0\.0\.1:1/);
  await project.must("stack", "import", "--stack", "dev", "--file", saved(text));
});

test("what is signed and proven enters", async () => {
  const dev = await project.outputs("dev");
  expect((await project.mustUp("staging")).digest).toBe(dev.digest);
});

test("evidence that no longer counts does not take away what already runs", async () => {
  const { digest } = await project.outputs("staging");
  without("signature", "provenance");
  const after = await project.mustUp("staging");
  // It was decided when it entered; only what moves is asked again.
  expect([after.digest, after.release.state, after.release.waiting]).toEqual([digest, "running", null]);
});
