import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runningDigests } from "./support/cluster";
import { TestProject, type Ran } from "./support/project";
import { useSandbox, type TestSandbox } from "./support/sandbox";

jest.setTimeout(240_000);

let sandbox: TestSandbox;
let project: TestProject;
let digest: string;
let image: string;

beforeAll(async () => {
  sandbox = await useSandbox();
  project = new TestProject(sandbox, "promo");
  project.promotion(({ environments: [, staging, prod] }) => {
    Object.assign(staging ?? {}, { gates: { tests: { mark: "dev-passed", suites: ["smoke"] } } });
    Object.assign(prod ?? {}, {
      pin: "required",
      gates: {
        soak: { time: "3s" },
        scan: {},
        approvals: { count: 2, of: ["alice", "bob"] },
      },
    });
  });
  project.commit("gates");
  await project.usualStacks();
  digest = (await project.mustUp("dev")).digest ?? "";
  image = `${sandbox.registry}/promo@${digest}`;
});
afterAll(() => project.remove());

const settings = (stack: string): string[] => [
  "--config-file",
  join(project.folder, ".settings", `Pulumi.${stack}.yaml`),
];
const promote = (stack: string, ...args: string[]): Promise<Ran> =>
  project.waybill("promote", stack, ...settings(stack), ...args);

function done({ code, output }: Ran): void {
  if (code !== 0) throw new Error(`ended with ${code}:\n${output}`);
}

/** A real run of real tests against the pods of a stack, by their digest. */
async function testIn(stack: string): Promise<string> {
  const { address = "", digest: DIGEST } = await project.outputs(stack);
  const environment = { ...project.environment, ADDRESS: address, DIGEST };
  const { code, output } = await project.node(
    environment,
    "--test",
    "--test-reporter=junit",
    "examples/hello/smoke.mjs",
  );
  done({ code, output });
  const file = join(project.folder, ".settings", `${stack}.xml`);
  writeFileSync(file, output.slice(0, output.indexOf("</testsuites>") + "</testsuites>".length));
  return file;
}

/** What a scanner would write about the image. */
function scanReport(vulnerabilities: readonly object[]): string {
  const file = join(project.folder, ".settings", "trivy.json");
  const report = {
    SchemaVersion: 2,
    CreatedAt: new Date().toISOString(),
    ArtifactName: image,
    ArtifactType: "container_image",
    Metadata: { RepoDigests: [image] },
    Results: [{ Target: "debian", Class: "os-pkgs", Type: "debian", Vulnerabilities: vulnerabilities }],
  };
  writeFileSync(file, JSON.stringify(report));
  return file;
}

const scanned = (...vulnerabilities: object[]): Promise<Ran> =>
  project.waybill(
    "attest",
    "scan",
    image,
    "--report",
    scanReport(vulnerabilities),
    "--database",
    new Date(Date.now() - 60_000).toISOString(),
    "--signer",
    sandbox.signer,
  );

const approved = (who: "alice" | "bob"): Promise<Ran> =>
  project.waybill("approve", "prod", ...settings("prod"), "--signer", sandbox.signers[who], "--yes");

describe("staging takes what passed in dev", () => {
  test("P2 P8: without tests it waits; preview, preview with the pack and promote say it in the same words", async () => {
    const said = [
      await project.preview("staging"),
      await project.preview("staging", "--policy-pack", project.policyPack),
      await promote("staging"),
    ];
    for (const { output } of said) {
      expect(output).toMatch(/1 of \d gates says no: tests/);
      expect(output).toMatch(/dev-passed: expected a run of suite smoke, found none/);
    }
    expect(said.map(({ code }) => code)).toEqual([0, 0, 1]);
    expect((await project.mustUp("staging")).release).toMatchObject({ state: "waiting", image: null });
  });

  test("G1: a real test run against the pods of dev, by digest, lets it in", async () => {
    const started = new Date().toISOString();
    const report = await testIn("dev");
    const attested = await project.waybill(
      "attest",
      "tests",
      image,
      "--mark",
      "dev-passed",
      "--report",
      `${report}=smoke`,
      "--started",
      started,
      "--finished",
      new Date().toISOString(),
      "--signer",
      sandbox.signer,
    );
    done(attested);
    const { release, digest: running } = await project.mustUp("staging", "--policy-pack", project.policyPack);
    expect(running).toBe(digest);
    expect(release).toMatchObject({ state: "running", waiting: null });
    expect(await runningDigests(sandbox, "promo-staging")).toEqual([digest]);
  });

  test("the same again shows no change", async () => {
    const { output } = await project.up("staging");
    expect(output).toMatch(/\d+ unchanged/);
    expect(output).not.toMatch(/\d+ (?:created|updated|replaced)/);
  });
});

describe("prod takes what is pinned, and passes every gate", () => {
  test("P2: without a pin it waits for one", async () => {
    const { output } = await project.preview("prod");
    expect(output).toMatch(/prod takes only what is pinned.*waybill promote prod/);
  });

  test("each missing piece is named: soak, scan, approvals", async () => {
    const { code, output } = await promote("prod");
    expect(code).toBe(1);
    expect(output).toMatch(/says? no: .*scan.*approvals/);
    expect(output).toMatch(/expected 2 approvals out of alice, bob, found none/);
  });

  test("P2: a pin that somebody writes by hand gets the same no, and nothing is registered", async () => {
    project.set("prod", { pin: digest });
    const { code, output } = await project.up("prod");
    expect(code).not.toBe(0);
    expect(output).toMatch(/expected 2 approvals out of alice, bob, found none/);
    expect(await runningDigests(sandbox, "promo-prod")).toEqual([]);
    project.set("prod", { pin: `sha256:${"e".repeat(64)}` });
    expect((await project.up("prod")).output).toMatch(
      /expected a digest that stands in the signed history of staging/,
    );
    project.set("prod", { pin: undefined });
  });

  test("G2: a scan with a critical finding is a no, a clean one a yes", async () => {
    const critical = {
      VulnerabilityID: "CVE-2026-1",
      PkgName: "zlib",
      InstalledVersion: "1",
      Severity: "CRITICAL",
    };
    done(await scanned(critical));
    expect((await promote("prod")).output).toMatch(/expected at most 0 critical, found 1 \(CVE-2026-1\)/);
    done(await scanned());
    expect((await promote("prod")).output).toMatch(/1 of \d gates says no: approvals/);
  });

  test("G4: one of two is a no, one person twice as well, and two people a yes", async () => {
    expect((await approved("alice")).output).toMatch(/alice/);
    await approved("alice");
    expect((await promote("prod")).output).toMatch(/expected 2 approvals out of alice, bob, found 1: alice/);
    await approved("bob");
    done(await promote("prod"));
    expect(project.settingsOf("prod")).toContain(`waybill:pin: ${digest}`);
  });

  test("P3: preview shows the move as a person reviews it", async () => {
    const { output } = await project.preview("prod");
    for (const part of ["What changes", "Commits", "Settings", "Scan", "Gates", "Approvals", "Rollback"]) {
      expect(output).toContain(part);
    }
  });

  test("E9 P11: it moves, and the history says from where, by which decision", async () => {
    const { digest: running, release } = await project.mustUp("prod", "--policy-pack", project.policyPack);
    expect(running).toBe(digest);
    expect(release.waiting).toBeNull();
    const { code, output } = await project.waybill("history", "prod");
    expect(code).toBe(0);
    expect(output).toContain(digest);
    expect((await promote("prod")).output).toMatch(/it runs there already/);
  });
});

describe("a decision is made once", () => {
  test("prod can be scaled later, when nobody would let it in again", async () => {
    project.promotion(({ environments: [, , prod] }) => {
      Object.assign(prod ?? {}, { gates: { tests: { mark: "never", suites: ["never"] } } });
    });
    project.set("prod", { pin: digest, replicas: 1 });
    const { digest: running } = await project.mustUp("prod");
    expect(running).toBe(digest);
  });

  test("E7: a block is the first thing that everybody is told", async () => {
    done(await project.waybill("block", image, "--reason", "bad batch", "--signer", sandbox.signers.sam));
    const { output } = await project.preview("prod");
    expect(output).toMatch(/BLOCKED: promo in prod runs/);
    const status = await project.waybill("status", "--all");
    expect(status.code).toBe(1);
    expect(status.output).toMatch(/blocked/i);
  });
});
